"""Plain text as LaTeX."""

from __future__ import annotations

from optwright.templates.latex.printer import Refused

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "’": "'",
    "‘": "`",
    "“": "``",
    "”": "''",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "·": r"$\cdot$",
    "×": r"$\times$",
    "−": "$-$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "≠": r"$\ne$",
    "→": r"$\to$",
    "↔": r"$\leftrightarrow$",
    "∞": r"$\infty$",
    "√": r"$\surd$",
    "∇": r"$\nabla$",
    "∈": r"$\in$",
    "²": r"$^2$",
    "′": r"$'$",
    **{c: rf"\{c}" for c in "&%$#_{}"},
}
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma "
        "tau upsilon varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi "
        "Omega".split(),
        strict=True,
    )
)


def escape(text: str) -> str:
    """The text as LaTeX prints it literally.

    Letters of European languages pass as they are. Raises Refused for what TeX's standard fonts
    lack.
    """
    shown = []
    for c in " ".join(text.split()):
        if c in _SPECIAL:
            shown.append(_SPECIAL[c])
        elif c in _GREEK:
            shown.append(rf"$\{_GREEK[c]}$")
        elif c.isprintable() and ord(c) < 0x180:
            shown.append(c)
        else:
            raise Refused(f"TeX's standard fonts lack {c!r} in {text[:60]!r}")
    return "".join(shown)


__all__ = ["escape"]
