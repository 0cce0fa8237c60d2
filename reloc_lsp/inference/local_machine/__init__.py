"""What this machine has for language models: GPUs, model files, and model servers that run already.

Not here: the servers that ReLoc LSP starts itself, and requests to a model.
"""
