"""One typed tree of settings, and where each value may come from."""

from reloc_lsp.settings.layers import Layer, layered
from reloc_lsp.settings.schema import (
    USER_ONLY,
    EditorSettings,
    EvaluationSettings,
    LocalModelSettings,
    ModelSettings,
    ReviewSettings,
    RewardSettings,
    SearchSettings,
    Settings,
    TextRewardSettings,
)
from reloc_lsp.settings.settings_files import pyproject_layer, user_file, user_layer

__all__ = [
    "USER_ONLY",
    "EditorSettings",
    "EvaluationSettings",
    "Layer",
    "LocalModelSettings",
    "ModelSettings",
    "ReviewSettings",
    "RewardSettings",
    "SearchSettings",
    "Settings",
    "TextRewardSettings",
    "layered",
    "pyproject_layer",
    "user_file",
    "user_layer",
]
