"""Makes the README's picture of a search with a model, as an SVG file: a real run of `reloc-lsp revise`.

python tests/benchmarks/model_picture.py [--out .github/model.svg] [--width 104]

The model is a scripted server: it answers every request for code with a right version of the function.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from picture import PROMPT, as_prompts, final_screen, output_on_terminal, picture

TESTS_FOLDER = Path(__file__).parents[1] / "integration"
sys.path.append(str(TESTS_FOLDER))

from scripted_server import Answer, Scene, ScriptedServer, Wire  # noqa: E402

PICTURE = Path(__file__).parents[2] / ".github" / "model.svg"
FILES = {
    "text.py": 'import re\n\n\ndef slug(text):\n    """The words of text in lower case, with hyphens between them."""\n'
    '    return re.sub(r"\\W+", "-", text)\n',
    "test_text.py": "from text import slug\n\n\ndef test_words():\n"
    '    assert slug("Hello, big World!") == "hello-big-world"\n\n\ndef test_digits():\n'
    '    assert slug("7 up -- 4 down") == "7-up-4-down"\n\n\ndef test_nothing():\n    assert slug("...") == ""\n',
}
DIRECTIONS = "The text keeps its capitals and its last sign.\n1. Lower the text.\n2. Strip it.\n3. Use a loop."
RIGHT = r'''```python
def slug(text):
    """The words of text in lower case, with hyphens between them."""
    return re.sub(r"\W+", "-", text.lower()).strip("-")
```'''


def scripted_model() -> Scene:
    """Names directions when it is asked for them, and else answers with the right version."""

    async def scene(wire: Wire) -> None:
        asked = wire.request.body["messages"][-1]["content"]
        await Answer(texts=(DIRECTIONS if "numbered list" in asked else RIGHT,), usage=(50, 40, 20))(wire)

    return scene


async def run(folder: Path, width: int) -> str:
    """What the terminal shows in the end."""
    for name, text in FILES.items():
        (folder / name).write_text(text)
    flags = ["text.py::slug", "--reviser", "model", "--model", "tiny", "--apply"]
    async with ScriptedServer(scripted_model()) as server:
        command = [sys.executable, "-m", "reloc_lsp", "revise", *flags, "--base-url", server.url]
        written = await asyncio.to_thread(output_on_terminal, command, folder, width)
    command_line = "reloc-lsp revise text.py::slug --reviser model --base-url http://127.0.0.1:8000/v1 --apply"
    return f"{PROMPT}{command_line}\n{as_prompts(final_screen(written))}"


def main() -> None:
    """Run the command and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=PICTURE)
    parser.add_argument("--width", type=int, default=104)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        screen = asyncio.run(run(Path(folder), options.width))
    options.out.write_text(picture(screen, options.width, "a search with a model"), encoding="utf-8")


if __name__ == "__main__":
    main()
