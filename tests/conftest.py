"""Settings every test runs under, and which tests a plain `pytest` runs."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Keras asks for TensorFlow unless told otherwise, and reads this when first imported.
os.environ.setdefault("KERAS_BACKEND", "jax")

# Examples vary widely in cost (SymPy caches, first calls), so no single one is timed.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("nightly", deadline=None, max_examples=500, print_blob=True)
nightly, ci = os.environ.get("OPTWRIGHT_NIGHTLY"), os.environ.get("CI")
settings.load_profile("nightly" if nightly else "ci" if ci else "local")

BARE_NAMES = {"derive", "templates", "generated", "runtime", "cli"}
"""The folders at the root: only as parts of `optwright` may they be imported."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Tests that are named run in this process, at once; the whole suite on every core."""
    return None if config.args == config.getini("testpaths") else 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves exhaustive tests out, unless `-m` says what runs or a test is named by its id."""
    if config.option.markexpr or any("::" in argument for argument in config.args):
        return
    left_out = [item for item in items if item.get_closest_marker("exhaustive")]
    items[:] = [item for item in items if item not in set(left_out)]
    config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish() -> None:
    """What is loaded stays: the collector of garbage need not go through it again and again."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder for what commands keep: one for all workers of a run, and never the user's own.

    A verdict that one command has kept is found by all others. A test of what is kept, or of what
    happens when nothing is, sets a folder of its own.
    """
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home))
        yield home


@pytest.fixture(scope="session")
def known(cache_home: Path) -> Callable[..., list[dict[str, Any]]]:
    """Decide statements in this process, which starts no other, for commands to find.

    Gives what is said of them.
    """
    from optwright.derive import prove, statements
    from optwright.derive.work import kept, record

    def decide(*ids: str) -> list[dict[str, Any]]:
        rows = record.told(statements[name] for name in ids)
        for row in rows:
            if kept.recall(row["digest"]) is None:
                kept.keep(row["digest"], prove(row["id"], 30))
        return rows

    return decide


@pytest.fixture
def only(known: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let commands know of some of the project's statements, by their ids, and of no others."""
    from optwright.derive.work import record

    def take(*ids: str) -> None:
        rows = known(*ids)
        monkeypatch.setattr(record, "index", lambda progress: rows)

    return take


@pytest.fixture(scope="session", autouse=True)
def no_bare_names() -> Iterator[None]:
    """After the suite no module has been loaded a second time under a bare name."""
    yield
    assert not BARE_NAMES & set(sys.modules)
