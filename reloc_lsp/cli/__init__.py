"""The command line: one file per command, and what the commands share.

Here belong flags, exit statuses, what is printed, and writing into the user's files. What a command does beyond that
belongs to the packages below.
"""
