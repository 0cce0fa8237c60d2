"""Settings: flag over editor over pyproject over default, and one clear message for each thing that is wrong."""

import pytest

from reloc_lsp.settings import Layer, Settings, layered, pyproject_layer, user_file, user_layer


def read(**layers: dict) -> tuple[Settings, list[str]]:
    return layered([Layer(name, values) for name, values in layers.items()])


def test_without_layers_every_setting_has_its_default():
    assert layered([]) == (Settings(), [])


def test_a_higher_layer_wins_and_leaves_the_rest_of_a_lower_one():
    settings, complaints = read(
        pyproject={"budget": {"seconds": 10, "evaluations": 20}, "search": {"seed": 3}},
        editor={"budget": {"seconds": 30}},
        flag={"budget": {"evaluations": 40}},
    )
    assert complaints == []
    assert (settings.budget.seconds, settings.budget.evaluations, settings.search.seed) == (30.0, 40, 3)
    assert settings.evaluation == Settings().evaluation


def test_a_value_that_is_not_given_leaves_the_lower_layer():
    settings, complaints = read(editor={"budget": {"seconds": 30}}, flag={"budget": {"seconds": None}})
    assert settings.budget.seconds == 30.0 and complaints == []


@pytest.mark.parametrize("key", ["USER_only", "userOnly", "user-only"])
def test_an_unknown_key_in_any_spelling_is_named(key):
    _, (complaint,) = read(editor={"search": {key: 1}})
    assert f"editor: the setting search.{key} is not known" in complaint and "algorithm" in complaint


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        ({"budgets": {"seconds": 3}}, "Did you mean budget?"),
        ({"budget": {"second": 3}}, "Did you mean budget.seconds?"),
        ({"evaluation": {"interpretor": "python"}}, "Did you mean evaluation.interpreter?"),
    ],
)
def test_a_misspelt_key_says_which_was_meant(values, meant):
    settings, (complaint,) = read(flag=values)
    assert meant in complaint and settings == Settings()


@pytest.mark.parametrize(
    ("section", "key", "value", "allowed"),
    [
        ("budget", "seconds", "soon", "a number of at least 0"),
        ("budget", "seconds", -1, "a number of at least 0"),
        ("budget", "seconds", True, "a number of at least 0"),
        ("budget", "evaluations", 2.5, "a whole number of at least 0"),
        ("search", "rules", "random", "one of 'default', 'paper'"),
        ("search", "rules", ["default"], "one of 'default', 'paper'"),
        ("search", "seed", "x", "a whole number of at least 0"),
        ("evaluation", "tests", "test_m.py", "a list of texts"),
        ("evaluation", "tests", [1], "a list of texts"),
        ("evaluation", "interpreter", 3, "text"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_and_the_lower_layer_counts(section, key, value, allowed):
    lower = {"budget": {"seconds": 5, "evaluations": 6}, "search": {"seed": 7}}
    settings, complaints = read(pyproject=lower, editor={section: {key: value}})
    assert settings == read(pyproject=lower)[0]
    assert complaints == [f"editor: {section}.{key} is {value!r}, but must be {allowed}."]


def test_numbers_may_be_whole_where_fractions_are_allowed():
    seconds = read(flag={"budget": {"seconds": 3}})[0].budget.seconds
    assert seconds == 3.0 and isinstance(seconds, float)


@pytest.mark.parametrize("value", [3, "fast", [], True])
def test_a_section_that_is_no_table_is_left_out(value):
    settings, (complaint,) = read(editor={"budget": value})
    assert settings == Settings() and "budget" in complaint and repr(value) in complaint


def test_every_bad_value_has_its_own_message_and_the_good_ones_count():
    settings, complaints = read(editor={"budget": {"seconds": "x", "evaluations": 9, "tokens": -1}, "nonsense": 1})
    assert settings.budget.evaluations == 9 and len(complaints) == 3


@pytest.mark.parametrize("key", ["interpreter", "environment"])
def test_a_workspace_may_not_say_what_is_run_or_trusted(key, tmp_path):
    value = {"interpreter": '"/tmp/evil"', "environment": '["AWS_SECRET_ACCESS_KEY"]'}[key]
    (tmp_path / "pyproject.toml").write_text(f"[tool.reloc.evaluation]\n{key} = {value}\nworkers = 2\n")
    layer, unreadable = pyproject_layer(tmp_path)
    settings, (complaint,) = layered([layer])
    assert unreadable == []
    assert f"pyproject.toml: evaluation.{key} may be set by the user only" in complaint
    assert getattr(settings.evaluation, key) == getattr(Settings().evaluation, key)
    assert settings.evaluation.workers == 2


def test_the_user_may_say_it(tmp_path):
    settings, complaints = read(editor={"evaluation": {"interpreter": "/usr/bin/python3", "environment": ["TOKEN"]}})
    assert complaints == []
    assert (settings.evaluation.interpreter, settings.evaluation.environment) == ("/usr/bin/python3", ("TOKEN",))


def test_a_workspace_without_settings(tmp_path):
    assert layered([pyproject_layer(tmp_path)[0]]) == (Settings(), [])
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert layered([pyproject_layer(tmp_path)[0]]) == (Settings(), [])


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"[tool.reloc\n", "cannot be read"),
        (b"[tool.reloc]\nseed = '\xff'\n", "cannot be read"),
        (b"tool = 3\n", "must be a table"),
        (b"[tool]\nreloc = 3\n", "must be a table"),
    ],
)
def test_a_pyproject_that_cannot_be_used_is_one_message(content, part, tmp_path):
    (tmp_path / "pyproject.toml").write_bytes(content)
    layer, (complaint,) = pyproject_layer(tmp_path)
    assert layered([layer]) == (Settings(), [])
    assert complaint.startswith("pyproject.toml") and part in complaint


def test_the_users_own_file_lies_under_the_workspaces_and_may_choose_what_is_run(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert user_layer()[0].values == {}
    user_file().parent.mkdir(parents=True)
    user_file().write_text('[budget]\nseconds = 5\nevaluations = 7\n[model.local]\nstart = true\nvllm = "/opt/vllm"\n')
    user, unreadable = user_layer()
    settings, complaints = layered([user, Layer("pyproject.toml", {"budget": {"seconds": 9}}, trusted=False)])
    assert unreadable == complaints == []
    assert (settings.budget.seconds, settings.budget.evaluations) == (9.0, 7)
    assert settings.model.local.start and settings.model.local.vllm == "/opt/vllm"


def test_a_workspace_cannot_choose_what_serves_a_model():
    values = {"model": {"local": {"start": True, "vllm": "./evil", "flags": ["--trust-remote-code"]}}}
    settings, (complaint,) = layered([Layer("pyproject.toml", values, trusted=False)])
    assert settings == Settings() and "model.local may be set by the user only" in complaint


def test_a_file_of_the_user_that_is_no_toml_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    user_file().parent.mkdir(parents=True)
    user_file().write_text("[budget\n")
    user, (complaint,) = user_layer()
    assert user.values == {} and str(user_file()) in complaint
