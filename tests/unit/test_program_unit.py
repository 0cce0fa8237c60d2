"""Units: every function and class of a file is found by its qualified name and by its lines."""

from textwrap import dedent

import pytest

from reloc_lsp.program.unit import Module

SOURCE = dedent('''\
    import functools


    @functools.cache
    def plain(a):
        """Text."""

        return a


    class Outer:
        size = 1

        @property
        def width(self):
            return self._width

        @width.setter
        def width(self, value):
            self._width = value

        class Inner:
            async def run(self):
                return 1


    def factory():
        def made(x):
            class Local:
                def deep(self):
                    return x

            return Local
        return made


    if functools:
        def chosen():
            return 1
    else:
        def chosen():
            return 2
    try:
        pass
    except OSError:
        def caught(): return 3
    match 1:
        case 1:
            def matched(): return 4
''')


@pytest.fixture
def module():
    return Module(SOURCE)


def line_of(text: str, nth: int = 1) -> int:
    return [number for number, line in enumerate(SOURCE.splitlines(), 1) if text in line][nth - 1]


def test_units_have_the_qualified_names_that_python_gives_them(module):
    assert [unit.qualname for unit in module.units] == [
        "plain",
        "Outer",
        "Outer.width",
        "Outer.width",
        "Outer.Inner",
        "Outer.Inner.run",
        "factory",
        "factory.<locals>.made",
        "factory.<locals>.made.<locals>.Local",
        "factory.<locals>.made.<locals>.Local.deep",
        "chosen",
        "chosen",
        "caught",
        "matched",
    ]


def test_a_unit_consists_of_its_whole_lines_with_decorators(module):
    plain = module.find("plain")
    assert module.source(plain) == SOURCE[SOURCE.index("@functools") : SOURCE.index("\n\nclass Outer")]
    assert (plain.first_line, plain.line, plain.last_line) == (4, 5, 8)
    assert module.source(module.find("Outer.Inner.run")).startswith("        async def run(self):\n")


def test_the_last_unit_of_a_file_without_a_final_line_end():
    module = Module("def f():\n    return 1")
    assert module.source(module.find("f")) == "def f():\n    return 1"


def test_of_several_units_with_one_name_the_last_is_found_unless_a_line_is_given(module):
    assert module.find("Outer.width").line == line_of("def width", 2)
    assert module.find("Outer.width", line_of("def width", 1)).line == line_of("def width", 1)
    assert module.find("Outer.width", line_of("@property")).line == line_of("def width", 1)
    assert module.find("chosen", 1).line == line_of("def chosen", 2)


def test_a_nested_function_may_be_spelled_without_locals(module):
    assert module.find("factory.made") == module.find("factory.<locals>.made") is not None
    assert module.find("factory.made.Local.deep").name == "deep"
    assert module.find("made") is module.find("") is module.find("Outer.missing") is None


@pytest.mark.parametrize(
    ("text", "qualname"),
    [
        ("@functools.cache", "plain"),
        ('"""Text."""', "plain"),
        ("size = 1", "Outer"),
        ("class Inner", "Outer.Inner"),
        ("self._width = value", "Outer.width"),
        ("def made", "factory.<locals>.made"),
        ("return Local", "factory.<locals>.made"),
        ("return x", "factory.<locals>.made.<locals>.Local.deep"),
        ("class Local", "factory.<locals>.made"),
        ("return made", "factory"),
        ("return 4", "matched"),
    ],
)
def test_a_line_finds_the_innermost_function_that_encloses_it(module, text, qualname):
    assert module.at_line(line_of(text)).qualname == qualname


def test_a_line_outside_all_units_finds_none(module):
    assert module.at_line(line_of("import")) is module.at_line(2) is module.at_line(10_000) is None


def test_the_members_of_a_class_are_its_functions(module):
    assert [unit.qualname for unit in module.members(module.find("Outer"))] == [
        "Outer.width",
        "Outer.width",
        "Outer.Inner.run",
    ]
    plain = module.find("plain")
    assert module.members(plain) == [plain]


def test_the_outermost_function_that_contains_a_unit(module):
    assert module.outermost_function(module.find("factory.made.Local.deep")).qualname == "factory"
    assert module.outermost_function(module.find("Outer.Inner.run")).qualname == "Outer.Inner.run"


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_other_line_ends_and_form_feeds_do_not_move_units(newline):
    text = "x = '\u2028🙂'\n\x0cdef f():\n    return 1\n\n\ndef g():\n    return '🙂'\n".replace("\n", newline)
    module = Module(text)
    assert module.source(module.find("f")) == f"\x0cdef f():{newline}    return 1{newline}"
    assert module.source(module.find("g")) == f"def g():{newline}    return '🙂'{newline}"


@pytest.mark.parametrize("text", ["def f(:\n", "x = '\x00'\n", "x = '\ud800'\n"])
def test_a_text_that_does_not_parse_is_an_error(text):
    with pytest.raises((SyntaxError, ValueError)):
        Module(text)
