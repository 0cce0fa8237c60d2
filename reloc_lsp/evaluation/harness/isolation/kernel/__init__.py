"""Landlock and seccomp of the Linux kernel, called with the standard library alone.

Not here: what is forbidden to whom (`isolation/confinement.py`).
"""
