"""A model server on this machine that ReLoc LSP starts, shares between its processes, and stops when it is idle.

Not here: requests to it once it is ready.
"""
