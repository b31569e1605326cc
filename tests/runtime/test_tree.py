from collections import OrderedDict, namedtuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optwright.runtime.error import OracleError
from optwright.runtime.tree import Tree

Pair = namedtuple("Pair", "one two")

leaves = st.integers() | st.floats(allow_nan=False)
keys = st.text(max_size=5) | st.integers()
trees: st.SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.tuples(inner, inner).map(lambda two: Pair(*two))
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


def shuffled(tree: Any) -> Any:
    """The same tree with every dict in reverse order and lists for tuples."""
    if isinstance(tree, dict):
        return {key: shuffled(tree[key]) for key in reversed(tree)}
    return [shuffled(child) for child in tree] if isinstance(tree, (list, tuple)) else tree


@given(trees)
def test_taken_apart_and_put_together(tree: Any) -> None:
    shape = Tree.of(tree)
    flat = shape.flatten(tree, "tree")
    again = shape.unflatten(flat)
    assert again == tree
    assert Tree.of(again) == shape
    assert len(shape.names()) == len(flat)


@given(trees)
def test_order_of_keys_does_not_matter(tree: Any) -> None:
    shape = Tree.of(tree)
    assert shape.flatten(shuffled(tree), "tree") == shape.flatten(tree, "tree")


@given(trees, trees)
def test_fits_only_what_can_be_put_together(one: Any, other: Any) -> None:
    shape = Tree.of(one)
    if shape.fits(other):
        assert len(shape.flatten(other, "tree")) == len(shape.flatten(one, "tree"))
        assert shape.names() == Tree.of(shape.unflatten(shape.flatten(other, "tree"))).names()
    else:
        assert Tree.of(shuffled(one)) != Tree.of(shuffled(other))


def test_types_and_order() -> None:
    tree = {"b": Pair(1, [2]), "a": OrderedDict(z=3, y=(4,))}
    shape = Tree.of(tree)
    assert shape.names() == ["b/0", "b/1/0", "a/z", "a/y/0"]
    assert shape.flatten(tree, "tree") == [1, 2, 3, 4]
    again = shape.unflatten("wxyz")
    assert again == {"b": Pair("w", ["x"]), "a": {"z": "y", "y": ("z",)}}
    assert type(again["b"]) is Pair


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a": [1, 2]}, "grads lacks 'b'"),
        ({"a": [1, 2], "b": 3, "c": 4}, "grads has 'c', which the parameters have not"),
        ({"a": [1], "b": 3}, "grads['a'] has length 1, but the parameters have 2 there"),
        ({"a": 1, "b": 3}, "grads['a'] is one int, but the parameters are a sequence there"),
        ({"a": [1, 2], "b": [3]}, "grads['b'] is a list, but the parameter there is one array"),
        ([1, 2], "grads is a list, but the parameters are a dict there"),
        ({"a": None, "b": 3}, "grads['a'] is missing (None), but the parameters are a sequence"),
    ],
)
def test_what_does_not_fit_is_named(given: Any, message: str) -> None:
    with pytest.raises(OracleError) as caught:
        Tree.of({"a": [0, 0], "b": 0}).flatten(given, "grads", OracleError)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
