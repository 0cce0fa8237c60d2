"""Instrumentation of the unit while its tests run: values, calls, expected answers, differential inputs.

Not here: running tests (`pytest_runner`).
"""
