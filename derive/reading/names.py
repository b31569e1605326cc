r"""Which name a printed letter means: from our comments, or from the standard vocabulary."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sympy import Symbol

from optwright.derive.language import vocabulary
from optwright.derive.language.check.name import C_WORDS
from optwright.derive.language.extent import Extent, axes, matrix
from optwright.derive.language.notation import GREEK, LatexName
from optwright.derive.language.symbol import Parameter

_MARKS = {"+": "next", "-": "prev", "*": "star", r"\prime": "prime", r"\circ": "start"}
_PARAMETERS = (r"\theta", "w", "x", r"\omega", r"\vartheta", r"\mathbf{w}", r"\mathbf{x}", "W")
"""Letters of the parameters, the first that a row assigns."""


@dataclass
class SourceNames:
    """The letters of one system and their names; `known` where our comments list them all.

    `shifts` are the sequences that a text writes one step ahead, `theta` the letter of the
    parameters, `eta` whether \\eta is used, so that \\alpha is no learning rate.
    """

    known: bool = False
    parameters: dict[str, Symbol] = field(default_factory=dict)
    sequences: dict[str, str] = field(default_factory=dict)
    latex: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Extent] = field(default_factory=dict)
    histories: dict[str, Extent] = field(default_factory=dict)
    loss: str = "J"
    shifts: dict[str, int] = field(default_factory=dict)
    theta: str = r"\theta"
    eta: bool = False

    @staticmethod
    def listed(lines: Iterable[str]) -> SourceNames:
        """The names that our comments list. Raises ValueError for a line that is not ours."""
        names = SourceNames(known=True)
        for line in lines:
            parts = [part.strip() for part in line.split(" | ")]
            if len(parts) < 3:
                raise ValueError(f"{line!r} has no letter and kind")
            name, letter, kind, *meaning = parts
            parsed = LatexName.parse(letter)
            if kind == "loss":
                names.loss = letter
                continue
            if parsed is None:
                raise ValueError(f"{letter!r} is no single symbol")
            names.latex[name] = letter
            if " in " in kind:
                role, _, interval = kind.partition(" in ")
                text = meaning[0] if meaning else ""
                names.parameters[str(parsed)] = Parameter(name, interval, role, letter, text)
                continue
            names.sequences[str(parsed)] = name
            what, _, extent = kind.partition(" of extent ")
            if what == "state":
                names.kept[name] = parse_extent(extent)
            elif what == "history":
                names.histories[name] = parse_extent(extent)
        return names

    def guess(self, assigned: Iterable[LatexName], letters: set[str]) -> None:
        """Names for hand-written letters: `assigned` are the sequences, `letters` all there are."""
        mine = list(assigned)
        theta = next((p for p in _PARAMETERS for a in mine if str(a) == p), None)
        if theta is None:
            raise ValueError(
                "no row assigns the parameters (\\theta, w or x), as in "
                "\\theta_t = \\theta_{t-1} - \\eta g_t"
            )
        taken: set[str] = set()
        for letter in mine:
            name = "theta" if str(letter) == theta else spoken(letter, theta)
            while name in taken:
                name += "_"
            taken.add(name)
            self.sequences[str(letter)] = name
            self.latex[name] = str(letter)
        self.theta = theta
        self.eta = r"\eta" in letters

    def sequence(self, letter: LatexName) -> str:
        """The name of a letter that carries an index."""
        key = str(letter)
        if key not in self.sequences:
            self.sequences[key] = spoken(letter, self.theta)
            self.latex[self.sequences[key]] = key
        return self.sequences[key]

    def parameter(self, letter: LatexName) -> Symbol:
        """The hyperparameter of a letter."""
        key = str(letter)
        if key not in self.parameters:
            self.parameters[key] = self._standard(letter)
        return self.parameters[key]

    def _standard(self, letter: LatexName) -> Parameter:
        if found := self._listed(letter):
            return found
        name = spoken(letter, "")
        standard = getattr(vocabulary, name, None)
        return standard if isinstance(standard, Parameter) else Parameter(name, latex=str(letter))

    def is_standard(self, letter: LatexName) -> bool:
        """Whether the vocabulary has a hyperparameter of this letter."""
        return self._listed(letter) is not None

    def _listed(self, letter: LatexName) -> Parameter | None:
        key = str(letter)
        if key == r"\alpha" and not self.eta:
            return vocabulary.lr
        if key == r"\varepsilon":
            return vocabulary.eps
        word = re.fullmatch(r"\\(?:mathrm|mathit|text)\{(\w+)\}", key)
        for name in vocabulary.__all__:
            standard = getattr(vocabulary, name)
            if not isinstance(standard, Parameter) or name == "learning_rate":
                continue
            mark = LatexName.parse(standard.latex or name)
            if str(mark) == key or (word and word.group(1) == name):
                return standard
        return None


def spoken(letter: LatexName, theta: str) -> str:
    """A valid name for a letter: `\\hat{m}` is m_hat, `g^{+}` is g_next."""
    base, accents = letter.base, []
    while found := re.fullmatch(r"\\(hat|bar|tilde|mathbf|mathcal)\{?(.*?)\}?", base):
        accents += [found.group(1)] if found.group(1) in ("hat", "bar", "tilde") else []
        base = found.group(2)
    word = re.fullmatch(r"\\(?:mathrm|mathit|text|textrm)\{(.*)\}", base)
    head = "theta" if base == theta else word.group(1) if word else base.lstrip("\\")
    head = re.sub(r"[^A-Za-z0-9]+", "_", head).strip("_")
    if not word and base.lstrip("\\") in GREEK and head == "lambda":
        head = "weight"
    marks = [_MARKS.get(letter.above, letter.above)] if letter.above else []
    below = re.sub(r"\\(?:mathrm|text)?|[{}]", " ", letter.below)
    digits = below.strip() if below.strip().isdigit() else ""
    parts = [head + digits, *accents, *marks, *([] if digits else below.split(","))]
    name = re.sub(r"[^A-Za-z0-9]+", "_", "_".join(p for p in parts if p)).strip("_")
    name = re.sub(r"_(mathrm|text)_", "_", name)
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in C_WORDS or name == "t":
        name += "_"
    return name if re.match(r"[A-Za-z]", name) else f"x_{name}"


def parse_extent(text: str) -> Extent:
    """The extent that some text names."""
    kind, _, args = text.partition("(")
    parts = [a.strip() for a in args.rstrip(")").split(",") if a.strip()]
    if kind == "axes":
        return axes(*(int(a) for a in parts))
    return matrix(*parts) if kind == "matrix" else Extent(kind)  # type: ignore[arg-type]


__all__ = ["SourceNames", "parse_extent", "spoken"]
