"""Functions of every kind, each with a bug, its tests, and the tier that evaluates it correctly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A unit of one kind in `m.py`, its tests, and the expected tier. `old` is the wrong text, `new` the right one."""

    module: str
    unit: str
    tests: str
    old: str = "a + b"
    new: str = "a - b"
    tier: str = "warm"


CALLS = """
    from m import f
    def test_one(): assert f(5, 2) == 3
    def test_two(): assert f(2, 2) == 0
    def test_nothing(): assert f(4, 0) == 4
"""
KINDS = {
    "plain function": Kind("def f(a, b):\n    return a + b\n", "f", CALLS),
    "cached function": Kind("import functools\n@functools.lru_cache\ndef f(a, b):\n    return a + b\n", "f", CALLS),
    "decorated without wraps, and registered": Kind(
        """
        known = {}
        def register(name):
            def registered(function):
                known[name] = [function]
                return None
            return registered
        @register("less")
        def less(a, b):
            return a + b
        def f(a, b):
            return known["less"][0](a, b)
        """,
        "less",
        CALLS,
    ),
    "held by the test module under its own name": Kind(
        "def f(a, b):\n    return a + b\n",
        "f",
        """
        import functools, pytest
        from m import f as less
        partial = functools.partial(less, 5)
        table = {"less": less}
        def test_one(): assert partial(2) == 3
        def test_two(): assert table["less"](2, 2) == 0
        @pytest.mark.parametrize("call", [less])
        def test_three(call): assert call(4, 0) == 4
        """,
    ),
    "property": Kind(
        """
        class A:
            def __init__(self, a, b):
                self.a, self.b = a, b
            @property
            def less(self):
                a, b = self.a, self.b
                return a + b
        """,
        "A.less",
        """
        from m import A
        def test_one(): assert A(5, 2).less == 3
        def test_nothing(): assert A(4, 0).less == 4
        """,
    ),
    "class method": Kind(
        "class A:\n    @classmethod\n    def f(cls, a, b):\n        return a + b\n",
        "A.f",
        "from m import A\ndef test_one(): assert A.f(5, 2) == 3\ndef test_no(): assert A().f(4, 0) == 4\n",
    ),
    "static method": Kind(
        "class A:\n    @staticmethod\n    def f(a, b):\n        return a + b\n",
        "A.f",
        "from m import A\ndef test_one(): assert A.f(5, 2) == 3\ndef test_no(): assert A().f(4, 0) == 4\n",
    ),
    "nested function": Kind(
        """
        def f(a, b):
            def less(b):
                return a + b
            return less(b)
        """,
        "f.less",
        CALLS,
    ),
    "context manager": Kind(
        """
        import contextlib
        @contextlib.contextmanager
        def f(a, b):
            yield a + b
        """,
        "f",
        """
        from m import f
        def test_one():
            with f(5, 2) as found: assert found == 3
        def test_nothing():
            with f(4, 0) as found: assert found == 4
        """,
    ),
    "coroutine": Kind(
        "async def f(a, b):\n    return a + b\n",
        "f",
        """
        import asyncio
        from m import f
        def test_one(): assert asyncio.run(f(5, 2)) == 3
        def test_nothing(): assert asyncio.run(f(4, 0)) == 4
        """,
    ),
    "function imported while its tests run": Kind(
        "def f(a, b):\n    return a + b\n",
        "f",
        """
        def test_one():
            from m import f
            assert f(5, 2) == 3
        def test_nothing():
            import m
            assert m.f(4, 0) == 4
        """,
    ),
    "function on one line with annotations that are not evaluated": Kind(
        "from __future__ import annotations\ndef f(a: Nothing, b: 'x') -> Nowhere: return a + b\n", "f", CALLS
    ),
    "method of a dataclass with slots, with a private name": Kind(
        """
        import dataclasses
        @dataclasses.dataclass(slots=True)
        class A:
            a: int
            __base: int = 1
            def f(self, b):
                a = self.a * self.__base
                return a + b
        """,
        "A.f",
        "from m import A\ndef test_one(): assert A(5).f(2) == 3\ndef test_no(): assert A(4).f(0) == 4\n",
    ),
    "method that calls super, used by a fixture of the session": Kind(
        """
        class Base:
            def f(self, a, b):
                return a
        class A(Base):
            def f(self, a, b):
                a = super().f(a, b)
                return a + b
        """,
        "A.f",
        """
        import pytest
        from m import A
        @pytest.fixture(scope="session")
        def found(): return A().f(5, 2)
        def test_one(found): assert found == 3
        def test_two(found): assert found < 4
        def test_nothing(): assert A().f(4, 0) == 4
        """,
    ),
    "function that runs at import only": Kind(
        """
        def f(a, b):
            return a + b
        THREE = f(5, 2)
        """,
        "f",
        "import m\ndef test_constant(): assert m.THREE == 3\ndef test_other(): assert m.f is not None\n",
        tier="fresh",
    ),
    "default argument and cached caller made of it": Kind(
        """
        import functools
        def f(a, b):
            return a + b
        def g(three=f(5, 2)):
            return three
        @functools.cache
        def h(a, b):
            return f(a, b)
        h(5, 2)
        """,
        "f",
        "from m import f, g, h\ndef test_g(): assert g() == 3\ndef test_h(): assert h(5, 2) == 3\n"
        "def test_nothing(): assert f(4, 0) == 4\n",
        tier="fresh",
    ),
    "function with a database connection of its module": Kind(
        """
        import sqlite3
        db = sqlite3.connect(":memory:")
        db.execute("create table t (n)")
        def f(a, b):
            db.execute("delete from t")
            db.execute("insert into t values (?)", (a + b,))
            return db.execute("select n from t").fetchone()[0]
        """,
        "f",
        CALLS,
    ),
    "function that writes into a database file of a session's fixture": Kind(
        """
        def f(db, a, b):
            db.execute("insert into t values (?)", (a + b,))
            return db.execute("select max(rowid), n from t").fetchone()[1]
        """,
        "f",
        """
        import pytest, sqlite3
        from m import f
        @pytest.fixture(scope="session")
        def db(tmp_path_factory):
            db = sqlite3.connect(tmp_path_factory.mktemp("db") / "file.db")
            db.execute("create table t (n)")
            return db
        def test_one(db): assert f(db, 5, 2) == 3
        def test_two(db): assert f(db, 2, 2) == 0
        def test_nothing(db): assert f(db, 4, 0) == 4
        """,
    ),
    "function called in a loop that a session's fixture keeps": Kind(
        "async def f(a, b):\n    return a + b\n",
        "f",
        """
        import asyncio, pytest
        from m import f
        @pytest.fixture(scope="session")
        def loop():
            loop = asyncio.new_event_loop()
            yield loop
            loop.close()
        def test_one(loop): assert loop.run_until_complete(f(5, 2)) == 3
        def test_nothing(loop): assert loop.run_until_complete(f(4, 0)) == 4
        """,
    ),
    "function in a subprocess": Kind(
        "def f(a, b):\n    return a + b\n",
        "f",
        """
        import subprocess, sys
        from m import f
        CODE = "import m; print(m.f(5, 2))"
        def test_alone(): assert subprocess.check_output([sys.executable, "-c", CODE]).split() == [b"3"]
        def test_here(): assert f(5, 2) == 3
        def test_nothing(): assert f(4, 0) == 4
        """,
        tier="any",
    ),
}
