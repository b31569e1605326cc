r"""The letters of a declaration in print: which LaTeX symbol stands for which name.

A name that says nothing else prints by one rule (`m_hat` is `\hat{m}`, `g_raw` is
`g^{\mathrm{raw}}`, `max_iter` is `\mathit{max~iter}`), or by the table `LETTERS` where the field
has a letter of its own. A `Notation` changes the letters on which texts differ. Within one system
no two names share a letter: the later one moves on to its next choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType

from optwright.derive.language import vocabulary
from optwright.derive.language.declaration import (
    DeclarationError,
    Loop,
    Optimizer,
    Schedule,
    State,
    assigned,
)
from optwright.derive.language.symbol import Parameter

GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi "
    "pi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma "
    "Upsilon Phi Psi Omega ell".split()
)
ACCENTS = ("hat", "bar", "tilde")

LETTERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "a": (r"\alpha",),
        "adaptive": ("l",),
        "agreement": (r"\chi",),
        "alpha_t": (r"\alpha",),
        "ascent_scale": (r"\hat{\rho}",),
        "average": (r"\bar{g}",),
        "beta2_t": (r"\hat{\beta}_{2}",),
        "calls": (r"\tilde{E}",),
        "candidate": (r"\theta^{\prime}",),
        "change": (r"\delta",),
        "clip_scale": ("s",),
        "curvature": (r"\kappa",),
        "decayed": (r"\tilde{\theta}",),
        "delta": (r"\Delta",),
        "deviation": (r"\sigma",),
        "direction": ("O",),
        "eta": (r"\nu",),
        "evals": ("E",),
        "fast": (r"\theta^{\mathrm{fast}}",),
        "g_kept": (r"\tilde{g}",),
        "g_new": ("g^{+}",),
        "g_next": ("g^{+}",),
        "g_prev": ("g^{-}",),
        "H_start": (r"H^{\circ}",),
        "inverse_curvature": (r"\rho",),
        "length": (r"\alpha",),
        "look_ahead": (r"\bar{m}",),
        "loss": (r"\ell",),
        "loss_next": (r"\ell^{+}",),
        "lr_decay": (r"\delta",),
        "lr_t": (r"\eta",),
        "max_eval": (r"E_{\max}",),
        "max_iter": (r"K_{\max}",),
        "move": (r"\bar{\delta}",),
        "mu_next": (r"\mu^{+}",),
        "mu_product": (r"\Pi",),
        "multiplier": (r"\eta_{t}",),
        "ns_steps": ("K",),
        "prev": ("g^{-}",),
        "previous": (r"\theta^{-}",),
        "rate": (r"\eta",),
        "ratio": (r"\phi",),
        "rectifier": ("r",),
        "rms_update": (r"\mathrm{RMS}",),
        "rho_inf": (r"\rho_{\infty}",),
        "rho_t": (r"\rho", r"\tilde{\rho}"),
        "scale": (r"\sigma",),
        "scaled": (r"\tilde{g}",),
        "scaling": (r"\gamma",),
        "side": ("V",),
        "slow": (r"\phi",),
        "start_length": (r"\bar{\alpha}",),
        "step_length": (r"\alpha", r"\bar{\alpha}"),
        "step_size": (r"\Delta",),
        "theta_start": (r"\theta^{\circ}",),
        "tolerance_change": (r"\epsilon_{c}",),
        "tolerance_grad": (r"\epsilon_{g}",),
        "trust_coefficient": (r"\tau",),
        "turn": ("k",),
        "variance": (r"\sigma",),
        "weight_sum": ("W",),
        "ys": (r"\kappa",),
    }
)
"""Letters of names for which the rule finds no better one, the first choice first; θ stands for the
parameters, whatever their letter."""

_HEADS = {"lr": r"\eta", "eps": r"\epsilon", "weight_decay": r"\lambda"}


# --- the notation --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Notation:
    """The letters on which texts differ: parameters and loss, learning rate, momentum."""

    parameters: str = "theta"
    lr: str = "eta"
    momentum: str = "mu"

    @staticmethod
    def parse(text: str) -> Notation:
        """Words separated by commas, at most one of each kind: `"x,alpha,rho"`.

        Raises ValueError naming the words there are.
        """
        chosen: dict[str, str] = {}
        for word in (w.strip() for w in text.split(",")):
            kind = next((k for k, words in NOTATION.items() if word in words), None)
            if kind is None or kind in chosen:
                known = "; ".join(f"{k}: {', '.join(w)}" for k, w in NOTATION.items())
                fault = f"{word!r} is no letter" if kind is None else f"two letters for {kind}"
                raise NotationError(f"notation {text!r}: {fault}; there are {known}")
            chosen[kind] = word
        return replace(Notation(), **chosen)

    @staticmethod
    def all() -> tuple[Notation, ...]:
        """Every notation, the default first."""
        return tuple(
            Notation(p, r, m)
            for p in NOTATION["parameters"]
            for r in NOTATION["lr"]
            for m in NOTATION["momentum"]
        )

    def __str__(self) -> str:
        return ",".join(getattr(self, f.name) for f in fields(self))


class NotationError(ValueError):
    """A notation that is not in the table."""


NOTATION: Mapping[str, Mapping[str, str]] = {
    "parameters": {"theta": r"\theta", "x": "x", "w": "w"},
    "lr": {"eta": r"\eta", "alpha": r"\alpha", "lr": r"\mathrm{lr}"},
    "momentum": {"mu": r"\mu", "gamma": r"\gamma", "beta": r"\beta", "rho": r"\rho"},
}
"""For each kind the words of the switch and their LaTeX; the first is the default."""

LOSS = {"theta": "J", "x": "f", "w": "L"}
"""The letter of the loss beside that of the parameters."""

_KIND = {"lr": "lr", "learning_rate": "lr", "momentum": "momentum"}


# --- letters -------------------------------------------------------------------------------------

_ARGUMENT = r"(?:\{((?:[^{}]|\{[^{}]*\})*)\}|(\\[A-Za-z]+|[A-Za-z0-9*+\-]))"
_SCRIPT = re.compile(r"\s*([_^])\s*" + _ARGUMENT)
_BASE = re.compile(
    r"\s*(\\(?:hat|bar|tilde|mathit|mathrm|mathbf|mathcal)\s*" + _ARGUMENT + r"|\\[A-Za-z]+"
    r"|[A-Za-z])"
)


@dataclass(frozen=True)
class LatexName:
    """A symbol of print: a base such as `\\hat{m}` or `\\rho`, a mark above, a mark below."""

    base: str
    above: str = ""
    below: str = ""

    @staticmethod
    def parse(latex: str) -> LatexName | None:
        """The letter that some LaTeX writes, or None where it is no single symbol."""
        found = _BASE.match(latex)
        if not found or not _known(found.group(1)):
            return None
        base, marks = found.group(1).replace(" ", ""), {"_": "", "^": ""}
        place = found.end()
        while script := _SCRIPT.match(latex, place):
            place, kind = script.end(), script.group(1)
            made = mark(script.group(2) or script.group(3) or "")
            if marks[kind] or not made:
                return None
            marks[kind] = made
        if latex[place:].strip() or (marks["^"] and re.match(r"\d", marks["^"])):
            return None
        return LatexName(base, marks["^"], marks["_"])

    def show(self, index: str = "") -> str:
        """The LaTeX, with an index below."""
        above = f"^{{{self.above}}}" if self.above else ""
        subs = ",".join(x for x in (self.below, index) if x)
        below = "" if not subs else f"_{subs}" if len(subs) == 1 else f"_{{{subs}}}"
        return f"{self.base}{above}{below}"

    def __str__(self) -> str:
        return self.show()


def _known(base: str) -> bool:
    word = re.fullmatch(r"\\([A-Za-z]+)", base)
    return not word or word.group(1) in GREEK


def mark(text: str) -> str:
    """A mark in its one spelling: words upright, `\\max` and `\\min` as such."""
    text = text.strip()
    if "," in text:
        return ",".join(mark(part) for part in text.split(","))
    text = re.sub(r"\\(?:text|textrm|mathrm|mathit)\{([^{}]*)\}", r"\1", text)
    if text in ("max", r"\max", "min", r"\min"):
        return "\\" + text.lstrip("\\")
    if re.fullmatch(r"[A-Za-z][A-Za-z ~]+", text):
        return rf"\mathrm{{{text.replace(' ', '~')}}}"
    return text if re.fullmatch(r"\\[A-Za-z]+|[A-Za-z0-9*+\-,\\]+|\\mathrm\{\w+\}", text) else ""


def spelled(name: str, upright: bool = False) -> Iterator[LatexName]:
    """The letters that the rule gives a name; the last, the name itself as a word, is unique.

    Marks that are words stand above, or below if `upright` (for names that take no index).
    """
    for head, rest in _heads(name):
        marks = [w for w in rest if w not in ACCENTS and not w.isdigit() and w != "t"]
        digits = [w for w in rest if w.isdigit()]
        for accent in (w for w in rest if w in ACCENTS):
            head = rf"\{accent}{{{head}}}"
        words = mark(" ".join(marks)) if len(" ".join(marks)) > 1 else "".join(marks)
        if upright:
            yield LatexName(head, "", ",".join([*digits, *([words] if words else [])]))
        else:
            yield LatexName(head, words, ",".join(digits))
    yield LatexName(rf"\mathit{{{name.replace('_', '~')}}}")


def _heads(name: str) -> Iterator[tuple[str, list[str]]]:
    """The letter in a name and what else it says: first or last part, digits split off."""
    parts = name.split("_")
    for alias, latex in _HEADS.items():
        if name != alias and name.endswith("_" + alias):
            yield latex, name.removesuffix("_" + alias).split("_")
    for place in (0, -1) if len(parts) > 1 else (0,):
        word, digits = re.fullmatch(r"(.*?)(\d*)", parts[place]).groups()  # type: ignore[union-attr]
        rest = [digits] if digits else []
        rest += parts[1:] if place == 0 else parts[:-1]
        if place == -1 and len(word) == 1:
            continue
        if len(word) == 1 and word.isalpha():
            yield word, rest
        elif word in GREEK:
            yield f"\\{word}", rest


# --- the letters of a system ---------------------------------------------------------------------


@dataclass(frozen=True)
class LatexNames:
    """The letters of one system: of hyperparameters, of sequences, and of the loss."""

    parameters: Mapping[str, LatexName]
    sequences: Mapping[str, LatexName]
    loss: str = "J"
    indices: tuple[str, ...] = field(default=())


_RESERVED = ("t", r"\pi", "e", "I", r"\xi")


def letters(system: Optimizer | Schedule, notation: Notation | None = None) -> LatexNames:
    """The letters of a system in a notation.

    Raises DeclarationError for a hyperparameter or state whose LaTeX is no single symbol.
    """
    notation = notation or Notation()
    theta = NOTATION["parameters"][notation.parameters]
    indices = tuple(dict.fromkeys(str(s.index) for s in system.step if isinstance(s, Loop)))
    taken = {*_RESERVED, *indices}
    parameters: dict[str, LatexName] = {}
    names = [h.name for h in system.hyper]
    # What the notation names comes first: others give way to it.
    for h in sorted(system.hyper, key=lambda h: h.name not in _KIND):
        choices = [*_chosen(h.name, notation), *_given(system, h.name, h.symbol.latex)]
        standard = getattr(vocabulary, h.name, None)
        if isinstance(standard, Parameter):
            choices += _given(system, h.name, standard.latex)
        choices += [_letter(latex) for latex in LETTERS.get(h.name, ())]
        choices += spelled(h.name, upright=True)
        letter = next(x for x in choices if str(x) not in taken)
        parameters[h.name] = letter
        taken.add(str(letter))
    starts = {s.name: s.init for s in system.state if isinstance(s, State)}
    latex = {s.name: s.variable.latex for s in system.state}
    sequences: dict[str, LatexName] = {}
    shown: set[str] = set()
    for name in _sequences(system):
        choices = [LatexName.parse(theta)] if name == "theta" else []  # type: ignore[list-item]
        choices += _given(system, name, latex.get(name))
        choices += [_letter(latex) for latex in LETTERS.get(name, ())]
        choices += spelled(name)
        for choice in choices:
            letter = _with_theta(choice, theta)
            start = str(starts.get(name, ""))
            clash = {
                p
                for p, other in parameters.items()
                if re.fullmatch(r"\d+|t", other.below)
                and replace(other, below="") == letter
                and not (other.below == "0" and p == start)
            }
            bare = str(letter) in _RESERVED or str(letter) in indices
            if str(letter) not in shown and not clash and not bare:
                break
        sequences[name] = letter
        shown.add(str(letter))
    known = {str(x) for x in parameters.values()} | shown
    wanted = (LOSS[notation.parameters], "J", "f", "L", r"\mathcal{L}")
    loss = next(x for x in wanted if x not in known)
    return LatexNames({n: parameters[n] for n in names}, sequences, loss, indices)


def _chosen(name: str, notation: Notation) -> list[LatexName]:
    kind = _KIND.get(name)
    return [_letter(NOTATION[kind][getattr(notation, kind)])] if kind else []


def _given(system: Optimizer | Schedule, name: str, latex: str | None) -> list[LatexName]:
    if latex is None:
        return []
    letter = LatexName.parse(latex)
    if letter is None:
        raise DeclarationError(
            system.id,
            name,
            f"its LaTeX {latex!r} is no single symbol such as \\beta_1 or \\hat{{m}}",
        )
    return [letter]


def _letter(latex: str) -> LatexName:
    letter = LatexName.parse(latex)
    assert letter is not None, latex
    return letter


def _with_theta(letter: LatexName, theta: str) -> LatexName:
    return replace(letter, base=letter.base.replace(r"\theta", theta))


def _sequences(system: Optimizer | Schedule) -> list[str]:
    """θ, the kept sequences, then all others in the order in which they are assigned."""
    names = {"theta": None, **{s.name: None for s in system.state}}
    for statement in system.step:
        if isinstance(statement, Loop):
            names |= {e.lhs.name: None for e in (*statement.init, *statement.body)}
        else:
            names |= dict.fromkeys(sorted(assigned(statement)))
    if isinstance(system, Optimizer) and system.repeat:
        names["turn"] = None
    return list(names)


__all__ = [
    "GREEK",
    "LETTERS",
    "LOSS",
    "NOTATION",
    "LatexName",
    "LatexNames",
    "Notation",
    "NotationError",
    "letters",
    "mark",
    "spelled",
]
