"""A local model server that ReLoc starts, shares between its processes and stops when it is idle.

Not here: talking to it once it answers.
"""
