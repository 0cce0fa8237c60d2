"""Source text as a person sees it: what would be hidden is found, and spelled out where it is shown.

Here: text made safe for a terminal or an editor, and the hidden text of a revision. Nothing that looks at syntax.
Not here: what a revision changes (`differences`) and what its code may do (`powers`, `safety`).
"""
