"""Names that Python, C and the generated code can carry."""

from __future__ import annotations

import keyword
import re

from optwright.derive.error import DeclarationError

C_WORDS = frozenset(
    "auto bool break case char class const constexpr continue default delete do double else enum "
    "explicit extern false float for friend goto if inline int long mutable namespace new "
    "operator private protected public register restrict return short signed sizeof static struct "
    "switch template this throw true try typedef typename union unsigned using virtual void "
    "volatile while printf real_t blockIdx threadIdx blockDim gridDim".split()
)
_RESERVED = frozenset(
    "t params grads np cp self step state groups dtype "
    "abs ceil cos exp floor log max min mod sign sin sqrt tanh".split()
)


def check_name(name: str, where: object) -> None:
    """Refuse a name that Python, C or the generated code cannot carry."""
    if not isinstance(name, str):
        raise DeclarationError(where, repr(name), 'is no name: write it as a text, such as "Rule"')
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise DeclarationError(
            str(where), name, "is no name: letters, digits and underscores, a letter first"
        )
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in C_WORDS:
        raise DeclarationError(
            str(where), name, "is a word of Python or C, which generated code cannot use as a name"
        )
    if name in _RESERVED:
        raise DeclarationError(
            str(where), name, "has a fixed meaning in generated code; choose another name"
        )


__all__ = ["C_WORDS", "check_name"]
