"""Model servers: any OpenAI-compatible endpoint, its limits, errors and token usage.

`managed/` starts and stops a local one. Not here: what is asked (`language_model`).
"""
