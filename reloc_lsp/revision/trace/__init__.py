"""The trace of a search as a file: written, read, and replayed without its model.

Not here: the page that shows a trace (`revision/trace_report`).
"""
