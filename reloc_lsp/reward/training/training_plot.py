"""A plot of a training run: loss and accuracy by step, as an HTML page."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from reloc_lsp.reward.training.trainer import Step

PAGE = "training.html"


def write_plot(steps: Sequence[Step], folder: Path) -> Path | None:
    """Write the page into `folder` and return its path; `None` if Plotly is not installed."""
    if importlib.util.find_spec("plotly") is None:
        return None
    from plotly import graph_objects as go
    from plotly.subplots import make_subplots

    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, subplot_titles=("loss", "accuracy on the pairs of a step")
    )
    for row, name in enumerate(("loss", "accuracy"), start=1):
        line = go.Scatter(x=[step.step for step in steps], y=[getattr(step, name) for step in steps], mode="lines")
        figure.add_trace(line, row=row, col=1)
    figure.update_layout(template="plotly_white", showlegend=False, height=620, title=f"Training of {folder.name}")
    figure.update_xaxes(title_text="step", row=2, col=1)
    figure.update_yaxes(rangemode="tozero")
    figure.write_html(folder / PAGE, include_plotlyjs=True)
    return folder / PAGE
