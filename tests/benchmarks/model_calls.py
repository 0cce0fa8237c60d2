"""The cost of the model's part of a search: wall-clock time, tokens, and our CPU time per call.

    python tests/benchmarks/model_calls.py [--pause 0.01]

- Wall-clock time for the paper's budget of 25 nodes, with a server that takes `pause` seconds per word for any number
  of requests: the authors' rules with one call after the other, and our default rules.
- Tokens of a reply with only the revised function, compared with the whole file, for three file lengths; and tokens of
  a long function, compared with the replacement of one line. A token is estimated as three characters.
- CPU time of our code per call: the time of the whole process, minus the time of the same requests with the bare
  client, which discards the replies, and the same scripted server. The process that parses the replies is measured on
  its own: its start, and each further reply.

The server is a script on real sockets. No version is evaluated, so that only the model's part is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "integration"))

from scripted_server import Answer, Request, Scene, ScriptedServer, Wire

from reloc_lsp.inference.base_url import parse_address
from reloc_lsp.inference.model_factory import connect
from reloc_lsp.inference.openai_client import make_client
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.inference.server_info import ServerInfo
from reloc_lsp.language_model.replies.parser_process import ParserProcess
from reloc_lsp.revision.model_access import budgeted_model
from reloc_lsp.revision.objectives.model_rules import PAPER_NODES
from reloc_lsp.revision.objectives.search_rules import repair_rules
from reloc_lsp.search.budget import Budget, Spending
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.local_search import LocalSearch
from reloc_lsp.search.token_estimate import estimate_tokens
from reloc_lsp.search.verdict import Failure, Outcome, TestResult, Verdict
from reloc_lsp.settings import SearchSettings, Settings

RUNS = 25
"""Repetitions of the CPU measurement. Chosen by hand."""
FURTHER_REPLIES = 200
"""Replies that are parsed after the first one. Chosen by hand."""
NODES = PAPER_NODES["hill-climbing"]
FAILED = TestResult(Outcome.FAILED, failure=Failure("AssertionError", "assert 1 == 2", 3, (2,)))
VERDICT = Verdict({f"test_m.py::test_{number}": FAILED for number in range(4)})
BODY = "".join(f"    value = value * {number} + {number + 1} if value > {number} else value\n" for number in range(12))
LINE = "    value = value * {0} + 1 if value > {0} else value\n"
UNIT = f"def f(value):\n{BODY}    return value\n"
OTHER = "def other_{number}(value):\n    return [item + {number} for item in value if item != {number}]\n\n\n"
DIRECTIONS = "The value is wrong in the end. " * 3 + "".join(
    f"\n{number}. Change the condition of the first statement and what it gives." for number in (1, 2, 3)
)
OBSERVATIONS = "\n".join(
    f"{number}. The value may be of any size, and the sum of it has to fit." for number in range(1, 6)
)


class FailingEvaluator:
    """Every version fails like the original one."""

    async def evaluate(self, candidates: list[Candidate], must_exceed: int) -> list[Verdict]:
        """The same verdict for all candidates."""
        return [VERDICT for _ in candidates]


class NoRewrites:
    """A neighborhood without rewrites, so that only the model makes candidates."""

    async def expand(self, parents: list[Node], count: int) -> list[Candidate]:
        """No candidates."""
        return []

    def learn(self, node: Node) -> None:
        """Learns nothing."""


def file_of(lines: int) -> str:
    """A file of about `lines` lines that ends with the unit."""
    others, number = "", 0
    while (others + UNIT).count("\n") < lines:
        others, number = others + OTHER.format(number=number), number + 1
    return others + UNIT


def scene_with(pause: float) -> Scene:
    """A scene that answers every kind of request, with `pause` seconds before each word."""
    numbers = itertools.count()

    async def scene(wire: Wire) -> None:
        task = wire.request.body["messages"][-1]["content"].partition("# Your task")[2]
        version = f"```python\n{UNIT.replace('return value', f'return value + {next(numbers)}')}```"
        text = OBSERVATIONS if "observations" in task else DIRECTIONS if "directions" in task else version
        await Answer(texts=(text,), pause=pause)(wire)

    return scene


async def spend(rules: str, in_flight: int, pause: float) -> tuple[float, int, list[Request]]:
    """Seconds, nodes and requests of a search that uses the whole budget of nodes."""
    task = Task("m.py", "f", UNIT, 0, len(UNIT), 1, VERDICT)
    settings = Settings(search=SearchSettings("hill-climbing", rules, "model"))  # type: ignore[arg-type]
    async with ScriptedServer(scene_with(pause)) as server:
        endpoint = connect(server.url, "tiny", in_flight=in_flight)
        spending = Spending(Budget(None, None))
        model = budgeted_model(endpoint, spending, settings)
        made = repair_rules(task, model, settings, NoRewrites(), workers=1)  # type: ignore[arg-type]
        search = LocalSearch(task, replace(made, max_nodes=NODES), FailingEvaluator(), spending)  # type: ignore[arg-type]
        began = time.perf_counter()
        async for _ in search.run():
            pass
        seconds = time.perf_counter() - began
        await endpoint.close()
    return seconds, len(search.nodes) - 1, server.requests


async def overhead() -> tuple[float, float]:
    """CPU milliseconds per call: of our code, and of the client with the scripted server."""
    gc.collect()
    began = time.process_time()
    _, _, requests = await spend("default", 16, 0.0)
    whole = time.process_time() - began
    async with ScriptedServer(scene_with(0.0)) as server:
        client = make_client(ServerInfo(parse_address(server.url), None, "", RequestTimeouts()))

        async def discard(body: dict[str, Any]) -> None:
            async with client.chat.completions.with_streaming_response.create(**body) as response:
                async for _ in response.iter_bytes():
                    pass

        gc.collect()
        began = time.process_time()
        await asyncio.gather(*(discard(request.body) for request in requests))
        bare = time.process_time() - began
        await client.close()
    return 1000 * (whole - bare) / len(requests), 1000 * bare / len(requests)


async def parsing() -> tuple[float, float]:
    """CPU milliseconds of the process that parses replies: from its start to its first answer, and for each other."""
    reply = f"```python\n{UNIT.replace('return value', 'return value + 1')}```"

    async def cpu(replies: int) -> float:
        parser = ParserProcess()
        began = children_cpu()
        for _ in range(replies):
            await parser.parse(reply, UNIT, UNIT)
        parser.close()
        return 1000 * (children_cpu() - began)

    first, all_replies = await cpu(1), await cpu(1 + FURTHER_REPLIES)
    return first, (all_replies - first) / FURTHER_REPLIES


def children_cpu() -> float:
    """CPU seconds of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pause", type=float, default=0.01, help="seconds before each word of a reply")
    options = parser.parse_args()
    asyncio.run(spend("default", 16, 0.0))  # so that all modules are loaded
    print(f"{'':36}{'seconds':>9}{'nodes':>7}{'calls':>7}")
    paper = asyncio.run(spend("paper", 1, options.pause))
    default = asyncio.run(spend("default", 16, options.pause))
    print(f"{'paper, one call after the other':36}{paper[0]:9.2f}{paper[1]:7}{len(paper[2]):7}")
    print(f"{'default, all calls of a round at once':36}{default[0]:8.2f}{default[1]:7}{len(default[2]):7}")
    print(f"speed-up per node: {paper[0] / paper[1] / (default[0] / default[1]):.1f}")
    for lines in (50, 200, 1000):
        whole = estimate_tokens(file_of(lines))
        print(f"file of {lines} lines: {estimate_tokens(UNIT)} tokens for the function, {whole} for the file")
    changed = f"<<<<<<< SEARCH\n{LINE.format(9)}=======\n{LINE.format(10)}>>>>>>> REPLACE\n"
    for lines in (60, 120, 300):
        whole = estimate_tokens("def f(value):\n" + "".join(map(LINE.format, range(lines))))
        print(
            f"function of {lines} lines: {whole} tokens for the whole, {estimate_tokens(changed)} for a replaced line"
        )
    own, others = zip(*(asyncio.run(overhead()) for _ in range(RUNS)), strict=True)
    print(f"CPU time per call, median of {RUNS}: {median(own):.1f} ms ours, {median(others):.1f} ms client and server")
    starts, replies = zip(*(asyncio.run(parsing()) for _ in range(RUNS)), strict=True)
    print(f"parser process, median of {RUNS}: {median(starts):.0f} ms to start, {median(replies):.2f} ms for a reply")


if __name__ == "__main__":
    main()
