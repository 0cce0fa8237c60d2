"""The part that runs inside the project's interpreter: standard library and pytest only, Python 3.9 and later.

`boot.py` is the entry. It loads this directory as a package under a private name, so that no module of the harness
hides a module of the project.
"""
