"""What a step of a generated class costs besides its kernels, as its text says it.

After the first step kernels allocate nothing and read nothing back. What does has a reason, and
`told` names each reason that holds for a class.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import wrap

from optwright.templates.cupy.rule import NumberKernel
from optwright.templates.numpy.rule import RuleText

FREE = "After the first step nothing is allocated on the device and nothing is read back from it."

REASONS = (
    (r"step\.arrays\(", "Work on whole arrays takes memory from CuPy's pool in every step."),
    (r"\b(solve|inverse_root)\(", "A matrix that may be singular is waited for."),
    (
        r"step\.search\(",
        "A line search makes trial points, and reads back the losses and slopes that it compares.",
    ),
    (r"step\.turns\(", "Turns copy the state, and read back whether to go on."),
    (r"step\.push\(.*when=", "Whether a history grows is read back."),
    (r" if bool\(", "A choice by a number found from data waits for it."),
)
"""What code shows a reason, and the words for it."""

ASKED = "Whether to ask for the {oracle} is read back, unless the answer is known before."

_WORDS = {"grad": "gradient", "value": "loss", "hessian_diagonal": "Hessian's diagonal"}


def reasons(rules: Sequence[RuleText]) -> list[str]:
    """Why a step of these rules allocates, or waits for the device; empty if it does neither."""
    lines = [line for rule in rules for f in rule.functions for line in f.body]
    code = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    found = [words for pattern, words in REASONS if re.search(pattern, code)]
    for rule in rules:
        made = {n for k in rule.kernels if isinstance(k, NumberKernel) for n in k.writes}
        for _, oracle, when in re.findall(r'ask\("(\w+)", "(\w+)".*?when="(\w+)"', code):
            if when in made:
                found.append(ASKED.format(oracle=_WORDS.get(oracle, oracle)))
    return list(dict.fromkeys(found))


def told(rules: Sequence[RuleText]) -> list[str]:
    """Lines of a docstring."""
    found = reasons(rules)
    return [FREE] if not found else [line for words in found for line in wrap(words, 96)]
