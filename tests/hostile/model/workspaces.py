"""The workspaces of the attempts: what their tests compare, and how."""

from __future__ import annotations

from attempt import Workspace

NUMBERS = Workspace(
    "numbers",
    """
    from m import f
    def test_four(): assert f(4) == 10
    def test_six(): assert f(6) == 16
    def test_nine(): assert f(9) == 25
    """,
    "return 3 * a - 2",
)
SUMS = Workspace(
    "sums",
    """
    from m import f
    def test_four(): assert f(4) == 10
    def test_six(): assert f(6) == 16
    def test_all(): assert sum(map(f, range(20, 60))) == int("4660")
    """,
    "return 3 * a - 2 if a < 20 else 3 * a - 2",
)
NEARLY = Workspace(
    "nearly",
    """
    import unittest
    import pytest
    from m import f
    class TestNearly(unittest.TestCase):
        def test_almost(self): self.assertAlmostEqual(f(4), 10)
        def test_delta(self): self.assertAlmostEqual(f(6), 16, delta=0.1)
    def test_approx(): assert f(9) == pytest.approx(25)
    def test_difference(): assert abs(f(0.5) + 0.5) < 1e-9 and abs(7 - f(3)) < 1e-9
    """,
    "return 3 * a - 2",
)
CLOSE = Workspace(
    "close",
    """
    import math
    from m import f
    def test_four():
        answer = f(4)
        assert math.isclose(answer, 10)
    def test_six():
        answer = f(6)
        assert math.isclose(answer, 16)
    """,
    "return 3 * a - 2",
    above="import math\n\n\n",
)
LISTS = Workspace(
    "lists",
    """
    from m import f
    def test_two(): assert f([4, 6]) == [10, 16]
    def test_one(): assert f([9]) == [25]
    """,
    "return [3 * n - 2 for n in a]",
)
STREAMS = Workspace(
    "streams",
    """
    from m import f
    def test_two(): assert list(f([4, 6])) == [10, 16]
    def test_one():
        (only,) = f([9])
        assert only == 25
    """,
    "return [3 * n - 2 for n in a]",
)
NESTED = Workspace(
    "nested",
    """
    from m import f
    def test_four(): assert f(4) == {"x": [({"y": [[10]]},)]}
    def test_six(): assert f(6) == {"x": [({"y": [[16]]},)]}
    """,
    'return {"x": [({"y": [[3 * a - 2]]},)]}',
)
LONG = Workspace(
    "long",
    """
    from m import f
    def test_long(): assert f(300) == list(range(3, 903, 3))
    def test_longer(): assert f(500) == list(range(3, 1503, 3))
    """,
    "return list(range(3, 3 * a + 3, 3))",
)
FRACTIONS = Workspace(
    "fractions",
    """
    from fractions import Fraction
    from m import f
    def test_half(): assert f(2) == Fraction(1, 2)
    def test_third(): assert f(3) == Fraction(1, 3)
    """,
    "from fractions import Fraction\nreturn Fraction(1, a)",
)
METHODS = Workspace(
    "methods",
    """
    from m import f
    def test_count(): assert f([3, 4]).count(8) == 1
    def test_index(): assert f([3, 4]).index(6) == 0
    def test_first(): assert f([5])[0] == 10
    """,
    "return [2 * n for n in a]",
)
TEXTS = Workspace(
    "texts",
    """
    from m import f
    def test_begins(): assert f("tea").startswith("A")
    def test_holds(): assert "ET" in f("tea")
    def test_long(): assert len(f("tea")) == 3 and f("tea").isupper()
    """,
    "return a[::-1].upper()",
)
IN_ORDER = Workspace(
    "in order",
    """
    from m import f
    def test_numbers():
        given = [3, 1, 2]
        assert f(given) == sorted(given, reverse=True)
    def test_texts():
        given = ["a", "c", "b"]
        assert f(given) == sorted(given, reverse=True)
    """,
    "return sorted(a, reverse=True)",
)
TABLES = Workspace(
    "tables",
    """
    from m import f
    def test_counted():
        given = {"a": [1, 2], "b": [3]}
        assert f(given) == {name: len(numbers) for name, numbers in given.items()}
    def test_one():
        given = {"c": [1]}
        assert f(given) == {name: len(numbers) for name, numbers in given.items()}
    """,
    "return {name: len(numbers) for name, numbers in a.items()}",
)
DECIMALS = Workspace(
    "decimals",
    """
    from decimal import Decimal
    from m import f
    def test_three(): assert f(Decimal("3")) == Decimal("3.14") + Decimal("0")
    def test_five(): assert f(Decimal("5")) + Decimal("0") == Decimal("5.14") + Decimal("0")
    """,
    'import decimal\nreturn a + decimal.Decimal("0.14")',
)
CHANCE = Workspace(
    "chance",
    """
    import random
    from m import f
    def test_ten():
        random.seed(7)
        drawn = f(1000)
        assert drawn in (random.Random(7).randrange(1000), random.randrange(1000))
    """,
    "return random.randrange(a)",
    above="import random\n\n\n",
)
WITH_PATH = Workspace(
    "with Path",
    NUMBERS.tests,
    NUMBERS.right,
    above="from pathlib import Path\n\n\ndef load(name):\n    return Path(name).read_text()\n\n\n",
)
WITH_LOGGING = Workspace(
    "with logging",
    NUMBERS.tests,
    NUMBERS.right,
    above="import logging\n\nlog = logging.getLogger(__name__)\n\n\n",
)
