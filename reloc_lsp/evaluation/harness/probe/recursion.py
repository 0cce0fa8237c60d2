"""Recognizes calls that a function makes of itself."""

from __future__ import annotations

from types import FrameType

MAX_FRAMES = 30
"""Outer frames that are searched: a call that is further away counts as not recursive. Chosen by hand."""


def is_recursive(frame: FrameType) -> bool:
    """Whether the function of this frame was called, directly or not, by itself."""
    code, outer = frame.f_code, frame.f_back
    for _ in range(MAX_FRAMES):
        if outer is None:
            return False
        if outer.f_code is code:
            return True
        outer = outer.f_back
    return False
