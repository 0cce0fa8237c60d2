"""All behaviours, by kind. See `behaviour.py` for what they are."""

from __future__ import annotations

import hangs_filling
import hangs_judge
import hangs_waiting
import harms_deputies
import harms_files
import harms_kernel
import harms_leftovers
import harms_network
import harms_processes
import harms_secrets
import lies_answers
import lies_judge
import lies_leaving
import lies_mates
import lies_pytest
import lies_unseen
from behaviour import Behaviour
from controls import CONTROLS

LIES: tuple[Behaviour, ...] = (
    *lies_leaving.LIES,
    *lies_answers.LIES,
    *lies_pytest.LIES,
    *lies_judge.LIES,
    *lies_mates.LIES,
    *lies_unseen.LIES,
)
HARMS: tuple[Behaviour, ...] = (
    *harms_files.HARMS,
    *harms_secrets.HARMS,
    *harms_network.HARMS,
    *harms_processes.HARMS,
    *harms_leftovers.HARMS,
    *harms_kernel.HARMS,
    *harms_deputies.HARMS,
)
HANGS: tuple[Behaviour, ...] = (*hangs_waiting.HANGS, *hangs_filling.HANGS, *hangs_judge.HANGS)
BEHAVIOURS: tuple[Behaviour, ...] = (*CONTROLS, *LIES, *HARMS, *HANGS)
