"""The templates of all prompts, one file each, and what reads them.

A template is plain text with `$names`, which stand for what the search knows. What is put in their place does not
belong here.
"""
