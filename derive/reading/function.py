r"""Oracles, functions and conditions of trees."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sympy
from lark import Token, Tree
from sympy import Expr
from sympy.core.symbol import Str

from optwright.derive.language import operation as op
from optwright.derive.language.symbol import Variable, t
from optwright.derive.reading.product import Products

_RELATIONS = {
    "=": sympy.Eq,
    "<": sympy.Lt,
    ">": sympy.Gt,
    r"\lt": sympy.Lt,
    r"\gt": sympy.Gt,
    r"\le": sympy.Le,
    r"\leq": sympy.Le,
    r"\leqslant": sympy.Le,
    r"\ge": sympy.Ge,
    r"\geq": sympy.Ge,
    r"\geqslant": sympy.Ge,
    r"\ne": sympy.Ne,
    r"\neq": sympy.Ne,
}
_PLAIN: dict[str, Callable[..., Expr]] = {
    "max": sympy.Max,
    "min": sympy.Min,
    "exp": sympy.exp,
    "log": sympy.log,
    "ln": sympy.log,
    "cos": sympy.cos,
    "sin": sympy.sin,
    "tanh": sympy.tanh,
    "sign": sympy.sign,
    "sgn": sympy.sign,
    "max per axis": op.max_per_axis,
    "min over axes": op.min_over_axes,
    "evaluations": op.evaluations,
}
_SCOPED: dict[str, Callable[..., Expr]] = {
    "mean": op.mean,
    "sum": op.total,
    "largest": op.largest,
    "count nonfinite": op.count_nonfinite,
}


class Functions(Products):
    """Gradients, functions by name, reductions with their scopes, cases, conditions."""

    def _gradient(self, tree: Tree[Token]) -> Expr:
        scripts = [
            c for c in tree.children if getattr(c, "data", "") in ("above", "above1", "primes")
        ]
        place = next(k for k, c in enumerate(tree.children) if getattr(c, "data", "") == "target")
        target: Any = tree.children[place]
        style = f"{target.children[0]}{{{{{{}}}}}}" if len(target.children) > 1 else "{}"
        loss = style.format(target.children[-1].children[0])
        if self.names.known and loss != self.names.loss:
            raise self.fail(f"{loss!r} is not the loss, {self.names.loss!r} is", tree)
        points = [
            c
            for c in tree.children[place + 1 :]
            if not isinstance(c, Token)
            and c.data not in ("above", "above1", "below", "below1", "primes")
        ]
        point = self.expr(points[0])
        powers = [self.source(i).lstrip("^ ") for s in scripts for i in self.items(s)]
        if not powers:
            return op.grad(point)
        if powers == ["2"]:
            return op.hessian(point)
        raise self.fail(f"a derivative of order {powers[0]} has no meaning here", tree)

    def _bare_gradient(self, tree: Tree[Token]) -> Expr:
        if self.names.known:
            raise self.fail("the gradient needs a point: \\nabla J(\\theta_{t-1})", tree)
        return op.grad(Variable("theta")[t - 1])

    def _call1(self, tree: Tree[Token]) -> Expr:
        return self._function(tree, [tree.children[-1]])

    def _call(self, tree: Tree[Token]) -> Expr:
        def trees(node: Any) -> list[Any]:
            return [c for c in node.children if not isinstance(c, Token)]

        [args] = [c for c in trees(tree) if c.data == "arguments"]
        [exprs] = trees(args)
        return self._function(tree, trees(exprs) if exprs.data == "exprs" else [exprs])

    def _function(self, tree: Tree[Token], args: list[Any]) -> Expr:
        head = str(tree.children[0])
        inside = re.search(r"\{\s*(.*?)\s*\}", head)
        name = (inside.group(1) if inside else head.lstrip("\\")).replace("\\,", " ")
        name = re.sub(r"[~\s]+", " ", name)
        scripts = [c for c in tree.children[1:] if getattr(c, "data", "") in ("below", "below1")]
        marks = [item for s in scripts for item in self.items(s)]
        words = re.search(r"\{(.*)\}", self.source(marks[0])) if marks else None
        if name == "line search":
            contract = re.sub(r"[~\s]+", "_", words.group(1)) if words else "armijo"
            return op.line_search(
                *(self.expr(a) for a in args[:2]), contract, *(self.expr(a) for a in args[2:])
            )
        if name == "round":
            return op.round_to(self.expr(args[0]), Str(words.group(1) if words else ""))
        if name == "diag":
            inner = self.expr(args[0])
            if isinstance(inner, op.hessian):
                return op.hessian_diagonal(inner.args[0])
            raise self.fail("diag is of the Hessian only: \\nabla^2 J(\\theta_{t-1})", tree)
        if name == "clip" and len(args) == 3:
            x, low, high = (self.expr(a) for a in args)
            return op.clip(x, low, high)
        if name in _SCOPED:
            scope = self._scope([self.text(m) for m in marks], tree)
            return _SCOPED[name](self.expr(args[0]), scope)
        if name not in _PLAIN:
            raise self.fail(f"the function {name!r} is not known", tree)
        if name == "exp" and args:
            self.bound(sympy.E, self.expr(args[0]), tree)
        try:
            return _PLAIN[name](*(self.expr(a) for a in args))
        except TypeError:
            raise self.fail(f"{name} does not take {len(args)} arguments", tree) from None

    def _norm(self, tree: Tree[Token], scripts: list[Any] | None = None) -> Any:
        _, below, powers = self.marks(scripts or [])
        x = self.expr(tree.children[1])
        marks = [self.text(item) for item in below]
        scope = self._scope(marks, tree)
        kind = [m for m in marks if m in ("1", "2", "F", r"\infty")]
        if kind and kind[0] == "1":
            value: Expr = op.total(sympy.Abs(x), scope)
        elif kind and kind[0] == r"\infty":
            value = op.largest(sympy.Abs(x), scope)
        else:
            value = op.norm(x, scope)
        for power in powers:
            value = self.raised(value, power, tree)
        return value

    def _inner(self, tree: Tree[Token], scripts: list[Any] | None = None) -> Any:
        _, below, powers = self.marks(scripts or [])
        first, second = (self.expr(c) for c in tree.children if not isinstance(c, Token))
        scope = self._scope([self.text(item) for item in below], tree)
        value = op.dot(first, second, scope)
        for power in powers:
            value = self.raised(value, power, tree)
        return value

    def _scope(self, marks: list[str], tree: Any) -> str | int:
        scope: str | int = "tensor"
        for mark in marks:
            if mark in (r"\mathrm{all}", "all"):
                scope = "all"
            elif re.fullmatch(r"-\d+", mark):
                scope = int(mark)
            elif mark not in ("1", "2", "F", r"\infty"):
                raise self.fail(f"{mark!r} is no scope: all, or an axis such as -1", tree)
        return scope

    def _cases(self, tree: Tree[Token]) -> Expr:
        arms: list[Any] = []
        otherwise: Expr | None = None
        for child in tree.children:
            if isinstance(child, Token):
                continue
            parts = [c for c in child.children if not isinstance(c, Token)]
            if child.data == "otherwise":
                otherwise = self.expr(parts[0])
            else:
                arms.append((self.expr(parts[0]), self.condition(parts[1])))
        if otherwise is None:
            raise self.fail("cases need a last row with \\text{otherwise}", tree)
        return op.cases(*arms, otherwise)

    # --- conditions --------------------------------------------------------------------------

    def condition(self, tree: Any) -> Any:
        """The condition of a tree."""
        parts = [
            c
            for c in tree.children
            if not (isinstance(c, Token) and c.type in ("OR", "AND", "NOT"))
        ]
        if tree.data in ("condition", "disjunction", "conjunction") and len(parts) == 1:
            return self.condition(parts[0])
        if tree.data == "disjunction":
            return sympy.Or(*(self.condition(p) for p in parts))
        if tree.data == "conjunction":
            return sympy.And(*(self.condition(p) for p in parts))
        if tree.data == "negation":
            return sympy.Not(self.condition(parts[0]))
        if tree.data in ("true", "false"):
            return sympy.true if tree.data == "true" else sympy.false
        if tree.data == "comparison":
            left, sign, right = tree.children
            return _RELATIONS[str(sign)](self.expr(left), self.expr(right))
        raise self.fail(f"{self.source(tree)!r} is no condition", tree)


__all__ = ["Functions"]
