"""Why the tests of a workspace cannot be run, in a sentence for the person who must act."""


class EvaluationError(Exception):
    """The tests cannot judge this unit; the message says what happened, where, and what to do."""
