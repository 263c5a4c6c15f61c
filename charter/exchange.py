"""The charter as code: replacing a team's draft by a document, and reading text as a document of this installation."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from charter.document import Document
from charter.drafting import add_version
from charter.models import Charter, Version
from charter.parsing import Problem, Source, Unreadable, read_document
from charter.queries import open_draft, version_in_force
from charter.ratification import reopen
from charter.references import Known, refuse_unknown
from charter.rules import can_edit
from charter.storage import document_of, load_known, write_rows
from charter.words import VersionState
from ledger.errors import Forbidden, Stale
from ledger.record import record_act
from teams.models import Person, Team


@dataclass(frozen=True)
class Written:
    """What came of replacing a draft."""

    version: Version
    document: Document
    is_new: bool


class NotTheDigest(Stale):
    """If-Match names neither the draft nor, where there is none, the version in force. Answered with 412."""


def read_charter(source: Source, *, known: Known | None = None) -> Document:
    """A document of this installation: readable, and mentioning nothing that is not here. Raises Unreadable."""
    document = read_document(source)
    refuse_unknown(document, known or load_known(), source)
    return document


@transaction.atomic
def replace_draft(
    *, team: Team, document: Document, by: Person | None, now: datetime, if_match: str | None = None
) -> Written:
    """Make a document the team's draft, all or nothing; a proposal is reopened and its signatures are void.

    `if_match` is the digest that the writer saw: of the draft, or, where there is none, of the version in force; "*"
    stands for a first charter and demands that there is neither. None = unconditional (commands). `by` None is Remit
    itself. Raises Forbidden, NotTheDigest, Unreadable (the document is of another team, or mentions what is not here).
    """
    if by is not None and not can_edit(by, team):
        raise Forbidden(_("Only the lead of %(team)s or an admin can do this.") % {"team": team.name})
    if document.team != team.key:
        raise Unreadable([Problem("/team", _("this is the charter of %(team)s") % {"team": team.key})])
    refuse_unknown(document, load_known())
    Charter.objects.get_or_create(team=team)
    charter = Charter.objects.select_for_update().get(team=team)
    draft, held = open_draft(team), version_in_force(team, now)
    seen = draft or held
    before = document_of(seen).digest if seen else ""
    _refuse_stale(if_match, before, seen)
    if draft is None:
        draft = add_version(charter, based_on=held, by=by, now=now)
        is_new = True
    else:
        is_new = False
        if draft.state == VersionState.PROPOSED:
            reopen(version=draft, by=by, now=now)
    write_rows(draft, document)
    Version.objects.filter(pk=draft.pk).update(edited_at=now)
    change = {"digest": [before, document.digest]}
    record_act(by=by, key="charter.version.replaced", on=draft, change=change, now=now)
    return Written(draft, document, is_new)


def _refuse_stale(if_match: str | None, digest: str, seen: Version | None) -> None:
    if if_match is None:
        return
    wanted = "" if if_match == "*" else if_match
    if wanted != digest:
        state = seen.state if seen else "none"
        raise NotTheDigest(_("The charter has changed since you read it. Read it again, then write."), state=state)
