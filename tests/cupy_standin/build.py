"""Kernels compiled by g++ behind `cuda.h`; texts that belong together go into one library."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

HEADER = Path(__file__).parent / "cuda.h"
FLAGS = (
    "-std=c++17", "-O1", "-fPIC", "-shared", "-ffp-contract=off", "-fno-strict-aliasing",
    "-Wno-unknown-pragmas", "-Wdouble-promotion", "-Wfloat-conversion", "-Werror",
)  # fmt: skip
SANITIZERS = ("-g", "-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined")


def gxx() -> str | None:
    """The compiler, if there is one."""
    return shutil.which("g++")


def joined(texts: Sequence[str]) -> str:
    """Several texts as one: each in a namespace, its kernels with a mark behind their names.

    The same kernel may so be there for several values of a family's flags.
    """
    parts = []
    for k, text in enumerate(texts):
        names = re.findall(r"__global__ void (\w+)\(", text)
        begin = "".join(f"#define {name} {name}_{k}\n" for name in names)
        end = "".join(f"#undef {name}\n" for name in names)
        parts.append(f"{begin}namespace text_{k} {{\n{text}\n}}\n{end}")
    return "".join(parts)


def places(texts: Sequence[str], prelude: str, library: Path) -> dict[str, str]:
    """Where the kernels of joined texts lie, by the text that would be compiled for each alone."""
    return {prelude + text: f"{library}?_{k}" for k, text in enumerate(texts)}


def start(text: str, folder: Path, flags: Sequence[str] = ()) -> tuple[Path, subprocess.Popen[str]]:
    """Begin to compile a text; the library's path is the first, its name follows the content."""
    whole = f'#include "{HEADER}"\n{text}'
    name = hashlib.sha256("\n".join([HEADER.read_text(), whole, *flags]).encode()).hexdigest()[:24]
    source, target = folder / f"{name}.cpp", folder / f"{name}.so"
    source.write_text(whole)
    passing = folder / f"{name}.{os.getpid()}"
    if target.exists():
        return target, subprocess.Popen(["true"], text=True)
    command = ["g++", *FLAGS, *flags, "-o", str(passing), str(source)]
    script = '"$@" && mv "$0" "$TARGET"'
    return target, subprocess.Popen(
        ["sh", "-c", script, str(passing), *command],
        env={**os.environ, "TARGET": str(target)},
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(target: Path, process: subprocess.Popen[str]) -> Path:
    """Wait for a compilation. Raises RuntimeError with the compiler's words."""
    _, errors = process.communicate()
    if process.returncode:
        raise RuntimeError(errors)
    return target


def compiled(text: str, folder: Path, flags: Sequence[str] = ()) -> Path:
    """The library of one text."""
    return finish(*start(text, folder, flags))
