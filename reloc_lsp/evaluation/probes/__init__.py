"""What is measured besides outcomes: run-time values and CPU times, with their statistics.

Not here: the instrumentation itself (`harness/probe`).
"""
