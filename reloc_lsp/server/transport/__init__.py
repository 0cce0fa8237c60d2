"""Bytes and messages between the editor and the server, and the life of the connection.

Not here: what a message means (`features`, `commands`).
"""
