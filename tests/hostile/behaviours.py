"""All behaviours, by kind. `behaviour.py` defines what a behaviour is."""

from __future__ import annotations

import hangs_evaluator
import hangs_filling
import hangs_waiting
import harms_files
import harms_indirect
import harms_kernel
import harms_leftovers
import harms_network
import harms_processes
import harms_secrets
import lies_answers
import lies_evaluator
import lies_leaving
import lies_left_behind
import lies_past_lint
import lies_pytest
from behaviour import Behaviour
from controls import CONTROLS

LIES: tuple[Behaviour, ...] = (
    *lies_leaving.LIES,
    *lies_answers.LIES,
    *lies_pytest.LIES,
    *lies_evaluator.LIES,
    *lies_left_behind.LIES,
    *lies_past_lint.LIES,
)
HARMS: tuple[Behaviour, ...] = (
    *harms_files.HARMS,
    *harms_secrets.HARMS,
    *harms_network.HARMS,
    *harms_processes.HARMS,
    *harms_leftovers.HARMS,
    *harms_kernel.HARMS,
    *harms_indirect.HARMS,
)
HANGS: tuple[Behaviour, ...] = (*hangs_waiting.HANGS, *hangs_filling.HANGS, *hangs_evaluator.HANGS)
BEHAVIOURS: tuple[Behaviour, ...] = (*CONTROLS, *LIES, *HARMS, *HANGS)
