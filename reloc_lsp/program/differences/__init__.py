"""How two versions of a text differ.

Here: the differences of two sequences, the revision distance, and descriptions of a change in words.
Not here: edits and unified diffs (`text_edit`).
"""
