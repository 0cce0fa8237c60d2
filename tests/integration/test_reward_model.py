"""A reward model from training to scores, tiny and on the CPU, and behind a real vLLM.

Needs what the extra `reward` installs; `RELOC_TEST_VLLM` names a vLLM for the last test. `.ci/run` has both.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socket import socket
from typing import Any

import pytest

from reloc_lsp.cli.main import main
from reloc_lsp.reward.errors import RewardError
from reloc_lsp.reward.text_reward import text_reward
from reloc_lsp.reward.training.presets import TrainingOptions
from reloc_lsp.reward.training.sources.function_versions import Version, Versions
from reloc_lsp.reward.transformers_scorer import TransformersScorer
from reloc_lsp.reward.vllm_scorer import VllmScorer
from reloc_lsp.search.candidate import Candidate, Task
from reloc_lsp.search.interfaces.protocols import Reward
from reloc_lsp.search.verdict import Verdict
from reloc_lsp.settings import TextRewardSettings

for module in ("torch", "transformers", "trl", "peft", "datasets", "pyarrow", "sklearn"):
    pytest.importorskip(module, reason=f"trains a reward model with {module}: pip install 'reloc-lsp[reward]'")

import tiny_reward_model  # noqa: E402
import torch  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

from reloc_lsp.reward.training import dataset, trainer  # noqa: E402
from reloc_lsp.reward.training.dataset_builder import CollectionOptions, collect_preferences  # noqa: E402

VLLM = os.environ.get("RELOC_TEST_VLLM")
FLAGS = ("--preset", "small", "--learning-rate", "0.001", "--batch", "8", "--at-once", "8", "--epochs", "1")
STEPS = ("--steps", "16")
HOW = TrainingOptions(1.0, 1e-3, batch=8, at_once=8, max_length=1024, steps=16)


class Separable:
    """Fixes in five repositories that differ in one word, always the same."""

    def versions(self) -> Iterator[Versions]:
        for number in range(200):
            body = f"def f{number}(x):\n    return {{}}(x, {number})\n"
            versions = Version(body.format("wrong"), 1), Version(body.format("right"), 0, 0)
            yield Versions("history", f"r{number % 5}", "m.py", f"f{number}", "c", 0, versions)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reward")
    how = CollectionOptions(test_share=0.3)
    dataset.write(made / "pairs.parquet", collect_preferences([Separable()], how), how)
    tiny_reward_model.base(made / "base")
    return made


def trained(folder: Path, name: str, *flags: str) -> Path:
    base = ("--base", str(folder / "base"), "--out", str(folder / name))
    assert main(["reward", "train", str(folder / "pairs.parquet"), *base, *FLAGS, *flags]) == 0
    return folder / name


@pytest.fixture(scope="module")
def model(folder: Path) -> Path:
    """A model that was trained without interruption."""
    return trained(folder, "model", *STEPS)


def test_a_trained_model_prefers_the_better_version_of_held_out_functions(
    folder: Path, model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["reward", "eval", str(folder / "pairs.parquet"), "--model", str(model), "--json"]) == 0
    rows = {row["group"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert rows["all"]["model"] == 1.0 and rows["all"]["pairs"] == 80 and rows["all"]["coin"] == 0.5
    assert {"gap: 1", "kind: name"} <= set(rows)
    monkeypatch.chdir(folder)
    (folder / "m.py").write_text("def one(x):\n    return right(x, 1)\n\n\ndef two(x):\n    return wrong(x, 1)\n")
    assert main(["reward", "score", "m.py", "--model", str(model)]) == 0
    one, two = (line.split() for line in capsys.readouterr().out.splitlines())
    assert (one[1], two[1]) == ("m.py::one", "m.py::two") and float(one[0]) > float(two[0])
    assert "accuracy on the pairs" in (model / "training.html").read_text()


def test_an_interrupted_training_ends_with_the_same_weights(folder: Path, model: Path) -> None:
    preferences = dataset.read(folder / "pairs.parquet")
    out = folder / "resumed"
    half = trainer.train(preferences, str(folder / "base"), out, HOW, lambda step: step.step < 7)
    assert not half.complete and len(half.steps) == 7 and not (out / "model.safetensors").exists()
    # As if training had been killed while it wrote a checkpoint.
    (out / "checkpoints" / "checkpoint-12").mkdir()
    with pytest.raises(RewardError, match="go on with it with --resume"):
        trainer.train(preferences, str(folder / "base"), out, HOW, lambda step: True)
    with pytest.raises(RewardError, match="a training with another data"):
        trainer.train(preferences[9:], str(folder / "base"), out, HOW, lambda step: True, resume=True)
    trained(folder, "resumed", *STEPS, "--resume")
    trusted, whole = (load_file(path / "model.safetensors") for path in (out, model))
    assert trusted.keys() == whole.keys() and all(torch.equal(trusted[name], whole[name]) for name in whole)


def test_adapters_are_merged_into_the_model(folder: Path, model: Path) -> None:
    out = trained(folder, "adapted", *STEPS, "--lora-rank", "4", "--learning-rate", "0.01")
    assert (out / "adapter" / "adapter_config.json").exists() and not (out / "adapter_config.json").exists()
    assert load_file(out / "model.safetensors").keys() == load_file(model / "model.safetensors").keys()
    test = [p for p in dataset.read(folder / "pairs.parquet") if p.split == "test"]
    scores = TransformersScorer(str(out)).score([source for p in test for source in (p.better, p.worse)])
    assert sum(b > w for b, w in zip(scores[::2], scores[1::2], strict=True)) / len(test) > 0.9


def task() -> Task:
    source = "def f(x):\n    return wrong(x, 3)\n"
    return Task("m.py", "f", source, 0, len(source), 1, Verdict({}))


def candidates(*names: str) -> list[Candidate]:
    return [Candidate(f"def f(x):\n    return {name}(x, 3)\n", "name", name) for name in names]


async def test_each_candidate_of_a_round_gets_a_reward(model: Path) -> None:
    notes: list[str] = []
    reward: Reward | None = text_reward(TextRewardSettings(model=str(model)), notes.append)
    assert reward is not None
    wrong, right, other = await reward.reward(task(), candidates("wrong", "right", "wrong"), [Verdict({})] * 3, ())
    assert right > wrong == pytest.approx(other, abs=1e-5) and not notes


def test_a_published_checkpoint_can_be_loaded_and_batches_do_not_change_scores(tmp_path: Path) -> None:
    scorer = TransformersScorer(str(tiny_reward_model.reward_model(tmp_path)))
    texts = ["x", "a longer one", "x = 1\n" * 40, "y" * 2 * tiny_reward_model.CONTEXT]
    assert scorer.score(texts) == pytest.approx([scorer.score([text])[0] for text in texts], abs=1e-5)
    # A text that is too long is truncated on the left.
    assert scorer.score(["z" * 99 + texts[-1]]) == pytest.approx(scorer.score(texts[-1:]), abs=1e-5)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda path: tiny_reward_model.reward_model(path, labels=2), "it has 2 labels, and one is needed"),
        (tiny_reward_model.base, "it has Qwen2ForCausalLM"),
        (lambda path: path / "none", "There is no folder"),
        (lambda path: path, "cannot be loaded"),
    ],
)
async def test_an_unusable_model_is_reported_once_and_does_not_end_the_search(
    tmp_path: Path, made: Callable[[Path], Any], message: str
) -> None:
    notes: list[str] = []
    reward = text_reward(TextRewardSettings(model=str(made(tmp_path))), notes.append)
    assert reward is not None
    for _ in range(2):
        assert await reward.reward(task(), candidates("a", "b"), [Verdict({})] * 2, ()) == [0.0, 0.0]
    assert len(notes) == 1 and message in notes[0]


@pytest.fixture
def server(model: Path) -> Iterator[str]:
    """The address of a vLLM server with the trained model."""
    assert VLLM is not None
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "VLLM_CPU_KVCACHE_SPACE": "1"}
    command = [
        VLLM, "serve", str(model), "--runner", "pooling", "--served-model-name", "tiny", "--port", str(port),
        "--enforce-eager", "--dtype", "float32", "--max-model-len", str(tiny_reward_model.CONTEXT),
        "--gpu-memory-utilization", "0.5",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    output: list[str] = []
    try:
        for line in process.stdout:
            output.append(line)
            if "startup complete" in line:
                break
        assert "startup complete" in output[-1], "".join(output)
        # A full pipe would block the server.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait()


@pytest.mark.skipif(VLLM is None, reason="no vLLM here: RELOC_TEST_VLLM names none")
def test_a_real_vllm_gives_the_same_scores_as_this_process(
    folder: Path, model: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = [p.better for p in dataset.read(folder / "pairs.parquet")[:40]] + ["y" * 2 * tiny_reward_model.CONTEXT]
    assert VllmScorer(server).score(texts) == pytest.approx(TransformersScorer(str(model)).score(texts), abs=1e-4)
    assert main(["reward", "eval", str(folder / "pairs.parquet"), "--base-url", server, "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["model"] == 1.0
    with pytest.raises(RewardError, match="huge"):
        VllmScorer(server, "huge").score(texts)
