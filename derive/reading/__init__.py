r"""LaTeX read back into declarations.

    from optwright.derive.reading import read

    [adam] = read(Path("adam.tex").read_text())

A file that `gen kernels --backend latex` or `gen sheet` wrote gives the very declarations, one for
each block. Hand-written LaTeX is read by the standard vocabulary: `\theta` (or w, x) are the
parameters, `\eta` or `\alpha` the learning rate, `\nabla J(\theta_{t-1})` the gradient; a letter
without an index is its newest value if a row assigns it, and a hyperparameter if none does.
"""

from __future__ import annotations

import re

from optwright.derive.language.declaration import Optimizer, Schedule
from optwright.derive.reading.difference import differences
from optwright.derive.reading.hand import HandWritten
from optwright.derive.reading.listed import Listed
from optwright.derive.reading.source import ReadError, blocks


def read(text: str, name: str = "Read") -> tuple[Optimizer | Schedule, ...]:
    """The systems that some LaTeX states, in order.

    Raises ReadError, which names line and column, for what cannot be read, means nothing, or is
    larger than anybody writes: a text, a formula, a number, an exponent.
    """
    try:
        kinds = [(Listed if block.traits else HandWritten, block) for block in blocks(text)]
        return tuple(kind(block, text, name).build() for kind, block in kinds)
    except RecursionError:
        raise ReadError("a formula is nested too deeply") from None


def name_of(stem: str) -> str:
    """A class name from that of a file: `my_rule-2` is MyRule2."""
    words = [w[:1].upper() + w[1:] for w in re.split(r"[^A-Za-z0-9]+", stem) if w]
    name = "".join(words)
    return name if name[:1].isalpha() else f"Rule{name}"


__all__ = ["ReadError", "differences", "name_of", "read"]
