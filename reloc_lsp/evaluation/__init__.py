"""Evaluates candidates with the workspace's own tests.

Here: the evaluator, its batches and its confirmation, and the processes they talk to. Subpackages: `baseline/` measures
the unchanged unit, `selection/` chooses tests and suspects, `workspace/` makes the scratch copy, `probes/` asks for
run-time values and times, `interpreter/` finds the project's Python, `sandbox/` confines processes, `tiers/` are the
ways to run tests, `harness/` is the part inside the project's interpreter.
Not here: what to try next (`search`), or what to show (`revision`).
"""
