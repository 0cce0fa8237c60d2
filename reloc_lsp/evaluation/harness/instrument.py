"""A look into the running unit: the unit's own code with a call before every statement."""

import ast
import builtins
import sys

PROBE = "__reloc_probe__"


def instrumented(tree, first, last):
    """`tree` with `__reloc_probe__(line)` before every statement of functions between the two lines."""
    _Instrument(first, last).visit(tree)
    return ast.fix_missing_locations(tree)


class _Instrument(ast.NodeTransformer):
    def __init__(self, first, last):
        self.first = first
        self.last = last
        self.depth = 0

    def _function(self, node):
        inside = self.first <= node.lineno <= self.last
        self.depth += inside
        self.generic_visit(node)
        self.depth -= inside
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = _function  # noqa: N815

    def generic_visit(self, node):
        super().generic_visit(node)
        if self.depth:
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list) and block and not isinstance(node, ast.ClassDef):
                    setattr(node, field, self._block(block))
            if isinstance(node, ast.While):
                node.test = ast.BoolOp(ast.Or(), [_call(node.test), node.test])
        return node

    def _block(self, block):
        probed = []
        for position, statement in enumerate(block):
            docstring = position == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            plain = isinstance(statement, (ast.Global, ast.Nonlocal))
            if not (docstring or plain):
                probed.append(ast.copy_location(ast.Expr(_call(statement)), statement))
            probed.append(statement)
        return probed


def _call(node):
    name = ast.Name(PROBE, ast.Load())
    return ast.copy_location(ast.Call(name, [ast.Constant(node.lineno)], []), node)


class Probe:
    """Counts lines per test, notes types of names, and evaluates expressions at sites.

    `sites` maps a line to source texts of expressions free of effects. Values become small numbers, equal for
    equal values and types; `visits` are kept per line up to `most` for one test.
    """

    def __init__(self, send, sites=None, most=12):
        self.send = send
        self.test = None
        self.lines = set()
        self.types = {}
        self.most = most
        self.sites = {int(line): [(text, compile(text, "<site>", "eval")) for text in texts]
                      for line, texts in (sites or {}).items()}
        self.visits = {}
        self.counts = {}
        self.numbers = {}
        self.quiet = False

    def install(self):
        """Make this probe the one the instrumented code calls."""
        setattr(builtins, PROBE, self)

    def begin(self, test):
        """A test begins."""
        self.test = test
        self.lines.clear()
        self.counts.clear()

    def __call__(self, line):
        """Called by the instrumented code; returns `None`, which is false."""
        if line not in self.lines:
            self.lines.add(line)
            self.send({"line": line, "in": self.test})
        if self.quiet:
            return
        count = self.counts[line] = self.counts.get(line, 0) + 1
        if count > self.most:
            return
        frame = sys._getframe(1)
        names = frame.f_locals
        for name, value in names.items():
            self.types.setdefault(name, set()).add(type(value).__name__)
        if line in self.sites:
            self.quiet = True
            try:
                self._values(line, frame.f_globals, names)
            finally:
                self.quiet = False

    def _values(self, line, globals_, locals_):
        row = []
        for text, code in self.sites[line]:
            try:
                row.append(self._number(line, eval(code, globals_, dict(locals_))))  # noqa: S307
            except Exception:
                row.append(-1)
        self.visits.setdefault(line, []).append((self.test, row))

    def _number(self, line, value):
        key = (type(value).__name__, described(value))
        table = self.numbers.setdefault(line, {})
        if key not in table:
            table[key] = (len(table), truth(value))
        return table[key][0]

    def report(self):
        """All that was seen, ready to be sent."""
        return {
            "types": {name: sorted(kinds) for name, kinds in self.types.items()},
            "visits": {str(line): rows for line, rows in self.visits.items()},
            "values": {str(line): [[k[0], n, t] for k, (n, t) in table.items()] for line, table in self.numbers.items()},
        }


PLAIN = (int, float, complex, str, bytes, bool, type(None))
HOLDERS = (list, tuple, set, frozenset, dict)


def described(value, depth=3):
    """Something hashable that is equal for equal plain values; other objects are told apart by identity."""
    kind = type(value)
    if kind in PLAIN:
        return repr(value)[:400]
    if kind in HOLDERS and depth and len(value) <= 50:
        if kind is dict:
            return tuple((described(k, depth - 1), described(v, depth - 1)) for k, v in value.items())
        inner = [described(item, depth - 1) for item in value]
        return tuple(sorted(map(repr, inner))) if kind in (set, frozenset) else tuple(inner)
    return id(value)


def truth(value):
    """Truth of a plain value; `None` where finding out could run the project's code."""
    return bool(value) if type(value) in PLAIN or type(value) in HOLDERS else None
