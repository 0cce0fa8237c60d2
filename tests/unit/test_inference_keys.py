"""Base URLs and keys of model servers, and that neither shows a secret."""

from __future__ import annotations

import pytest

from reloc_lsp.inference.api_keys import Key, find_key, hide
from reloc_lsp.inference.base_url import Address, parse_address
from reloc_lsp.search.interfaces.language_model import ModelError

LOCAL = parse_address("http://127.0.0.1:8000/v1")
OPENAI = parse_address("https://api.openai.com/v1")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://127.0.0.1:8000/v1/", Address("http://127.0.0.1:8000/v1", "127.0.0.1")),
        (
            " https://me:p%40ss@models.example.org ",
            Address("https://models.example.org", "models.example.org", "me:p@ss"),
        ),
        ("http://[::1]:80/v1", Address("http://[::1]:80/v1", "::1")),
    ],
)
def test_a_login_is_separated_from_the_base_url(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert "p@ss" not in repr(parse_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "", "localhost:8000/v1", "me:se/cret@host", "http://", "http://me:secret@host:port", "http://host:99999",
        "ftp://me:secret@host/v1", "http://host/v1?key=secret", "https://secret@[::1/v1", "http://host/#secret",
    ],
)  # fmt: skip
def test_the_error_for_an_invalid_base_url_shows_no_secret(text: str) -> None:
    with pytest.raises(ModelError, match=r"^The base URL '.*' of the model server .* Write it like") as caught:
        parse_address(text)
    assert caught.value.permanent
    assert "cret" not in f"{caught.value}{caught.value.__context__}"


def test_only_a_server_on_this_machine_is_local() -> None:
    local = ("http://localhost:1", "http://127.0.0.2", "https://[::1]:8000/v1")
    assert all(parse_address(text).local for text in local)
    assert not any(parse_address(text).local for text in ("http://10.0.0.1", "http://localhost.example.org"))


def test_the_key_of_openai_goes_only_to_openai() -> None:
    environment = {"OPENAI_API_KEY": "open", "RELOC_API_KEY": "", "MINE": " mine\n"}
    assert find_key(LOCAL, "RELOC_API_KEY", environment) is None
    assert find_key(OPENAI, "RELOC_API_KEY", environment) == Key("open", "OPENAI_API_KEY")
    assert find_key(parse_address("http://api.openai.com/v1"), "RELOC_API_KEY", environment) is None
    assert find_key(parse_address("https://api.openai.com.example.org"), "RELOC_API_KEY", environment) is None
    assert find_key(OPENAI, "MINE", environment) == Key("mine", "MINE")


@pytest.mark.parametrize("value", ["two words", "k\u00e9y", "line\nbreak"])
def test_a_key_that_cannot_be_sent_is_not_shown(value: str) -> None:
    with pytest.raises(ModelError, match="The key in RELOC_API_KEY has a character that no key has") as caught:
        find_key(LOCAL, "RELOC_API_KEY", {"RELOC_API_KEY": value})
    assert value not in str(caught.value)


def test_a_key_shows_where_it_is_from_and_not_what_it_is() -> None:
    assert f"{Key('secret', 'MINE')} {[Key('secret', 'MINE')]!r}" == "Key(source='MINE') [Key(source='MINE')]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no my-secret, me!", "no [hidden], me!"),
        ("Basic bXktc2VjcmV0", "Basic [hidden]"),
        ("Incorrect API key provided: sk-proj-Ab_12.", "Incorrect API key provided: [hidden]"),
        ("key 'abc*****xyz' is wrong", "key '[hidden]' is wrong"),
        ("the disk-full task-list", "the disk-full task-list"),
    ],
)
def test_secrets_are_hidden(text: str, shown: str) -> None:
    assert hide(text, ["my-secret", "my", ""]) == shown
