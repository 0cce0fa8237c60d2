"""The command line: one file per command, and what they share: targets, flags, the display, the report."""
