"""ReLoc: a Python function is revised by local search until the workspace's own tests pass."""

__version__ = "0.1.0"
