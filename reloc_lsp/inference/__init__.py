"""Model servers: requests to any OpenAI-compatible server, its limits, its errors and its token usage.

`managed/` starts and stops a server on this machine. Not here: what is in the prompts (`language_model`).
"""
