"""Measurements other than outcomes: run-time values of expressions, and CPU times with their statistics.

Not here: the instrumentation in the test process (`harness/probe/`).
"""
