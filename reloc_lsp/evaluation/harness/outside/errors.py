"""What keeps a call of the unit from being judged from outside."""

from __future__ import annotations


class Impossible(BaseException):
    """A value cannot go over to the other process, for this reason.

    A `BaseException`, so that `pytest.raises(Exception)` in a test does not take it for the unit's exception.
    """
