"""What is kept between runs: found again under its key only, never trusted when damaged."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optwright.derive.work import cache


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def entry(home: Path) -> Path:
    [found] = home.rglob("*.json")
    return found


def test_what_is_kept_is_recalled_by_name_and_key() -> None:
    value = {"text": "β ≤ 1\n", "list": [1, None, True]}
    cache.keep("some", cache.key("a"), value)
    assert cache.recall("some", cache.key("a")) == value
    assert cache.recall("some", cache.key("b")) is None
    assert cache.recall("other", cache.key("a")) is None


@given(st.binary(max_size=60), st.integers(0, 60))
def test_a_damaged_entry_is_not_there(noise: bytes, place: int) -> None:
    cache.keep("some", cache.key("a"), [1, 2, 3])
    file = cache.folder() / "some" / f"{cache.key('a')[:40]}.json"
    whole = file.read_bytes()
    damaged = whole[:place] + noise
    file.write_bytes(damaged)
    found = cache.recall("some", cache.key("a"))
    assert found is None or damaged == whole


def test_keeping_never_fails(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "optwright").write_text("a file where the folder should be")
    cache.keep("some", cache.key("a"), 1)
    assert cache.recall("some", cache.key("a")) is None
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    cache.keep("some", cache.key("a"), 1)


def test_old_entries_go(home: Path) -> None:
    cache.keep("some", cache.key("old"), 1)
    old = entry(home)
    long_ago = time.time() - (cache.KEPT_DAYS + 1) * 86400
    os.utime(old, (long_ago, long_ago))
    cache._prune.cache_clear()  # as in the next process
    cache.keep("some", cache.key("new"), 2)
    assert not old.exists()
    assert cache.recall("some", cache.key("new")) == 2


@pytest.mark.parametrize("given_", ["", "relative/path"])
@pytest.mark.parametrize(
    ("platform", "expected"),
    [("linux", ".cache/optwright"), ("darwin", "Library/Caches/optwright")],
)
def test_the_platforms_place(
    monkeypatch: pytest.MonkeyPatch, given_: str, platform: str, expected: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", given_)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache.folder() == Path.home() / expected


def test_sources_tell_folders_apart_and_are_the_same_each_time() -> None:
    first = cache.sources("derive")
    cache.sources.cache_clear()
    assert cache.sources("derive") == first != cache.sources("derive", "templates")
    assert cache.key("a", "b") != cache.key("ab")
