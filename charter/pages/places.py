"""The places of the editor: its sections, and the id under which each clause and form is found on the page.

A place is written as the address of its form has it: "decisions/replace-model", "escalation/model-quality/0".
"""

from django.utils.translation import gettext_lazy

from charter.document import Document, Part
from charter.editing import purpose_of
from charter.editing.parts import parts_of
from charter.pages.matrix import role_anchor

SECTIONS = (
    ("purpose", gettext_lazy("Purpose")),
    ("responsibilities", gettext_lazy("Responsibilities")),
    ("decisions", gettext_lazy("Decision rights")),
    ("escalation", gettext_lazy("Who is called")),
    ("thresholds", gettext_lazy("Thresholds")),
    ("evidence", gettext_lazy("Evidence")),
    ("rituals", gettext_lazy("Rituals")),
)
NUMBERS = {section: number for number, (section, _label) in enumerate(SECTIONS, start=1)}
_SECTION_OF = {"stages": "responsibilities", "columns": "responsibilities", "post_implementation_review": "evidence"}


def section_of(pointer: str) -> str:
    """The section of the page that a pointer lies in."""
    head = pointer.strip("/").partition("/")[0]
    head = _SECTION_OF.get(head, head)
    return head if head in NUMBERS else "responsibilities"


def anchor_of(where: str) -> str:
    """The id of the place of a form: "escalation/model-quality/0" → "escalation-model-quality-0"."""
    head, _slash, rest = where.partition("/")
    if head == "roles":
        return role_anchor(rest) if rest != "+" else "responsibilities"
    if head == "stages":
        return f"stage-{rest}" if rest != "+" else "responsibilities"
    if where == "evidence":
        return "evidence-tiers"
    return where.replace("/+", "-new").replace("/", "-")


def stored_part(document: Document, where: str) -> Part | None:
    """The part of the document that a form edits, as it stands now."""
    section, _slash, rest = where.partition("/")
    if section == "purpose":
        return purpose_of(document)
    key, _slash, number = rest.partition("/")
    part = next((each for each in parts_of(document, section) if each.key == key), None)
    if number and part is not None:
        levels = getattr(part, "levels", ())
        return levels[int(number)] if number.isdecimal() and int(number) < len(levels) else None
    return part
