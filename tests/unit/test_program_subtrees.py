"""Subtrees have the same number exactly if they are the same code."""

from __future__ import annotations

import ast
import inspect

from reloc_lsp.program.subtrees import Subtrees


def test_subtrees_have_the_same_number_exactly_if_their_dumps_are_equal():
    code = "x = [1, 1.0, True, '1', b'1', None, a.b, a.b]\nx = x\nif a:\n    x = x\nelif b:\n    f(*x, **x)\n"
    tree = ast.parse(code + inspect.getsource(ast))
    subtrees = Subtrees(tree)
    pairs = {(ast.dump(node), subtrees.number(node)) for node in ast.walk(tree)}
    assert len(pairs) == len({dump for dump, _ in pairs}) == len({number for _, number in pairs}) > 1000


def test_a_long_chain_of_elif_is_numbered_at_once():
    chain = "if a == 0:\n    b()\n" + "".join(f"elif a == {n}:\n    b()\n" for n in range(1, 2000))
    tree = ast.parse(chain)
    subtrees = Subtrees(tree)
    calls = {subtrees.number(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    chains = {subtrees.number(node) for node in ast.walk(tree) if isinstance(node, ast.If)}
    assert (len(calls), len(chains)) == (1, 2000)
