"""One package, one name: ``optwright``, however the folders are laid out on disk."""

import json
import pkgutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import optwright

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("derive", "templates", "generated", "runtime")
BARE_NAMES = {*FOLDERS, "cli"}


def loaded_by(code: str) -> set[str]:
    """Names of the modules a fresh interpreter holds after running the code."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    # Started at the root, where a bare name would be found if anything asked for it.
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return set(json.loads(result.stdout.splitlines()[-1]))


def module_names() -> list[str]:
    """Dotted names of all modules of the installed package, none of them imported here."""
    found = []
    pending = [("optwright", list(optwright.__path__))]
    while pending:
        package, path = pending.pop()
        for info in pkgutil.iter_modules(path):
            name = f"{package}.{info.name}"
            found.append(name)
            if info.ispkg:
                pending.append((name, [str(Path(folder, info.name)) for folder in path]))
    return sorted(found)


def test_importing_everything_loads_no_bare_name() -> None:
    names = [name for name in module_names() if not name.endswith("__main__")]
    assert {f"optwright.{name}" for name in BARE_NAMES} <= set(names)
    loaded = loaded_by("import importlib\n" + f"for n in {names!r}: importlib.import_module(n)")
    assert set(names) <= loaded
    assert not BARE_NAMES & loaded


def test_the_bare_name_check_sees_a_bare_import() -> None:
    assert "derive" in loaded_by("import derive")


@pytest.mark.parametrize(
    "module", ["optwright", "optwright.runtime", "optwright.generated", "optwright.generated.numpy"]
)
def test_running_an_optimizer_needs_no_symbolic_side(module: str) -> None:
    loaded = loaded_by(f"import {module}")
    assert module in loaded
    symbolic = {"sympy", "mpmath", "jinja2", "click"}
    symbolic |= {"optwright.derive", "optwright.templates", "optwright.cli"}
    assert not symbolic & loaded


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_python_file_is_a_module_of_the_package(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    for file in files:
        parts = file.relative_to(ROOT).with_suffix("").parts
        name = ".".join(("optwright", *parts)).removesuffix(".__init__")
        assert (file.parent / "__init__.py").is_file(), f"{file.parent} lacks an __init__.py"
        spec = find_spec(name)
        assert spec is not None and spec.origin is not None, f"{name} is not importable"
        assert Path(spec.origin).resolve() == file


def test_the_links_are_relative_and_point_at_the_root() -> None:
    links = ROOT / ".src" / "optwright"
    for name in (*FOLDERS, "cli.py"):
        link = links / name
        assert link.is_symlink(), f"{link} is not a link"
        assert link.readlink() == Path("..", "..", name)


def test_the_package_is_marked_as_typed() -> None:
    assert Path(optwright.__path__[0], "py.typed").is_file()
