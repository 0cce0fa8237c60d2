"""What is read from a model's replies: versions of the function, and lists of directions.

A reply is untrusted: it may be made to keep its reader busy. So every scan here is linear and bounded, and versions of
the function are parsed in a process that can be killed. Not here: prompts.
"""
