"""Judging from outside: the unit runs in a subject process, and the tests call it through a stand-in in theirs.

Arguments and results go over as data. Here: the stand-in, the subject, the connection of both, and the rules by which
values are taken apart and built again. Not here: how tests are run (`pytest_runner`).
"""
