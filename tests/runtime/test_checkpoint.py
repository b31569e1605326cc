import io
import json
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import SGD, Decay, Family, Joined, Kept, Noisy, Plateau, Routed

from optwright.generated.numpy import Adam
from optwright.runtime import CheckpointError, Optimizer, Schedule
from optwright.runtime.kept.archive import read, write


def params() -> Any:
    rng = np.random.default_rng(0)
    return {
        "a": rng.standard_normal((3, 2)).astype(np.float32),
        "b": [rng.standard_normal(()), rng.standard_normal((0, 2)), rng.standard_normal(5)],
    }


def gradient(p: Any) -> tuple[float, Any]:
    """A loss and gradient that make every step different."""
    value = float(np.sum(p["a"] ** 2) + np.sum(p["b"][2] ** 2))
    return value, {"a": np.sin(p["a"]) + 1, "b": [np.cos(x) for x in p["b"]]}


MAKERS: dict[str, Callable[[Any], Optimizer]] = {
    "momentum": SGD,
    "look_ahead": lambda p: Family(p, nesterov=True),
    "every_state": Kept,
    "joined": lambda p: Joined(p, lr=1e-3, memory=3),
    "noisy": lambda p: Noisy(p, seed=5),
    "schedule": lambda p: SGD(p, lr=Decay(lr=0.5).scaled(0.5)),
    "plateau": lambda p: SGD(p, lr=Plateau(lr=0.5)),
}


def equal(one: Any, other: Any) -> bool:
    """Whether two nestings are the same to the bit."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[k], other[k]) for k in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, np.ndarray):
        return (one.dtype, one.shape, one.tobytes()) == (
            other.dtype,
            other.shape,
            other.tobytes(),
        )
    return bool(one == other)


@pytest.mark.parametrize("done", [0, 1, 4])
@pytest.mark.parametrize("name", MAKERS)
def test_resume_to_the_bit(name: str, done: int, tmp_path: Path) -> None:
    w = params()
    opt = MAKERS[name](w)
    for _ in range(done):
        opt.step(gradient)
    file = tmp_path / "state"
    opt.save(file)
    import copy

    twin = copy.deepcopy(w)
    resumed = type(opt).load(file, twin)
    assert resumed.t == done
    assert equal(resumed.state_dict(), opt.state_dict())
    assert repr(resumed) == repr(opt)
    for _ in range(3):
        assert opt.step(gradient) == resumed.step(gradient)
    assert equal(w, twin)
    assert equal(resumed.state_dict(), opt.state_dict())


def test_through_a_dict() -> None:
    a, b = params(), params()
    one, other = Kept(a, lr=0.5), Kept(b, lr=0.1)
    one.step(gradient)
    saved = one.state_dict()
    one.step(gradient)
    other.load_state_dict(saved)
    for name in ("a",):
        b[name][...] = params()[name] - 0.5 * gradient(params())[1][name] * (1 + 0.5)
    assert other.t == 1
    assert other.groups[0]["lr"] == 0.5
    # What was loaded is a copy.
    other.step(gradient)
    third = Kept(params(), lr=0.3)
    third.load_state_dict(saved)
    assert equal(third.state_dict(), saved)


def test_groups_and_replacement(tmp_path: Path) -> None:
    def made() -> tuple[Any, Any]:
        return np.ones(2), np.ones(3)

    a, b = made()
    opt = SGD([{"params": a, "lr": 0.5}, {"params": [b]}], lr=lambda t: 0.1 / t)
    opt.step([np.ones(2), [np.ones(3)]])
    opt.save(tmp_path / "x.npz")
    groups = [{"params": a}, {"params": [b]}]
    with pytest.raises(CheckpointError, match=r"lr was a function .* pass it again"):
        SGD.load(tmp_path / "x.npz", groups)
    groups[1]["lr"] = lambda t: 0.1 / t
    again = SGD.load(tmp_path / "x.npz", groups)
    assert again.groups[0]["lr"] == 0.5
    opt.step([np.ones(2), [np.ones(3)]])
    x, y = a.copy(), b.copy()
    a[...], b[...] = 0.45, 0.9
    a[...] = 0.5
    again.step([np.ones(2), [np.ones(3)]])
    np.testing.assert_array_equal(a, x)
    np.testing.assert_allclose(b, y)
    everywhere = SGD.load(tmp_path / "x.npz", [{"params": a}, {"params": [b]}], lr=2.0)
    assert [group["lr"] for group in everywhere.groups] == [2.0, 2.0]
    assert everywhere.t == 1


def test_a_replaced_schedule_starts_anew(tmp_path: Path) -> None:
    w = np.ones(1)
    opt = SGD(w, lr=Plateau(lr=1.0), momentum=0.0)
    for _ in range(3):
        opt.step(np.ones(1), value=1.0)
    opt.save(tmp_path / "x")
    assert SGD.load(tmp_path / "x", w).groups[0].progress["lr"]["output"] == 0.25
    replaced = SGD.load(tmp_path / "x", w, lr=Plateau(lr=1.0))
    assert replaced.groups[0].progress == {}
    opt.groups[0]["lr"] = Plateau(lr=1.0)
    assert opt.groups[0].progress == {}


def test_functions_stay_where_they_are() -> None:
    w = np.ones(1)
    opt = SGD(w, lr=lambda t: 0.5)
    opt.step(np.ones(1))
    saved = opt.state_dict()
    other = SGD(w, lr=lambda t: 0.25)
    other.load_state_dict(saved)
    assert other.groups[0]["lr"](1) == 0.25
    with pytest.raises(CheckpointError, match="assign a function"):
        SGD(w, lr=0.1).load_state_dict(saved)


def test_route(tmp_path: Path) -> None:
    w = {"k": np.ones((2, 2)), "bias": np.ones(2)}
    opt = Routed(w)
    opt.step(lambda p: p)
    opt.save(tmp_path / "x")
    assert equal(Routed.load(tmp_path / "x", w).state_dict(), opt.state_dict())


def test_file_has_no_pickle_and_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "state.npz"
    file.write_bytes(b"older")
    opt = Kept(params())
    opt.step(gradient)
    opt.save(file)
    assert os.listdir(tmp_path) == ["state.npz"]
    with np.load(file, allow_pickle=False) as members:
        document = json.loads(members["document"].tobytes())
        assert document["format"] == "optwright checkpoint"
        assert all(members[name].dtype.kind in "fu" for name in members.files)


numbers = st.floats(allow_nan=False) | st.integers() | st.text(max_size=4) | st.none()
arrays = st.lists(st.floats(width=32), max_size=3).map(lambda x: np.array(x, np.float32))
documents = st.dictionaries(
    st.text(max_size=6),
    st.recursive(
        numbers | arrays | st.booleans(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["array", "dict", "a0", ""]), inner, max_size=3)
        ),
        max_leaves=8,
    ),
    max_size=3,
)


@given(documents)
def test_documents_round_trip(document: Any) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "x")
        write(file, document)
        assert equal(read(file), document)


# --- what is refused -----------------------------------------------------------------------------


@pytest.fixture
def good(tmp_path: Path) -> Path:
    opt = Kept(params())
    opt.step(gradient)
    opt.save(tmp_path / "good.npz")
    return tmp_path / "good.npz"


def foreign_archive() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, x=np.ones(3))
    return buffer.getvalue()


def archive(document: bytes) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, document=np.frombuffer(document, np.uint8))
    return buffer.getvalue()


def object_archive() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, document=np.array([{}], dtype=object))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"hello",
        pickle.dumps({"t": 3}),
        foreign_archive(),
        object_archive(),
        archive(b"{"),
        archive(b"[]"),
        archive(b"\xff\xfe"),
        archive(b'{"format": "other"}'),
        archive(b'{"format": "optwright checkpoint", "document": 3}'),
        archive(b'{"format": "optwright checkpoint", "document": {"a": 3}}'),
        archive(b'{"format": "optwright checkpoint", "document": {"array": "a0"}}'),
        archive(b'{"format": "optwright checkpoint", "document": {"dict": {}}}'),
        archive(b'{"format": "optwright checkpoint", "document": {"dict": {"rule": "toy.Kept"}}}'),
    ],
)
def test_foreign_files(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(CheckpointError) as caught:
        Kept.load(tmp_path / "x", params())
    assert "\n" not in str(caught.value)


def test_truncated_or_changed_files(good: Path) -> None:
    content = good.read_bytes()
    for kept in range(0, len(content), 97):
        good.write_bytes(content[:kept])
        with pytest.raises(CheckpointError):
            Kept.load(good, params())
    refused = []
    for place in range(0, len(content), 41):
        changed = bytearray(content)
        changed[place] ^= 0x55
        good.write_bytes(changed)
        try:
            Kept.load(good, params())
        except CheckpointError as error:
            refused.append(str(error))
    assert not any("\n" in text for text in refused)
    # Some bytes of a zip's headers (times, attributes) mean nothing.
    assert len(refused) > 0.5 * len(content) / 41


def test_missing_and_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"cannot read .*No such file"):
        Kept.load(tmp_path / "none", params())
    with pytest.raises(CheckpointError, match="cannot read"):
        Kept.load(tmp_path, params())


@pytest.mark.parametrize("where", ["none/x", ".", "file/x"])
def test_unwritable_targets(where: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    opt = SGD(params())
    with pytest.raises(CheckpointError, match="cannot write the checkpoint") as caught:
        opt.save(tmp_path / where)
    assert "\n" not in str(caught.value)
    assert sorted(os.listdir(tmp_path)) == ["file"]
    assert (tmp_path / "file").read_text() == "kept"


def test_a_full_disk_leaves_the_older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "x").write_bytes(b"older")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match="No space left"):
        SGD(params()).save(tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"older"
    assert os.listdir(tmp_path) == ["x"]


def edit(*path: Any, to: Any = None, drop: bool = False) -> Callable[[Any], None]:
    def change(saved: Any) -> None:
        *most, last = path
        for key in most:
            saved = saved[key]
        if drop:
            del saved[last]
        else:
            saved[last] = to

    return change


T = ("groups", 0, "tensors")
CHANGES = {
    "rule": (edit("rule", to="toy.SGD"), "is of toy.SGD, not of toy.Kept"),
    "no rule": (edit("rule", drop=True), "no state of an optimizer"),
    "flags": (edit("flags", to={"nesterov": True}), "made with"),
    "t": (edit("t", to=-1), "step number is -1"),
    "t kind": (edit("t", to="one"), "step number is 'one'"),
    "t zero": (edit("t", to=0), "unknown state"),
    "no groups": (edit("groups", to=[]), "has 0 groups"),
    "hyper": (edit("groups", 0, "hyper", "lr", to=-1.0), "outside [0, inf)"),
    "hyper kind": (edit("groups", 0, "hyper", "lr", to="x"), "not a number"),
    "hyper name": (edit("groups", 0, "hyper", "rate", to=1.0), "unknown hyperparameter 'rate'"),
    "no hyper": (edit("groups", 0, "hyper", "lr", drop=True), "lacks the hyperparameter 'lr'"),
    "progress": (edit("groups", 0, "progress", to={"lr": {"state": {}}}), "schedule of 'lr'"),
    "host": (edit("groups", 0, "state", "product", to=[1]), "expected a number"),
    "no host": (edit("groups", 0, "state", to={}), "lacks state 'product'"),
    "tensor count": (edit(*T, to=[]), "has 0 tensors in group 0"),
    "tensor name": (edit(*T, 0, "name", to="z"), "'z' of shape (3, 2) where the parameter is 'a'"),
    "tensor shape": (edit(*T, 0, "shape", to=[2, 3]), "shape (2, 3) where"),
    "array shape": (edit(*T, 0, "state", "start", to=np.ones(6, np.float32)), "(3, 2)"),
    "array dtype": (edit(*T, 0, "state", "start", to=np.ones((3, 2))), "float32"),
    "array kind": (edit(*T, 0, "state", "start", to=3.0), "expected float32"),
    "no array": (edit(*T, 2, "state", "row", drop=True), "lacks state 'row' of b/1"),
    "more arrays": (edit(*T, 0, "state", "w", to=1.0), "unknown state 'w'"),
    "sides": (edit(*T, 0, "state", "sides", to=[]), "has 0 arrays; expected 2"),
    "sides kind": (edit(*T, 0, "state", "sides", to=1.0), "expected a list"),
    "memory": (edit("memory", 0, "total", to=None), "expected a number"),
    "more memory": (edit("memory", 0, "w", to=1.0), "unknown state 'w'"),
    "memory form": (edit("memory", to=[]), "damaged"),
    "generator": (edit("generator", to={}), "draw noise"),
    "no tensors": (edit(*T, drop=True), "damaged"),
    "tensors": (edit(*T, to=7), "damaged"),
    "schedule": (
        edit("groups", 0, "hyper", "lr", to={"schedule": "Q", "module": "os", "hyper": {}}),
        "import its class from os",
    ),
    "schedule values": (
        edit(
            "groups", 0, "hyper", "lr",
            to={"schedule": "toy.Decay", "module": "toy", "hyper": {"lr": -1}, "factor": 1},
        ),
        "toy.Decay",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_states_that_do_not_fit_change_nothing(what: str, tmp_path: Path) -> None:
    change, message = CHANGES[what]
    w = params()
    opt = Kept(w)
    opt.step(gradient)
    saved = opt.state_dict()
    change(saved)
    target = Kept(w, lr=0.3)
    target.step(gradient)
    target.step(gradient)
    before = target.state_dict()
    with pytest.raises(CheckpointError) as caught:
        target.load_state_dict(saved)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert equal(target.state_dict(), before)
    if what != "schedule":
        write(tmp_path / "x", saved)
        with pytest.raises(CheckpointError):
            Kept.load(tmp_path / "x", w)


@pytest.mark.parametrize("thing", [None, 3, [], "x", {}, {"rule": "toy.Kept"}])
def test_no_state_at_all(thing: Any) -> None:
    opt = Kept(params())
    with pytest.raises(CheckpointError):
        opt.load_state_dict(thing)


def test_other_parameters(good: Path) -> None:
    for other, message in [
        (np.ones(3), "has 4 tensors in group 0, there are 1"),
        ({**params(), "a": np.ones((3, 2))}, "expected float64"),
        ({**params(), "a": np.ones((2, 3), np.float32)}, r"where the parameter is 'a'"),
        ([{"params": params()}, {"params": np.ones(1)}], "has 1 groups, params has 2"),
    ]:
        with pytest.raises(CheckpointError, match=message):
            Kept.load(good, other)
    with pytest.raises(CheckpointError, match=r"is of toy.Kept, not of toy.SGD"):
        SGD.load(good, params())


def test_a_file_names_no_module_to_import(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    description = {"schedule": "x", "module": "antigravity", "hyper": {}, "factor": 1.0}
    with pytest.raises(CheckpointError):
        Schedule.revive(description)
    assert "antigravity" not in sys.modules


def test_links_permissions_and_devices_stay_as_they_are(tmp_path: Path) -> None:
    place, link, pipe = tmp_path / "run.npz", tmp_path / "latest.npz", tmp_path / "pipe"
    opt = Adam([np.zeros(3)])
    opt.save(place)
    place.chmod(0o600)
    link.symlink_to(place)
    opt.step([np.ones(3)])
    opt.save(link)
    assert link.is_symlink() and place.stat().st_mode & 0o777 == 0o600
    assert Adam.load(place, [np.zeros(3)]).t == 1
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/null")):
        with pytest.raises(CheckpointError, match="it is a device or a pipe"):
            opt.save(path)
    assert pipe.is_fifo() and Path("/dev/null").is_char_device()
    assert sorted(x.name for x in tmp_path.iterdir()) == ["latest.npz", "pipe", "run.npz"]


def test_savers_in_one_process_do_not_meet(tmp_path: Path) -> None:
    place = tmp_path / "run.npz"
    told: list[Exception] = []

    def save() -> None:
        opt = Adam([np.zeros(3)])
        try:
            for _ in range(20):
                opt.save(place)
                Adam.load(place, [np.zeros(3)])
        except Exception as error:
            told.append(error)

    threads = [threading.Thread(target=save) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not told and [x.name for x in tmp_path.iterdir()] == ["run.npz"]
