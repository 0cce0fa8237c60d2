"""Settings: flag over editor over pyproject over default, and one clear message for each thing that is wrong."""

import pytest

from reloc_lsp.settings import Layer, Settings, layered, pyproject_layer, user_file, user_layer
from reloc_lsp.settings.reference import SettingRow, settings_reference


def read(**layers: dict) -> tuple[Settings, list[str]]:
    return layered([Layer(name, values) for name, values in layers.items()])


def test_without_layers_every_setting_has_its_default():
    assert layered([]) == (Settings(), [])


def test_a_higher_layer_wins_and_leaves_the_rest_of_a_lower_one():
    settings, messages = read(
        pyproject={"budget": {"seconds": 10, "evaluations": 20}, "search": {"seed": 3}},
        editor={"budget": {"seconds": 30}},
        flag={"budget": {"evaluations": 40}},
    )
    assert messages == []
    assert (settings.budget.seconds, settings.budget.evaluations, settings.search.seed) == (30.0, 40, 3)
    assert settings.evaluation == Settings().evaluation


def test_a_value_that_is_not_given_leaves_the_lower_layer():
    settings, messages = read(editor={"budget": {"seconds": 30}}, flag={"budget": {"seconds": None}})
    assert settings.budget.seconds == 30.0 and messages == []


def test_a_former_name_of_a_setting_still_works_and_the_message_names_the_new_one():
    settings, messages = layered([Layer("the editor", {"model": {"patience": 60}})])
    assert settings.model.first_token_timeout == 60
    assert messages == [
        "the editor: model.patience is called model.first_token_timeout. The next release drops the old name."
    ]


@pytest.mark.parametrize("key", ["USER_only", "userOnly", "user-only"])
def test_an_unknown_key_in_any_spelling_is_named(key):
    _, (message,) = read(editor={"search": {key: 1}})
    assert f"editor: the setting search.{key} is not known" in message and "algorithm" in message


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        ({"budgets": {"seconds": 3}}, "Did you mean budget?"),
        ({"budget": {"second": 3}}, "Did you mean budget.seconds?"),
        ({"evaluation": {"interpretor": "python"}}, "Did you mean evaluation.interpreter?"),
    ],
)
def test_the_message_for_a_misspelt_key_suggests_a_key(values, meant):
    settings, (message,) = read(flag=values)
    assert meant in message and settings == Settings()


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
        ("review", "powers", "hide", "one of 'show', 'refuse'"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_and_the_lower_layer_counts(section, key, value, allowed):
    lower = {"budget": {"seconds": 5, "evaluations": 6}, "search": {"seed": 7}}
    settings, messages = read(pyproject=lower, editor={section: {key: value}})
    assert settings == read(pyproject=lower)[0]
    assert messages == [f"editor: {section}.{key} is {value!r}, but must be {allowed}."]


def test_a_kind_of_power_that_is_not_known_is_named_with_those_that_are():
    settings, (message,) = read(user={"review": {"powers": "refuse", "allowed_powers": ["imports", "network access"]}})
    assert settings.review.powers == "refuse" and settings.review.allowed_powers == ()
    assert "'network access'" in message and "'network'" in message and "'imports'" in message
    assert read(user={"review": {"allowed_powers": ["imports"]}})[0].review.allowed_powers == ("imports",)


def test_a_workspace_may_not_let_powers_pass(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.reloc.review]\npowers = "show"\nallowed_powers = ["programs"]\n')
    settings, messages = layered([Layer("user", {"review": {"powers": "refuse"}}), pyproject_layer(tmp_path)[0]])
    assert (settings.review.powers, settings.review.allowed_powers) == ("refuse", ())
    assert len(messages) == 2 and all("may be set by the user only" in message for message in messages)


def test_a_whole_number_is_accepted_for_a_fraction():
    seconds = read(flag={"budget": {"seconds": 3}})[0].budget.seconds
    assert seconds == 3.0 and isinstance(seconds, float)


@pytest.mark.parametrize("value", [3, "fast", [], True])
def test_a_section_that_is_no_table_is_left_out(value):
    settings, (message,) = read(editor={"budget": value})
    assert settings == Settings() and "budget" in message and repr(value) in message


def test_every_bad_value_has_its_own_message_and_the_good_ones_count():
    settings, messages = read(editor={"budget": {"seconds": "x", "evaluations": 9, "tokens": -1}, "nonsense": 1})
    assert settings.budget.evaluations == 9 and len(messages) == 3


@pytest.mark.parametrize("key", ["interpreter", "environment"])
def test_a_workspace_may_not_choose_what_is_run_or_trusted(key, tmp_path):
    value = {"interpreter": '"/tmp/evil"', "environment": '["AWS_SECRET_ACCESS_KEY"]'}[key]
    (tmp_path / "pyproject.toml").write_text(f"[tool.reloc.evaluation]\n{key} = {value}\nworkers = 2\n")
    layer, unreadable = pyproject_layer(tmp_path)
    settings, (message,) = layered([layer])
    assert unreadable == []
    assert f"pyproject.toml: evaluation.{key} may be set by the user only" in message
    assert getattr(settings.evaluation, key) == getattr(Settings().evaluation, key)
    assert settings.evaluation.workers == 2


def test_the_user_may_choose_what_is_run_or_trusted(tmp_path):
    settings, messages = read(editor={"evaluation": {"interpreter": "/usr/bin/python3", "environment": ["TOKEN"]}})
    assert messages == []
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
    layer, (message,) = pyproject_layer(tmp_path)
    assert layered([layer]) == (Settings(), [])
    assert message.startswith("pyproject.toml") and part in message


def test_the_workspaces_file_overrides_the_users_which_may_choose_what_is_run(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert user_layer()[0].values == {}
    user_file().parent.mkdir(parents=True)
    user_file().write_text('[budget]\nseconds = 5\nevaluations = 7\n[model.local]\nstart = true\nvllm = "/opt/vllm"\n')
    user, unreadable = user_layer()
    settings, messages = layered([user, Layer("pyproject.toml", {"budget": {"seconds": 9}}, trusted=False)])
    assert unreadable == messages == []
    assert (settings.budget.seconds, settings.budget.evaluations) == (9.0, 7)
    assert settings.model.local.start and settings.model.local.vllm == "/opt/vllm"


def test_a_workspace_cannot_choose_what_serves_a_model():
    values = {"model": {"local": {"start": True, "vllm": "./evil", "flags": ["--trust-remote-code"]}}}
    settings, (message,) = layered([Layer("pyproject.toml", values, trusted=False)])
    assert settings == Settings() and "model.local may be set by the user only" in message


def test_an_invalid_file_of_the_user_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    user_file().parent.mkdir(parents=True)
    user_file().write_text("[budget\n")
    user, (message,) = user_layer()
    assert user.values == {} and str(user_file()) in message


def test_every_setting_has_a_row_with_a_description_that_is_a_sentence():
    rows = {row.key: row for row in settings_reference()}
    assert rows["budget.seconds"] == SettingRow(
        "budget.seconds", "a number of at least 0", 60.0, "Wall-clock seconds that a search may take.", user_only=False
    )
    assert rows["model.local.flags"].default == [] and rows["model.local.flags"].user_only
    assert all(row.description[0] in "`p" or row.description[0].isupper() for row in rows.values())
    assert all(row.description.endswith(".") and "  " not in row.description for row in rows.values())


@pytest.mark.parametrize("value", [float("nan"), 10**400, "3", {"a": 1}])
def test_a_number_that_cannot_be_used_never_stops_the_program(value):
    settings, (message,) = read(editor={"budget": {"seconds": value}})
    assert settings == Settings() and "must be a number of at least 0" in message
