"""Files that hold an optimizer's state: NumPy's .npz form, without pickle, written atomically.

One member, "document", is JSON text (as bytes); where the state has an array, the text has
{"array": "a7"} and the member "a7" holds it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from optwright.runtime.error import CheckpointError

_FORMAT = "optwright checkpoint"


def write(path: str | os.PathLike[str], document: Mapping[str, Any]) -> None:
    """Write a nesting of dicts, lists, strings, numbers, None and arrays.

    The file appears whole or not at all: it is written beside its place, under a name of its own,
    and then moved there. A link goes on leading to it, and it keeps its permissions. Raises
    CheckpointError, leaving an older file as it was, if that is not possible.
    """
    import json  # Only checkpoints pay for this import.

    target = os.fspath(path)
    arrays: dict[str, np.ndarray] = {}
    text = json.dumps({"format": _FORMAT, "document": _packed(document, arrays)})
    arrays["document"] = np.frombuffer(text.encode(), np.uint8)
    place = os.path.realpath(target)
    beside = f"{place}.{os.urandom(8).hex()}.part"
    try:
        if os.path.isdir(place):
            raise IsADirectoryError(21, "it is a directory")
        if os.path.exists(place) and not os.path.isfile(place):
            raise OSError(22, "it is a device or a pipe")
        try:
            with open(beside, "xb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
                file.flush()
                os.fsync(file.fileno())
            if os.path.exists(place):
                os.chmod(beside, os.stat(place).st_mode & 0o7777)
            os.replace(beside, place)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(beside)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CheckpointError(f"cannot write the checkpoint {target}: {reason}") from None


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The document in a file. Raises CheckpointError if it is none, or damaged."""
    import json
    from zipfile import BadZipFile
    from zlib import error as ZlibError

    target = os.fspath(path)
    try:
        with open(target, "rb") as file:
            if file.read(4) != b"PK\x03\x04":
                raise CheckpointError(f"{target} is no checkpoint: it is not an .npz file")
            file.seek(0)
            with np.load(file, allow_pickle=False) as members:
                if "document" not in members.files:
                    raise CheckpointError(f"{target} is no checkpoint: it holds other arrays")
                content = json.loads(members["document"].tobytes().decode())
                if not isinstance(content, dict) or content.get("format") != _FORMAT:
                    raise CheckpointError(f"{target} is no checkpoint of this package")
                document = _unpacked(content.get("document"), members)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CheckpointError(f"cannot read the checkpoint {target}: {reason}") from None
    except CheckpointError:
        raise
    except (BadZipFile, ZlibError, EOFError, KeyError, ValueError, NotImplementedError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise CheckpointError(f"{target} is damaged or no checkpoint: {reason}") from None
    if not isinstance(document, dict):
        raise CheckpointError(f"{target} is no checkpoint of this package")
    return document


def _packed(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, Mapping):
        # Wrapped, so that a key of the state never reads as a mark of the format.
        return {"dict": {str(key): _packed(item, arrays) for key, item in value.items()}}
    if isinstance(value, (list, tuple)):
        return [_packed(item, arrays) for item in value]
    return float(value) if isinstance(value, np.floating) else value


def _unpacked(value: Any, members: Mapping[str, np.ndarray]) -> Any:
    if isinstance(value, dict):
        if "array" in value:
            return members[value["array"]]
        return {key: _unpacked(item, members) for key, item in value["dict"].items()}
    return [_unpacked(item, members) for item in value] if isinstance(value, list) else value
