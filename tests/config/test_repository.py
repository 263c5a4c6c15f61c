"""What holds for the repository as a whole."""

import json
import re
import subprocess
import sys

from config.assets import ICONS, wanted_files
from config.environment import BASE_DIR
from scripts.locks import NPM_LOCK, PYTHON_LOCKS, hosts_in


def pins_of(lock: str) -> dict[str, str]:
    """Package → version."""
    text = (BASE_DIR / "requirements" / f"{lock}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", text, re.MULTILINE))


def test_lock_files_name_no_host():
    result = subprocess.run(
        [sys.executable, BASE_DIR / "scripts" / "locks.py", "check"], capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stderr) == (0, "")


def test_host_in_a_lock_file_is_found():
    assert hosts_in("a==1\n--index-url https://pypi.org/simple\n") == [(2, "--index-url https://pypi.org/simple")]
    assert hosts_in('{"resolved": "x"}') == [(1, '{"resolved": "x"}')]
    assert hosts_in("a==1 --hash=sha256:00\n    # via -r requirements/base.in") == []


def test_lock_files_pin_everything_by_digest():
    for name in PYTHON_LOCKS:
        text = (BASE_DIR / "requirements" / f"{name}.txt").read_text()
        pins = re.findall(r"^[a-z0-9][\w.-]*==", text, re.MULTILINE)
        assert pins
        assert len(re.findall(r"==[^\n]* \\\n    --hash=sha256:", text)) == len(pins)
    packages = json.loads(NPM_LOCK.read_text())["packages"]
    assert all(package.get("integrity") for path, package in packages.items() if path)


def test_installed_versions_agree_between_the_locks():
    pins = [
        dict(
            re.findall(
                r"^([a-z0-9][\w.-]*)==(\S+)", (BASE_DIR / "requirements" / f"{name}.txt").read_text(), re.MULTILINE
            )
        )
        for name in ("base", "dev")
    ]
    assert {name: version for name, version in pins[1].items() if name in pins[0]} == pins[0]


def test_celery_is_the_one_whose_settings_we_rely_on():
    """A higher python-dateutil in base.in would silently bring an older Celery."""
    text = (BASE_DIR / "requirements" / "base.txt").read_text()

    assert re.search(r"^celery==5\.7\.", text, re.MULTILINE)


def test_list_of_assets_names_each_file_once():
    targets = [target for _, target in wanted_files()]

    assert len(targets) == len(set(targets))
    assert list(ICONS) == sorted(set(ICONS))
