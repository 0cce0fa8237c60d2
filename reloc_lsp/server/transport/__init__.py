"""The connection to the editor: bytes, headers, messages, and how the connection begins and ends.

Not here: what a message means (`features`, `commands`).
"""
