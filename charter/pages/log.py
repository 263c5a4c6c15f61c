"""The page of a decision: its text as it reads today, and as it read before."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from charter.models import Decision, DecisionRevision
from charter.models.decision import DecisionText
from charter.sentences import title_of
from charter.storage import thaw
from config.markdown import render_markdown


@dataclass(frozen=True)
class Part:
    """A part of the text under its heading."""

    key: str
    title: str
    text: SafeString


@dataclass(frozen=True)
class Earlier:
    """A text that no longer stands."""

    revision: DecisionRevision
    parts: Sequence[Part]


@dataclass(frozen=True)
class DecisionPage:
    decision: Decision
    parts: Sequence[Part]
    earlier: Sequence[Earlier]
    newest: DecisionRevision | None

    @property
    def right_title(self) -> str:
        return title_of(self.decision.right_key) if self.decision.right_key else ""

    @property
    def right_number(self) -> str:
        """The clause of the linked charter that is the right; empty where that charter has none under the key."""
        version = self.decision.version
        if version is None or version.document is None:
            return ""
        keys = [right.key for right in thaw(version.document).decisions]
        return f"3.{keys.index(self.decision.right_key) + 1}" if self.decision.right_key in keys else ""


def decision_page(decision: Decision) -> DecisionPage:
    """A decision with all its texts: one query."""
    revisions = list(decision.revisions.select_related("written_by"))
    return DecisionPage(
        decision=decision,
        parts=_parts_of(decision),
        earlier=[Earlier(revision, _parts_of(revision)) for revision in revisions[1:]],
        newest=revisions[0] if revisions else None,
    )


def _parts_of(text: DecisionText) -> list[Part]:
    titles = (
        ("outcome", _("What was decided")),
        ("options", _("Options and their trade-offs")),
        ("rationale", _("Why this one")),
        ("dissent", _("Dissent")),
    )
    return [
        Part(field, title, render_markdown(words)) for field, title in titles if (words := str(getattr(text, field)))
    ]
