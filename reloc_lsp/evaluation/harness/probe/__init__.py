"""Instrumentation of the unit while its tests run: which lines run, which functions are called, and with what values.

In rooms of their own: representations of values, differential testing, and what finds false passes.
Not here: running tests (`pytest_runner`).
"""
