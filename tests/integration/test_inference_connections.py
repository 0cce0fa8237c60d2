"""The check of a model server, and what is sent to it and shown of it."""

from __future__ import annotations

import base64
import logging
import subprocess
import sys
import traceback
from dataclasses import replace

import pytest
from scripted_server import Answer, Scene, ScriptedServer, hang, page, status

from reloc_lsp.inference.endpoint import Endpoint
from reloc_lsp.inference.model_factory import DEFAULT_BASE_URL, connect
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.search.interfaces.language_model import Message, ModelError, Sampling

PROMPT = [Message("user", "def f(a): return a")]
SECRET = "Kx7-much-too-secret-to-show-93qz"
QUICK = RequestTimeouts(connect=5, first_token=5, listing=5, pause=0.001, longest_pause=0.002)
HASTY = replace(QUICK, first_token=0.3, listing=0.05)


async def checked(
    server: ScriptedServer, model: str | None, timeouts: RequestTimeouts | None = None, key: str = ""
) -> str:
    endpoint = connect(server.url, model, environment={"RELOC_API_KEY": key}, timeouts=timeouts)
    check = await endpoint.check()
    await endpoint.close()
    return ("yes: " if check.usable else "no: ") + check.sentence.replace(server.url, "URL")


async def test_check_names_the_model_that_is_used() -> None:
    async with ScriptedServer(models=("small", "large")) as server:
        assert await checked(server, None) == "yes: URL answers, and its model small is asked. It has: small, large."
        assert await checked(server, "large") == "yes: URL answers, and its model large is asked. It has: small, large."
        unknown = await checked(server, "huge")
        assert unknown.startswith("no: URL answers, but lists no model huge. It has: small, large. Choose one of these")
        paid = await checked(server, None, key=SECRET)
        assert paid == "no: URL has several models: small, large. Say which one to ask."
    async with ScriptedServer(models=("only",)) as server:
        assert await checked(server, None, key=SECRET) == "yes: URL answers, and its model only is asked."


@pytest.mark.parametrize(
    ("listing", "sentence"),
    [
        (status(200, {"data": []}), "no: URL answers, but has no model. Load one there."),
        (status(401, {}), "no: URL wants a key (401: {}). Put it into the environment variable RELOC_API_KEY."),
        (status(404, {}), "no: There is no list of models at URL/models. Check the base URL."),
        (
            page("<title>Router</title>", "text/html"),
            "no: What answers at URL is a web page (Router), not a model server.",
        ),
        (page("", ""), "no: The answer of URL is empty."),
        (page('{"data": [{', "application/json"), "no: The answer of URL is no list of models"),
        (hang, "no: URL did not say within 0.05 s which models it has."),
    ],
)
async def test_check_reports_what_is_wrong(listing: Scene, sentence: str) -> None:
    async with ScriptedServer(listing=listing) as server:
        timeouts = HASTY if listing is hang else QUICK
        assert (await checked(server, None, timeouts)).startswith(sentence)


async def test_nothing_from_the_environment_goes_to_other_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Gateway: {SECRET}\nAuthorization: Bearer {SECRET}")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with ScriptedServer() as server:
        endpoint = connect(server.url, "tiny")
        await endpoint.complete(PROMPT, Sampling())
        await endpoint.check()
        await endpoint.close()
    for request in (*server.requests, *server.listings):
        assert SECRET not in str(request.headers)


ECHO = {"error": {"message": f"Incorrect API key provided: {SECRET}, or Kx7*****************93qz."}}


@pytest.mark.parametrize(
    "scenes",
    [
        (Answer(),),
        (status(401, ECHO),),
        (status(400, ECHO),),
        (status(503, ECHO), status(429, ECHO, {"X-Echo": "yes"}), status(404, ECHO)),
        (page(f"<title>{SECRET}</title>", "text/html"),),
        (page(f'{{"choices": "{SECRET}', "application/json"),),
        (hang,),
    ],
)
@pytest.mark.parametrize("source", ["variable", "login"])
async def test_the_key_is_shown_nowhere(
    caplog: pytest.LogCaptureFixture, scenes: tuple[Scene, ...], source: str
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("openai", "httpx", "httpcore", "httpx2", "httpcore2", "reloc_lsp"):
        caplog.set_level(logging.DEBUG, name)
    shown: list[str] = []
    async with ScriptedServer(*scenes) as server:
        login = server.url.replace("http://", f"http://someone:{SECRET}@")
        url, key = (server.url, SECRET) if source == "variable" else (login, "")
        timeouts = HASTY if hang in scenes else QUICK
        endpoint = connect(url, "tiny", environment={"RELOC_API_KEY": key}, timeouts=timeouts)
        shown += [repr(endpoint), repr(vars(endpoint)), repr(endpoint._server), str(endpoint._server)]
        try:
            await endpoint.complete(PROMPT, Sampling())
        except ModelError as error:
            assert error.__traceback__ is not None
            frames = traceback.walk_tb(error.__traceback__.tb_next)  # This function knows the secret anyway.
            shown.append("".join(traceback.StackSummary.extract(frames, capture_locals=True).format()) + str(error))
            assert error.__cause__ is error.__context__ is None
        shown += [(await endpoint.check()).sentence, repr(vars(endpoint))]
        await endpoint.close()
    sent = server.requests[0].headers["authorization"]
    basic = base64.b64encode(f"someone:{SECRET}".encode()).decode()
    assert sent == (f"Bearer {SECRET}" if source == "variable" else f"Basic {basic}")
    shown += [record.getMessage() + repr(record.args) for record in caplog.records]
    assert any("Request" in text for text in shown)
    for text in shown:
        for secret in (SECRET, basic, "93qz"):
            assert secret not in text


def test_connecting_loads_no_client() -> None:
    code = (
        "import sys; from reloc_lsp.inference.model_factory import connect; connect(environment={}); "
        "print([name for name in ('openai', 'httpx', 'httpx2', 'pydantic', 'anyio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_a_missing_client_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    endpoint = connect(environment={})
    assert isinstance(endpoint, Endpoint)
    assert endpoint.url == DEFAULT_BASE_URL
    with pytest.raises(ModelError, match=r"pip install 'reloc-lsp\[model\]'") as caught:
        await endpoint.complete(PROMPT, Sampling())
    assert caught.value.permanent
    assert not (await endpoint.check()).usable
