"""What a model's part of a search takes: wall time, tokens, and our own CPU time for each call.

    python tests/benchmarks/model.py [--pause 0.01]

- Wall time to spend the paper's budget of 25 nodes against a server that takes `pause` seconds for each word, however
  many requests it has: the authors' rules with one call after the other, and our default rules.
- Tokens of a reply with the revised function alone, against one with the whole file, in files of three lengths; and of
  one with the whole of a long function, against one that replaces a line. A token is taken for three characters.
- CPU time of our own code for each call: that of the whole process, less what the same requests take with the client
  alone, which drops what it reads, and the same scripted server.

The server is a script on real sockets, and versions are judged by nobody, so that the model's part is all there is.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
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
from reloc_lsp.revision.model_access import budgeted_model
from reloc_lsp.revision.objectives.model_rules import PAPER_NODES
from reloc_lsp.revision.objectives.search_rules import repair_rules
from reloc_lsp.search.budget import Budget, Spending
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.local_search import LocalSearch
from reloc_lsp.search.token_estimate import estimate_tokens
from reloc_lsp.search.verdict import Failure, Outcome, TestResult, Verdict
from reloc_lsp.settings import SearchSettings, Settings

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


class Judge:
    """Every version fails as the first one did."""

    async def evaluate(self, candidates: list[Candidate], must_exceed: int) -> list[Verdict]:
        """The same verdict on all."""
        return [VERDICT for _ in candidates]


class NoRewrites:
    """The model is alone."""

    async def expand(self, parents: list[Node], count: int) -> list[Candidate]:
        """None."""
        return []

    def learn(self, node: Node) -> None:
        """Nothing to learn."""


def file_of(lines: int) -> str:
    """A file of about so many lines that ends with the unit."""
    others, number = "", 0
    while (others + UNIT).count("\n") < lines:
        others, number = others + OTHER.format(number=number), number + 1
    return others + UNIT


def scene_with(pause: float) -> Scene:
    """Answers every kind of question, with so many seconds before each word."""
    numbers = itertools.count()

    async def scene(wire: Wire) -> None:
        asked = wire.request.body["messages"][-1]["content"].partition("# Your task")[2]
        version = f"```python\n{UNIT.replace('return value', f'return value + {next(numbers)}')}```"
        text = OBSERVATIONS if "observations" in asked else DIRECTIONS if "directions" in asked else version
        await Answer(texts=(text,), pause=pause)(wire)

    return scene


async def spend(rules: str, in_flight: int, pause: float) -> tuple[float, int, list[Request]]:
    """Seconds, nodes and requests to spend the budget of nodes."""
    task = Task("m.py", "f", UNIT, 0, len(UNIT), 1, VERDICT)
    settings = Settings(search=SearchSettings("hill-climbing", rules, "model"))  # type: ignore[arg-type]
    async with ScriptedServer(scene_with(pause)) as server:
        endpoint = connect(server.url, "tiny", in_flight=in_flight)
        spending = Spending(Budget(None, None))
        asked = budgeted_model(endpoint, spending, settings)
        made = repair_rules(task, asked, settings, NoRewrites(), workers=1)  # type: ignore[arg-type]
        search = LocalSearch(task, replace(made, max_nodes=NODES), Judge(), spending)  # type: ignore[arg-type]
        began = time.perf_counter()
        async for _ in search.run():
            pass
        seconds = time.perf_counter() - began
        await endpoint.close()
    return seconds, len(search.nodes) - 1, server.requests


async def overhead() -> tuple[float, float]:
    """CPU milliseconds for each call: of our own code, and of the client and the scripted server."""
    gc.collect()
    began = time.process_time()
    _, _, requests = await spend("default", 16, 0.0)
    whole = time.process_time() - began
    async with ScriptedServer(scene_with(0.0)) as server:
        client = make_client(ServerInfo(parse_address(server.url), None, "", RequestTimeouts()))

        async def drop(body: dict[str, Any]) -> None:
            async with client.chat.completions.with_streaming_response.create(**body) as response:
                async for _ in response.iter_bytes():
                    pass

        gc.collect()
        began = time.process_time()
        await asyncio.gather(*(drop(request.body) for request in requests))
        theirs = time.process_time() - began
        await client.close()
    return 1000 * (whole - theirs) / len(requests), 1000 * theirs / len(requests)


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pause", type=float, default=0.01, help="seconds for each word of a reply")
    options = parser.parse_args()
    asyncio.run(spend("default", 16, 0.0))  # the client is loaded
    print(f"{'':36}{'seconds':>9}{'nodes':>7}{'calls':>7}")
    theirs = asyncio.run(spend("paper", 1, options.pause))
    ours = asyncio.run(spend("default", 16, options.pause))
    print(f"{'paper, one call after the other':36}{theirs[0]:9.2f}{theirs[1]:7}{len(theirs[2]):7}")
    print(f"{'default, all calls of a round at once':36}{ours[0]:8.2f}{ours[1]:7}{len(ours[2]):7}")
    print(f"times faster for each node: {theirs[0] / theirs[1] / (ours[0] / ours[1]):.1f}")
    for lines in (50, 200, 1000):
        whole = estimate_tokens(file_of(lines))
        print(f"file of {lines} lines: {estimate_tokens(UNIT)} tokens for the function, {whole} for the file")
    changed = f"<<<<<<< SEARCH\n{LINE.format(9)}=======\n{LINE.format(10)}>>>>>>> REPLACE\n"
    for lines in (60, 120, 300):
        whole = estimate_tokens("def f(value):\n" + "".join(map(LINE.format, range(lines))))
        print(
            f"function of {lines} lines: {whole} tokens for the whole, {estimate_tokens(changed)} for a replaced line"
        )
    own, others = zip(*(asyncio.run(overhead()) for _ in range(25)), strict=True)
    print(f"CPU time for each call, median of 25: {median(own):.1f} ms ours, {median(others):.1f} ms client and server")


if __name__ == "__main__":
    main()
