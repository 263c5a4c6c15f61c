"""Files of evidence: kept by what they hold, under their SHA-256, in the data directory.

Nothing of what a sender says about a file is believed: not its name, which is dropped, nor its type, which is read from
the content. Nothing is unpacked or rendered. Whoever fetches a file gets it as a download (`reviews.views.files`).
"""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from ledger.errors import IllegalState, Invalid

LARGEST = 4 * 1024 * 1024
"""What is larger stays where it was made, and is linked with its hash."""

SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "application/json": "json",
    "text/plain": "txt",
}
"""The types that are taken, and how a download of each is called."""

CONTROL = frozenset(range(32)) - {9, 10, 12, 13}


class FileIsAltered(IllegalState):
    """The file is gone, or its content is no longer what was attached."""

    def __init__(self) -> None:
        super().__init__(_("The file is no longer what was attached: its SHA-256 differs."), state="altered")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was taken in."""

    sha256: str
    size: int
    media_type: str


def keep_file(upload: UploadedFile) -> KeptFile:
    """Check a file and keep it; the same content is kept once. Raises Invalid."""
    if not upload.size:
        raise Invalid([("file", _("This file is empty."))])
    if upload.size > LARGEST:
        words = {"most": LARGEST // 1024 // 1024}
        raise Invalid([("file", _("A file has at most %(most)d MB. Link to larger ones, with their SHA-256.") % words)])
    content = upload.read()
    media_type = type_of(content)
    if media_type is None:
        raise Invalid(
            [("file", _("Attach a PDF, a PNG or JPEG picture, JSON or plain text (CSV, Markdown). Link to all else."))]
        )
    kept = KeptFile(hashlib.sha256(content).hexdigest(), len(content), media_type)
    _store(content, path_of(kept.sha256))
    return kept


def read_file(sha256: str) -> bytes:
    """The content of a file that was kept, held against its hash. Raises FileIsAltered."""
    try:
        content = path_of(sha256).read_bytes()
    except FileNotFoundError:
        raise FileIsAltered from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileIsAltered
    return content


def type_of(content: bytes) -> str | None:
    """The type of a content by what it holds; None where it is none that is taken.

    Text that begins as markup does is refused: HTML and SVG can carry scripts.
    """
    for signature, media_type in SIGNATURES:
        if content.startswith(signature):
            return media_type
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if text.lstrip().startswith("<") or not CONTROL.isdisjoint(content):
        return None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return "text/plain"
    return "application/json"


def path_of(sha256: str) -> Path:
    """Where a content lies."""
    return Path(settings.MEDIA_ROOT) / "evidence" / sha256[:2] / sha256


def _store(content: bytes, path: Path) -> None:
    """Written whole or not at all, also when two store the same at once."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)
