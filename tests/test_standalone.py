"""Standalone modules run where there is neither optwright nor SymPy."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from selection import tiered

from optwright.cli import main
from optwright.generated import numpy as generated

ALONE = """
import sys
for name in ("optwright", "sympy", "jinja2", "click", "mpmath"):
    sys.modules[name] = None
sys.path.insert(0, {folder!r})
import numpy as np
from {module} import {name}
theta = np.linspace(-1, 1, 12).reshape(3, 4)
opt = {name}(theta)
for _ in range(3):
    opt.step(lambda p: (float((p**2).sum()), 2*p))
opt.save({folder!r} + "/state.npz")
again = {name}.load({folder!r} + "/state.npz", theta)
again.step(lambda p: (float((p**2).sum()), 2*p))
print(theta.tobytes().hex())
"""


@pytest.mark.parametrize("name", tiered(["LAMB", "Adam", "Muon", "LBFGS"], "LAMB".__eq__))
def test_runs_alone_with_the_same_bits(name: str, tmp_path: Path) -> None:
    made = CliRunner().invoke(main, ["kernels", name, "--standalone", "--out", str(tmp_path)])
    assert made.exit_code == 0, made.output
    program = ALONE.format(folder=str(tmp_path), module=name.lower(), name=name)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    theta = np.linspace(-1, 1, 12).reshape(3, 4)
    optimizer = getattr(generated, name)(theta)
    for _ in range(4):
        optimizer.step(lambda p: (float((p**2).sum()), 2 * p))
    assert run.stdout.strip() == theta.tobytes().hex()


def test_standalone_needs_a_folder() -> None:
    result = CliRunner().invoke(main, ["kernels", "Adam", "--standalone"])
    assert result.exit_code == 2
    assert "--out" in result.output


def test_device_modules_load_alone_and_say_what_is_missing(tmp_path: Path) -> None:
    arguments = ["kernels", "LAMB", "--backend", "cupy", "--standalone", "--out", str(tmp_path)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    program = (
        "import sys\n"
        "for name in ('optwright', 'sympy', 'jinja2', 'cupy'):\n"
        "    sys.modules[name] = None\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "from lamb import LAMB\n"
        "import numpy\n"
        "try:\n"
        "    LAMB(numpy.ones(3))\n"
        "except ValueError as error:\n"
        "    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "needs CuPy" in run.stdout


ON_DEVICE = """
import sys
for name in ("optwright", "sympy", "jinja2", "click", "mpmath"):
    sys.modules[name] = None
sys.path[:0] = [{folder!r}, {tests!r}]
from pathlib import Path
import cupy_standin
import numpy as np
from {module} import {name}
with cupy_standin.installed(cupy_standin.Machine(Path({folder!r}), {{}})) as cp:
    theta = cp.asarray(np.linspace(-1, 1, 12).reshape(3, 4))
    opt = {name}(theta)
    for _ in range(3):
        opt.step(theta * 2)
    opt.save({folder!r} + "/state.npz")
    again = {name}.load({folder!r} + "/state.npz", theta)
    again.step(theta * 2)
    print(theta.get().tobytes().hex())
"""


@pytest.mark.parametrize("name", tiered(["Prodigy", "Adam", "LAMB", "Muon"], "Prodigy".__eq__))
def test_device_modules_run_alone_with_the_same_bits(name: str, tmp_path: Path) -> None:
    """Their kernels, and the runtime that came along, on the stand-in of CuPy."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed: the kernels cannot run without a device")
    arguments = ["kernels", name, "--backend", "cupy", "--standalone", "--out", str(tmp_path)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    tests = str(Path(__file__).parent)
    program = ON_DEVICE.format(folder=str(tmp_path), tests=tests, module=name.lower(), name=name)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    theta = np.linspace(-1, 1, 12).reshape(3, 4)
    optimizer = getattr(generated, name)(theta)
    for _ in range(4):
        optimizer.step(theta * 2)
    assert run.stdout.strip() == theta.tobytes().hex()
