"""What was found about two optimizers, as lines: what holds and when, the maps, where they part.

The data are those of `Comparison.as_dict` (`optwright.derive.proof.relate.compare`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from optwright.derive.tell.refutation import against
from optwright.derive.tell.terminal import VERDICTS, block, bold, columns, seconds, wrap


def headline(data: Mapping[str, Any]) -> str:
    """One line: `✓ AdamW contains Adam, at weight_decay = 0, multiplier = 1`."""
    names = f"{bold(data['left'])} and {bold(data['right'])}"
    if data["map"] is None:
        return f"{VERDICTS[data['status']]} {names}: {data['status']}"
    relation = data["map"]
    held = _held(relation)
    pins = _pins(relation)
    left, right = bold(relation["left"]), bold(relation["right"])
    said = f"{right} contains {left}" if pins else f"{names} are the same"
    if _computed(relation):
        said += " under a map of hyperparameters"
    more = [f"at {', '.join(pins)}"] if pins else []
    if held:
        more += [f"only {', '.join(held)}"]
    sign = VERDICTS["on a condition" if held else "equal"]
    return f"{sign} {', '.join([said, *more])}"


def _held(relation: Mapping[str, Any]) -> list[str]:
    """What must hold in a run, or of hyperparameters, for two to be the same."""
    given = [f"{n} = {x}" for n, x in relation["given"].items()]
    said = [f"at {', '.join(given)}"] if given else []
    said += [f"where {x.removeprefix('where ')}" for x in relation["assume"]]
    if relation["constant"]:
        said.append(f"at a constant {_listed(relation['constant'])}")
    moving = [n for n, x in relation["hyper"].items() if _moves(x)]
    if moving:
        said.append(f"with {_listed(moving)} of {relation['right']} changing with t")
    if relation["ahead"]:
        said.append(f"from step {relation['ahead'] + 1} on")
    return said


def _pins(relation: Mapping[str, Any]) -> list[str]:
    """What the map fixes at numbers in the right one, unless the left has the same."""
    return [
        f"{name} = {x}"
        for name, x in relation["hyper"].items()
        if _number(x) and relation["given"].get(name) != x
    ]


def _computed(relation: Mapping[str, Any]) -> bool:
    """Whether a hyperparameter is computed from others: the same numbers do not do the same."""
    hyper = relation["hyper"]
    return any(
        x in hyper if x.isidentifier() else not _number(x) for n, x in hyper.items() if x != n
    )


def _number(text: str) -> bool:
    return not re.search(r"[A-Za-z_]", text)


def _moves(text: str) -> bool:
    return bool(re.search(r"\bt\b", text))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else "".join(names)


def render(data: Mapping[str, Any]) -> list[str]:
    """All of a comparison as lines for a terminal."""
    first, *rest = wrap(headline(data), "  ", indent="")
    *before, last = first, *rest
    lines = [*before, f"{last} {seconds(data['seconds'])}"]
    if data["map"]:
        lines += _maps(data["map"])
    if data["scope"]:
        lines += wrap(f"for {data['scope']}", "    ")
    if data["counterexample"]:
        if data["status"] != "different":
            lines += ["", "By names and roles they part:"]
        lines += against(data["counterexample"])
    for relation in data["rescues"]:
        lines += ["", *wrap(_rescue(relation), "  ", indent=""), *_maps(relation)]
    return lines + block("Tried", data["tried"])


def _rescue(relation: Mapping[str, Any]) -> str:
    """Under what two that differ are the same: `≈ the same, only at a constant lr`."""
    held, pins = _held(relation), _pins(relation)
    if pins and not relation["given"]:
        held.insert(0, f"at {', '.join(pins)} of {relation['right']}")
    edge = "; it holds only at the edge of a range" if relation["degenerate"] else ""
    said = f", only {', '.join(held)}" if held else ", under this map"
    return f"{VERDICTS['on a condition']} the same{said}{edge}"


def _maps(relation: Mapping[str, Any]) -> list[str]:
    """The maps with both sides named, and what may vary from step to step."""
    rows = maps(relation)
    lines = columns(rows) if rows else ["  each of the same name"]
    if relation["shifted"]:
        lines += wrap("seen at the points where they ask: the parameters differ as the map says")
    for x in relation["exactly"]:
        lines += wrap(f"if and only if {x}", "    ")
    if relation["varying"]:
        lines += wrap(f"{_listed(relation['varying'])} may vary from step to step", "    ")
    return lines


def maps(relation: Mapping[str, Any]) -> list[list[str]]:
    """What does not go over under its own name: `Momentum.v[t]`, `= lr·MomentumSum.v[t]`."""
    left, right = relation["left"], relation["right"]
    own = [n for n, x in relation["hyper"].items() if n == x]

    def named(text: str) -> str:
        def sub(found: re.Match[str]) -> str:
            name, after = found.groups()
            plain = name in own or name == "t" or after == "("
            return found[0] if plain else f"{left}.{name}{after}"

        return re.sub(r"(?<![*])\*(?![*])", "·", re.sub(r"([A-Za-z_]\w*)(\[|\(|\b)", sub, text))

    rows = [[f"{right}.{n}", f"= {named(x)}"] for n, x in relation["hyper"].items() if x != n]
    rows += [
        [f"{right}.{n}[t]", f"= {named(x).replace('[t - 1]', '[t-1]')}"]
        for n, x in relation["state"].items()
        if x != f"{n}[t]"
    ]
    return rows


__all__ = ["headline", "maps", "render"]
