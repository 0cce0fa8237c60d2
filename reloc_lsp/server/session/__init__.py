"""What is known about the connected editor: capabilities, settings, open documents, workspace roots, unit status.

`EditorSession` holds it together. Not here: running revisions (`jobs`) and their results (`proposals`).
"""
