"""The snippets of docs/ci.md, taken from the page and run by a shell against a running server."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from reviews.models import Review
from teams.tokens import create_token
from tests.factories import NOW
from tests.reviews.worlds import World, make_world, vote

PAGE = Path("docs/ci.md").read_text()
BLOCKS = dict(re.findall(r"## (GitHub Actions|GitLab CI|Jenkins)\n\n```\w+\n(.*?)```", PAGE, re.DOTALL))

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here: apt install curl"),
]


def github_steps() -> list[str]:
    jobs = yaml.safe_load(BLOCKS["GitHub Actions"])["jobs"]
    return [step["run"] for job in jobs.values() for step in job["steps"]]


def gates() -> dict[str, str]:
    return {
        "GitHub Actions": github_steps()[-1],
        "GitLab CI": yaml.safe_load(BLOCKS["GitLab CI"])["ask the gate"]["script"][0],
        "Jenkins": re.findall(r"'''(.*?)'''", BLOCKS["Jenkins"], re.DOTALL)[0],
    }


class Runner:
    """Runs a step as the pipelines do: `-e`, with the variables that they set."""

    def __init__(self, server: str, token: str, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "REMIT_URL": server,
            "REMIT_TOKEN": token,
            "MODEL": "card-fraud-scorer",
            "VERSION": "v4.3.0",
            "GITHUB_ENV": str(folder / "env"),
            "GITHUB_RUN_ID": "77",
            "GITHUB_SHA": "7f2c91e8d0",
        }

    def __call__(self, script: str) -> subprocess.CompletedProcess[str]:
        kept = self.folder / "env"
        further = dict(line.split("=", 1) for line in kept.read_text().split()) if kept.exists() else {}
        return subprocess.run(
            ["sh", "-e", "-c", script],
            env={**self.environment, **further},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world(thresholds=[{"key": "quality", "metric": "auc", "below": 0.93, "then": "block-release"}])


@pytest.fixture
def run(world: World, live_server: Any, tmp_path: Path, settings: Any) -> Runner:
    settings.MEDIA_ROOT = tmp_path / "files"
    (tmp_path / "fairness.json").write_text('{"parity-gap": 0.038}')
    _token, text = create_token(person=world.author, label="CI", by=world.author, now=NOW)
    return Runner(live_server.url, text, tmp_path)


def test_the_pipeline_proposes_and_every_gate_opens_after_the_decision(world: World, run: Runner) -> None:
    *propose, _gate = github_steps()
    for script in propose:
        step = run(script)
        assert step.returncode == 0, (script, step.stdout, step.stderr)
    review = Review.objects.get()
    assert (review.state, review.version, review.author) == ("submitted", "v4.3.0", world.author)
    assert [(piece.kind, piece.media_type, piece.commit) for piece in review.evidence.all()] == [
        ("evaluation", "", "7f2c91e8d0"),
        ("fairness", "application/json", "7f2c91e8d0"),
    ]
    for name, gate in gates().items():
        closed = run(gate)
        assert (closed.returncode, '"code":"undecided"' in closed.stdout) == (1, True), name
    vote(review, world.owner)
    vote(review, world.scientist)
    for name, gate in gates().items():
        opened = run(gate)
        assert (opened.returncode, opened.stderr) == (0, ""), (name, opened.stdout)


def test_a_gate_that_cannot_be_asked_is_closed(world: World, run: Runner) -> None:
    for name, gate in gates().items():
        for broken in ({"REMIT_TOKEN": "rmt_wrong"}, {"MODEL": "unknown"}, {"REMIT_URL": "http://127.0.0.1:9"}):
            before = dict(run.environment)
            run.environment.update(broken)
            assert run(gate).returncode != 0, (name, broken)
            run.environment = before
