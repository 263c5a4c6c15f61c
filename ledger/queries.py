"""Reading the ledger: in pages, as sentences, with the names looked up that it does not hold itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from config.components.signs import digest
from ledger.models import Entry
from ledger.registry import UnknownAct, reserved_of, sentence_of

PAGE = 50
FIELDS_THAT_NAME_PEOPLE = frozenset({"lead", "person", "accountable", "owner"})

# Objects by type and id. One that the reader may not see is only the words that it is called by.
Things = Mapping[tuple[str, str], models.Model | str]


def entries_about(obj: models.Model) -> models.QuerySet[Entry]:
    """Every act on one object, newest first."""
    return Entry.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))


def entries_asked_for(
    *,
    who: str | None = None,
    act: str | None = None,
    since: date | None = None,
    until: date | None = None,
    about: str | None = None,
    before: int | None = None,
) -> models.QuerySet[Entry]:
    """Entries newest first; `before` is the cursor: only entries older than that one."""
    entries = Entry.objects.order_by("-id")
    if who:
        entries = entries.filter(actor_id__in=_people_called(who))
    if act:
        entries = entries.filter(key=act)
    if since:
        entries = entries.filter(at__gte=_midnight(since))
    if until:
        entries = entries.filter(at__lt=_midnight(until) + timedelta(days=1))
    if about:
        object_type, _colon, object_id = about.partition(":")
        entries = entries.filter(object_type=object_type, object_id=object_id)
    return entries.filter(id__lt=before) if before else entries


def _people_called(text: str) -> models.QuerySet[Any]:
    people = get_user_model()._default_manager.all()
    for word in text.split():
        people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return people.values("pk")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


@dataclass(frozen=True)
class Change:
    """A field that changed, with its values in words where the ledger holds them."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """An entry as a sentence."""

    entry: Entry
    sentence: SafeString
    changes: Sequence[Change]


def tell(entries: Iterable[Entry], *, reader: Any) -> list[Told]:
    """Entries as sentences, to a reader: one query for the people, one or two for each kind of object among them."""
    entries = list(entries)
    wanted: dict[str, set[str]] = defaultdict(set)
    person_type = get_user_model()._meta.label_lower
    for entry in entries:
        wanted[entry.object_type].add(entry.object_id)
        wanted[person_type] |= {str(each) for each in _people_in(entry)}
    things = {
        (object_type, str(pk)): thing
        for object_type, ids in wanted.items()
        for pk, thing in _seen_by(reader, object_type, _rows(object_type, ids)).items()
    }
    return [
        Told(entry, _sentence(entry, things, person_type), _changes(entry, things, person_type)) for entry in entries
    ]


def _people_in(entry: Entry) -> set[int]:
    named = {
        value
        for field, pair in entry.change.items()
        if field in FIELDS_THAT_NAME_PEOPLE
        for value in pair
        if isinstance(value, int)
    }
    return named | ({entry.actor_id} if entry.actor_id is not None else set())


def _rows(object_type: str, ids: set[str]) -> Mapping[Any, models.Model]:
    """The rows that are still there, with what their own names are made of."""
    try:
        model = apps.get_model(object_type)
    except LookupError:
        return {}
    rows: Mapping[Any, models.Model] = model._default_manager.select_related().in_bulk(
        [int(each) for each in ids if each.isdecimal()]
    )
    return rows


def _seen_by(reader: Any, object_type: str, rows: Mapping[Any, models.Model]) -> Mapping[Any, models.Model | str]:
    """The rows, with words in place of those that are not for the reader."""
    reserved = reserved_of(object_type)
    if reserved is None or not rows:
        return rows
    visible = set(reserved.visible_to(reader).filter(pk__in=rows).values_list("pk", flat=True))
    return {pk: row if pk in visible else str(reserved.otherwise) for pk, row in rows.items()}


def _sentence(entry: Entry, things: Things, person_type: str) -> SafeString:
    actor: SafeString | str = _("Remit")
    if entry.actor_id is not None:
        actor = _named(things.get((person_type, str(entry.actor_id))), _("somebody who was erased"))
    gone = _("something that is gone (%(type)s %(id)s)") % {"type": entry.object_type, "id": entry.object_id}
    thing = _named(things.get((entry.object_type, entry.object_id)), gone)
    try:
        sentence = sentence_of(entry.key)
    except UnknownAct:
        sentence = "{actor}: " + entry.key.replace("{", "").replace("}", "") + " {object}"
    return format_html(str(capfirst(sentence)), actor=actor, object=thing)


def _named(row: models.Model | str | None, gone: str) -> SafeString | str:
    if row is None:
        return gone
    if hasattr(row, "get_absolute_url"):
        return format_html('<a href="{}">{}</a>', row.get_absolute_url(), row)
    return format_html("{}", row)


def _changes(entry: Entry, things: Things, person_type: str) -> list[Change]:
    """What changed, without what is as empty as it was; nothing of what the reader may not see.

    Names and free text: only that they changed.
    """

    def word(field: str, value: Any) -> str:
        if field in FIELDS_THAT_NAME_PEOPLE and (person_type, str(value)) in things:
            return str(things[person_type, str(value)])
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return ", ".join(str(each) for each in value)
        if str(value).startswith("sha256:"):
            return digest(value)
        return "" if value is None else str(value)

    if isinstance(things.get((entry.object_type, entry.object_id)), str):
        return []
    changes = []
    for field, pair in entry.change.items():
        before, after = (word(field, value) for value in pair) if len(pair) == 2 else ("", "")
        if len(pair) != 2 or before != after:
            changes.append(Change(field.replace("_", " "), before, after))
    return changes
