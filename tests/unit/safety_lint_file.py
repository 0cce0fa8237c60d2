"""The file to which the cases of the safety lint add code."""

from __future__ import annotations

FILE = '''\
import math
import operator
import os
import random
import re
import string
from collections import OrderedDict, defaultdict

import toolz

CONSTANTS = {"limit": 3}


def helper(value):
    """Reads `__dict__` in words only."""
    return value


class Box:
    size = 1

    def __eq__(self, other):
        return self.size == other.size


def f(x, y=2):
    return x + y
'''
