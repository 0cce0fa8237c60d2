"""The wire to a real vLLM, on the CPU, with a tiny model of random weights. The tests run in this order.

`RELOC_TEST_VLLM` names the program, in an environment that also has torch and transformers; `.ci/run` makes one.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from reloc_lsp.inference.api_keys import KEY_VARIABLE
from reloc_lsp.inference.endpoint import Endpoint
from reloc_lsp.inference.managed.managed_model import ManagedModel
from reloc_lsp.inference.managed.manager import start_server, stop_server, wait_until_ready
from reloc_lsp.inference.managed.state_file import RunningServer, running_servers
from reloc_lsp.inference.managed.vllm_plan import VllmPlan
from reloc_lsp.inference.model_factory import connect
from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.revision.objectives.search_rules import repair_rules
from reloc_lsp.rewrites.neighborhood import RewriteNeighborhood
from reloc_lsp.search.budget import Budget, Spending
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.interfaces.language_model import (
    Completion,
    Gap,
    Message,
    ModelError,
    PromptTooLong,
    Reply,
    Sampling,
    Usage,
)
from reloc_lsp.search.local_search import LocalSearch
from reloc_lsp.search.verdict import Failure, Outcome, TestResult, Verdict
from reloc_lsp.settings import SearchSettings, Settings

VLLM = os.environ.get("RELOC_TEST_VLLM")
pytestmark = pytest.mark.skipif(VLLM is None, reason="no vLLM here: RELOC_TEST_VLLM names none")

CONTEXT = 4096
FLAGS = (
    "--served-model-name", "tiny", "--max-model-len", str(CONTEXT), "--enforce-eager", "--dtype", "bfloat16",
    "--max-num-seqs", "16", "--gpu-memory-utilization", "0.5",
)  # fmt: skip
PROMPT = [Message("user", "Write a function.")]
SHORT = Sampling(temperature=1.0, max_tokens=16)
MANY = 32


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VllmPlan]:
    """A real server, started as a user's would be."""
    assert VLLM is not None
    model = tmp_path_factory.mktemp("model")
    script = Path(__file__).with_name("tiny_model.py")
    subprocess.run([Path(VLLM).parent / "python", script, model], check=True)
    plan = VllmPlan(str(model), vllm=VLLM, flags=FLAGS)
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "VLLM_CPU_KVCACHE_SPACE": "1"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in offline.items():
            patch.setenv(name, value)
        asyncio.run(wait_until_ready(start_server(plan)))
        yield plan
        for server in running_servers():
            stop_server(server)


@pytest.fixture
def server(plan: VllmPlan) -> RunningServer:
    """How the server stands now."""
    (living_now,) = running_servers()
    return living_now


@pytest.fixture
async def endpoint(server: RunningServer) -> AsyncIterator[Endpoint]:
    """A connection to it."""
    made = connected(server)
    yield made
    await made.close()


def connected(server: RunningServer, model: str = "tiny") -> Endpoint:
    return connect(server.state.url, model, environment={KEY_VARIABLE: server.state.key})


def metric(server: RunningServer, name: str) -> float:
    """The sum of a counter of the server."""
    with urllib.request.urlopen(f"{server.state.url.removesuffix('/v1')}/metrics") as answer:
        text = answer.read().decode()
    return sum(float(number) for number in re.findall(rf"^vllm:{name}{{.*}} (\S+)$", text, re.MULTILINE))


async def test_one_request_brings_several_replies_and_their_usage(endpoint: Endpoint) -> None:
    answer = await endpoint.complete(PROMPT, SHORT, 3)
    assert (len(answer.replies), answer.calls) == (3, 1)
    assert len({reply.text for reply in answer.replies}) > 1
    assert not any(reply.complete for reply in answer.replies)
    assert answer.usage.counted and answer.usage.completion_tokens == 48 and answer.usage.prompt_tokens > 5


async def test_a_gap_is_filled_with_log_probabilities(server: RunningServer) -> None:
    endpoint = connect(server.state.url, "tiny", environment={KEY_VARIABLE: server.state.key}, fim="qwen")
    answer = await endpoint.infill(Gap("def inc(a):\n    return ", "\n"), SHORT, 3, ("e",))
    assert (len(answer.replies), answer.calls) == (3, 1)
    assert not any("e" in reply.text for reply in answer.replies)
    known = [reply.log_probability for reply in answer.replies if reply.log_probability is not None]
    assert known and all(-1000 < value < 0 for value in known)
    assert answer.usage.counted
    await endpoint.close()


async def test_the_same_seed_gives_the_same_replies(endpoint: Endpoint) -> None:
    once, again, other = [await endpoint.complete(PROMPT, replace(SHORT, seed=seed), 2) for seed in (7, 7, 8)]
    assert once.replies == again.replies != other.replies


async def test_the_error_for_a_wrong_key_names_its_variable_and_hides_it(server: RunningServer) -> None:
    intruder = connect(server.state.url, "tiny", environment={KEY_VARIABLE: "sk-wrong-key"})
    with pytest.raises(ModelError, match=KEY_VARIABLE) as raised:
        await intruder.complete(PROMPT, SHORT)
    assert raised.value.permanent and "wrong-key" not in str(raised.value)
    await intruder.close()


async def test_the_error_for_an_unknown_model_lists_the_available_ones(server: RunningServer) -> None:
    endpoint = connected(server, "huge")
    with pytest.raises(ModelError, match=r"no model huge.*It has: tiny"):
        await endpoint.complete(PROMPT, SHORT)
    await endpoint.close()


async def test_the_error_for_a_long_prompt_has_the_token_limit(endpoint: Endpoint) -> None:
    with pytest.raises(PromptTooLong) as raised:
        await endpoint.complete([Message("user", "value = value + 1\n" * 4000)], SHORT)
    assert raised.value.max_tokens == CONTEXT - SHORT.max_tokens


async def test_a_reply_that_would_not_fit_is_shortened(endpoint: Endpoint) -> None:
    answer = await endpoint.complete(PROMPT, replace(SHORT, max_tokens=3 * CONTEXT))
    assert 0 < answer.usage.completion_tokens < CONTEXT


async def seen_running(server: RunningServer, model: Endpoint | ManagedModel, least: int) -> asyncio.Task[Completion]:
    """A long request, once the server runs at least `least` of its replies; one that ends before is sent again."""

    def send() -> asyncio.Task[Completion]:
        return asyncio.create_task(model.complete(PROMPT, replace(SHORT, max_tokens=CONTEXT - 100), MANY))

    request = send()
    while await asyncio.to_thread(metric, server, "num_requests_running") < least:
        if request.done():
            request = send()
    return request


async def test_cancellation_stops_the_work_of_the_server(server: RunningServer, endpoint: Endpoint) -> None:
    async with asyncio.timeout(60):
        request = await seen_running(server, endpoint, 1)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        before = await asyncio.to_thread(metric, server, "generation_tokens_total")
        while await asyncio.to_thread(metric, server, "num_requests_running"):
            await asyncio.sleep(0.05)
    after = await asyncio.to_thread(metric, server, "generation_tokens_total")
    assert after - before < MANY * CONTEXT / 4


def failed(number: int) -> Verdict:
    failure = Failure("AssertionError", f"assert {number} == {number + 1}\n" * 5, 3, (2,))
    return Verdict({f"test_m.py::test_{test}": TestResult(Outcome.FAILED, failure=failure) for test in range(4)})


@dataclass
class Programmer:
    """Sends its requests to the server, and returns sensible replies instead of the noise of its tiny model."""

    endpoint: Endpoint
    unit: str
    usages: list[tuple[str, Usage]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        answer = await self.endpoint.complete(messages, replace(sampling, max_tokens=8), count)
        asked = messages[-1].content.partition("# Your task")[2]
        kind = next((kind for kind in ("observations", "directions") if kind in asked), "version")
        self.usages.append((kind, answer.usage))
        replies = [Reply(self._reply(kind)) for _ in answer.replies]
        return replace(answer, replies=tuple(replies))

    def _reply(self, kind: str) -> str:
        number = next(self.numbers)
        if kind == "version":
            return f"```python\n{self.unit.replace('return value', f'return value + {number}')}```"
        return "\n".join(f"{place}. Look at statement {number + place} again." for place in (1, 2, 3))

    async def close(self) -> None:
        """Nothing is held."""


class Evaluator:
    """Every version fails in its own way, and a longer one better."""

    async def evaluate(self, candidates: list[Candidate], must_exceed: int) -> list[Verdict]:
        return [failed(len(candidate.source)) for candidate in candidates]


class NoRewrites:
    """The model is alone."""

    async def expand(self, parents: list[Node], count: int) -> list[Candidate]:
        return []

    def learn(self, node: Node) -> None:
        """Nothing to learn."""


async def test_the_server_has_most_prompt_tokens_in_its_prefix_cache(server: RunningServer, endpoint: Endpoint) -> None:
    body = "".join(f"    value = value * {n} + {n + 1} if value > {n} else value\n" for n in range(12))
    unit = f"def f(value):\n{body}    return value\n"
    before = [metric(server, f"prefix_cache_{name}_total") for name in ("hits", "queries")]
    programmer = Programmer(endpoint, unit)
    task = Task("m.py", "f", unit, 0, len(unit), 1, failed(0))
    settings = Settings(search=SearchSettings("hill-climbing", "paper", "model"))
    spending = Spending(Budget(None, None))
    request = BudgetedModel(programmer, spending, Sampling(), 3000)
    none: RewriteNeighborhood = NoRewrites()  # type: ignore[assignment]
    rules = replace(repair_rules(task, request, settings, none, workers=1), max_nodes=25)
    async for _ in LocalSearch(task, rules, Evaluator(), spending).run():  # type: ignore[arg-type]
        pass
    rounds = programmer.usages
    first = next(place for place, (kind, _) in enumerate(rounds) if kind == "directions")
    asked, cached = (sum(getattr(u, f"{n}_tokens") for _, u in rounds[first:]) for n in ("prompt", "cached"))
    print(f"{len(rounds)} calls; from the first revision on {cached} of {asked} tokens of prompts cached")
    assert cached / asked >= 0.7
    # The reported usage agrees with the counters of the server.
    hits, queries = (metric(server, f"prefix_cache_{name}_total") for name in ("hits", "queries"))
    assert hits - before[0] == sum(usage.cached_tokens for _, usage in rounds)
    assert queries - before[1] == sum(usage.prompt_tokens for _, usage in rounds)


async def test_a_killed_server_fails_the_request_and_is_started_again_for_the_next(
    plan: VllmPlan, server: RunningServer
) -> None:
    model = ManagedModel(plan, pytest.fail)
    await model.complete(PROMPT, SHORT)
    # One of them may be the first request, which the server counts as running for a moment after its end.
    request = await seen_running(server, ManagedModel(server, pytest.fail), 2)
    children = Path(f"/proc/{server.state.supervisor}/task/{server.state.supervisor}/children").read_text().split()
    os.killpg(int(children[0]), signal.SIGKILL)
    with pytest.raises(ModelError, match="vLLM was killed: the machine may have too little memory"):
        await request
    answer = await model.complete(PROMPT, SHORT)
    assert len(answer.replies) == 1 and running_servers()[0].state.supervisor != server.state.supervisor
    await model.close()
