"""The versions of Python and pytest with which the harness is tested.

Nothing is imported here: the controller reads these constants as well. `tests/contract` runs the oldest and the newest
versions. Other versions may work: the harness only lacks what `pytest_compat` and `importlib_compat` report as missing.
"""

OLDEST_PYTHON, NEWEST_PYTHON = (3, 9), (3, 13)
"""Minor versions of CPython, both included."""

OLDEST_PYTEST, NEWEST_PYTEST = (8, 0), (9, 2)
"""Minor versions of pytest, both included. On Python 3.9 the newest pytest is 8.4."""
