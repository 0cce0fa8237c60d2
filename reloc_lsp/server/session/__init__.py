"""What is known of one connected editor: capabilities, settings, open documents, workspace roots, unit status.

Not here: searches (`jobs`) and their results (`proposals`).
"""
