"""The user's workspace on disk: a scratch copy for the tests to run in, and where the unit is in it.

A workspace of usual size is copied. A large one is mounted read-only in the container. Either way the user's files are
never changed, and the scratch copy is removed at the end.

Not here: the processes that run in the scratch copy (`tiers/`).
"""
