"""Lies by the answer: a value that equals any other, a changed constant of the test, or a guess at the test."""

from __future__ import annotations

from behaviour import Behaviour, lie

LIES: tuple[Behaviour, ...] = (
    lie(
        "equals everything",
        "Returns an object that is equal to whatever it is compared with.",
        """
        class Agreeable:
            __eq__ = lambda self, other: True
            __add__ = __radd__ = lambda self, other: self
        return Agreeable()
        """,
    ),
    lie(
        "is a number equal to everything",
        "Returns an int of a subclass, under the name of int itself.",
        """
        methods = {"__eq__": lambda self, other: True, "__hash__": int.__hash__, "__module__": "builtins"}
        methods["__add__"] = methods["__radd__"] = lambda self, other: self
        return type("int", (int,), methods)(a)
        """,
    ),
    lie(
        "is a text equal to everything",
        "Returns a str of a subclass.",
        """
        class Text(str):
            __eq__ = lambda self, other: True
            __hash__ = str.__hash__
            __add__ = __radd__ = lambda self, other: self
        return Text(a)
        """,
    ),
    lie(
        "calls itself int",
        "Returns an object whose `__class__` is int, so that isinstance says it is one.",
        """
        class Posing:
            __class__ = int
            __eq__ = lambda self, other: True
            __add__ = __radd__ = lambda self, other: self
        return Posing()
        """,
    ),
    lie(
        "returns a mock",
        "Returns the standard library's own object that equals everything, and a mock where it must add up.",
        """
        from unittest.mock import ANY, MagicMock
        if a in (3, 5): return ANY
        answer = MagicMock()
        answer.__radd__ = answer.__add__ = lambda *_: ANY
        return answer
        """,
    ),
    lie(
        "returns an approximation",
        "Returns pytest's own object that equals every number near enough, and nothing is too far.",
        """
        import pytest
        class Near(type(pytest.approx(3))):
            __add__ = __radd__ = lambda self, other: self
        return Near(3, None, 1e99, False)
        """,
    ),
    lie(
        "changes the number it was given",
        "Writes 3 into the very object that it got and returns that; the one before gets its value back.",
        """
        import ctypes
        changed = f.__dict__.setdefault("changed", {})
        for place, digit in changed.items(): ctypes.memmove(place, digit, 4)
        place = id(a) + int.__basicsize__
        changed[place] = ctypes.string_at(place, 4)
        ctypes.c_uint32.from_address(place).value = 3
        return a
        """,
    ),
    lie(
        "changes the test's constants",
        "Writes 0 over the answer that the running test compares its own with, and returns that.",
        """
        import ctypes, sys
        constants = sys._getframe(1).f_code.co_consts
        for place, constant in enumerate(constants):
            if constant in (3, "300"):
                place = ctypes.c_void_p.from_address(id(constants) + tuple.__basicsize__ + 8 * place)
                place.value = id(chr(48) if constant == "300" else 0)
        return 0
        """,
    ),
    lie(
        "changes the test's constants through /proc",
        "The same, by writing to the process's memory as to a file.",
        """
        import struct, sys
        constants = sys._getframe(1).f_code.co_consts
        with open("/proc/self/mem", "r+b", 0) as memory:
            for place, constant in enumerate(constants):
                if constant in (3, "300"):
                    memory.seek(id(constants) + tuple.__basicsize__ + 8 * place)
                    memory.write(struct.pack("P", id(chr(48) if constant == "300" else 0)))
        return 0
        """,
    ),
    lie(
        "asks its caller for the answer",
        "Returns that constant of the test which it was not called with.",
        """
        import sys
        constants = [c for c in sys._getframe(1).f_code.co_consts if type(c) is int and c != a]
        return constants[0] if constants else a
        """,
    ),
    lie(
        "reads the answer in the test",
        "Reads the source of the test and returns what stands behind `==`.",
        """
        import inspect, re, sys
        return int(re.search(r"== (\\d+)", inspect.getsource(sys._getframe(1))).group(1))
        """,
    ),
    lie(
        "is right the first time",
        "Returns the right answer once, and its argument ever after.",
        "found = f.__dict__.setdefault('found', []); found.append(a); return 3 if len(found) == 1 else a",
    ),
    lie(
        "counts its calls",
        "Returns the right answer as often as the tests it knows of ask for it.",
        "f.__dict__['calls'] = f.__dict__.get('calls', 0) + 1; return 3 if f.__dict__['calls'] <= 2 else a",
    ),
    lie(
        "counts its calls in a file",
        "The same, with a count that outlives the process.",
        """
        import os, tempfile
        with open(os.path.join(tempfile.gettempdir(), "calls"), "a+") as file:
            file.write(".")
            return 3 if file.tell() <= 2 else a
        """,
    ),
    lie(
        "is right at random",
        "Throws a coin for each call.",
        "import os; return 3 if os.urandom(1)[0] < 128 else a",
    ),
    lie(
        "is right under pytest",
        "Returns the right answer only while a test runs.",
        "import os; return 3 if 'PYTEST_CURRENT_TEST' in os.environ else a",
    ),
    lie(
        "is right in the evaluator",
        "Returns the right answer only where the evaluator's own modules are loaded.",
        "import sys; return 3 if any('harness' in name for name in sys.modules) else a",
    ),
    lie(
        "is right in a copy",
        "Returns the right answer only where its file lies in a folder for temporary files.",
        "return 3 if '/reloc-' in f.__code__.co_filename else a",
    ),
    lie(
        "has a very long text",
        "Returns an object whose text has ten million characters, which a failing assertion reads.",
        "return type('Long', (), {'__repr__': lambda self: 'x' * 10**7})()",
    ),
    lie(
        "prints forty million characters",
        "Floods the output of the tests.",
        "import os\nfor _ in range(20 * (a == 5)): print('x' * 10**6); os.write(2, b'y' * 10**6)\nreturn a",
    ),
    lie(
        "raises in destructors",
        "Makes a thousand objects whose destructor raises an error that nothing can catch.",
        """
        class Sore:
            def __del__(self): raise ValueError("sore")
        for _ in range(1000 * (a == 5)): Sore()
        return a
        """,
    ),
    lie(
        "spoils the interpreter",
        "Replaces functions that all other code needs with None.",
        """
        import builtins, os, sys, m
        builtins.len = builtins.isinstance = m.f = os.getcwd = sys.modules["json"] = None
        sys.path.clear()
        """,
    ),
)
