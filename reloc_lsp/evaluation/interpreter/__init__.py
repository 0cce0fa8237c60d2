"""The project's own Python interpreter, in which the tests run.

Here: which interpreter that is, the environment variables of its processes, and what its version means for us. Not
here: what runs inside it (`harness`) and what starts it (`tiers`).
"""

from reloc_lsp.evaluation.interpreter.find_interpreter import Interpreter, find_interpreter

__all__ = ["Interpreter", "find_interpreter"]
