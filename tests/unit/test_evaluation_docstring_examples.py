"""The calls that a docstring shows are inputs too."""

from reloc_lsp.evaluation.harness.probe.differential.docstring_examples import example_calls


def padded(text, width=4, *more):
    """Text of a width.

    >>> padded("a", width=2)
    'a '
    >>> padded(padded("b", 1, 7), 3)
    'b  '
    >>> padded(unknown)
    >>> padded(
    """
    return text.ljust(width)


def test_calls_with_literals_are_taken_with_all_their_arguments():
    assert [dict(arguments) for arguments in example_calls(padded)] == [
        {"text": "a", "width": 2, "more": ()},
        {"text": "b", "width": 1, "more": (7,)},
    ]


class Purse:
    def pay(self, coins):
        """Take coins.

        >>> Purse().pay(3)
        """


def test_a_method_has_no_examples():
    assert list(example_calls(Purse.pay)) == []
