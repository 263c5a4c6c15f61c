"""The engine's promises, held against `kill -9`. `make kill` does the same a thousand times.

Each database plays once for all tests here, whichever process of the test run comes first.
"""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.kill.nursery import ROOT

KILLS = 50
TRAIN = 25

# seam → (how many letters were in doubt, how many came twice)
SEAMS = {
    "before the sweep commits": (0, 0),
    "after the sweep": (0, 0),
    "before the claim commits": (0, 0),
    "after the claim": (0, 0),
    "before on_wire commits": (0, 0),
    "after on_wire": (TRAIN, 0),
    "after the server took it": (TRAIN, 3),
    "before sent commits": (TRAIN, TRAIN),
    "after sent": (0, 0),
}

DATABASES = [
    pytest.param("sqlite", marks=pytest.mark.sqlite),
    pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.redis]),
]

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def played(database, request, tmp_path_factory):
    """Gives `played(piece, …)`: the verdicts of pieces, played once on this database."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent  # shared by all processes of the test run

    def play(*pieces: str, **options: Any) -> dict[str, dict[str, Any]]:
        found = folder / f"kill-{database}-{'-'.join(pieces)}.json"
        with found.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not found.exists():
                run(found, database, pieces, redis_url=redis_url(request, database), **options)
        return json.loads(found.read_text())

    return play


def redis_url(request: pytest.FixtureRequest, database: str) -> str:
    return request.getfixturevalue("redis_url") if database == "postgres" else ""


def run(found: Path, database: str, pieces: tuple[str, ...], *, redis_url: str, kills: int = 0) -> None:
    command = [sys.executable, "-m", "tests.kill", *pieces, "--database", database, "--kills", str(kills)]
    result = subprocess.run(
        [*command, "--json", str(found)],
        cwd=ROOT,
        env={**os.environ, "REDIS_URL": redis_url},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    sys.stdout.write(result.stdout)
    assert found.exists(), result.stdout


def test_engine_that_is_killed_loses_nothing_and_repeats_only_what_a_kill_explains(played):
    verdict = played("kills", kills=KILLS)["kills"]
    assert verdict["problems"] == []
    assert verdict["kills"] == KILLS
    assert verdict["keys"] == verdict["inbox_copies"] == verdict["effects"] * 5 >= 1000
    assert verdict["letters"] - verdict["repeats"] + verdict["parked"] >= verdict["keys"]


@pytest.mark.parametrize("seam", SEAMS)
def test_engine_that_dies_at_a_seam_loses_nothing(seam, played):
    verdict = played("seams", "quiet", "control")[seam]
    assert verdict["problems"] == []
    assert (verdict["kills"], verdict["keys"], verdict["parked"]) == (1, 30, 0)
    assert (verdict["doubts"], verdict["repeats"]) == SEAMS[seam]


def test_engine_that_nobody_kills_repeats_nothing(played):
    verdict = played("seams", "quiet", "control")["quiet"]
    assert verdict["problems"] == []
    assert (verdict["kills"], verdict["repeats"], verdict["doubts"]) == (0, 0, 0)
    assert verdict["letters"] == verdict["keys"] >= 400


def test_control_that_marks_before_it_sends_loses(played):
    verdict = played("seams", "quiet", "control")["control"]
    assert verdict["problems"] == []
    assert verdict["lost"] > 0
