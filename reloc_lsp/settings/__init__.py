"""One typed tree of settings, and where each value may come from."""

from reloc_lsp.settings.files import pyproject_layer, user_file, user_layer
from reloc_lsp.settings.layers import Layer, layered
from reloc_lsp.settings.tree import (
    USER_ONLY,
    EditorSettings,
    EvaluationSettings,
    LocalModelSettings,
    ModelSettings,
    RewardSettings,
    SearchSettings,
    Settings,
    TextRewardSettings,
)

__all__ = [
    "USER_ONLY",
    "EditorSettings",
    "EvaluationSettings",
    "Layer",
    "LocalModelSettings",
    "ModelSettings",
    "RewardSettings",
    "SearchSettings",
    "Settings",
    "TextRewardSettings",
    "layered",
    "pyproject_layer",
    "user_file",
    "user_layer",
]
