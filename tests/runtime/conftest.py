"""Lets the tests here import the rules of `toy.py` by name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
