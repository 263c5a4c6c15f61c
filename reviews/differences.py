"""What differs between two contents of a review (`reviews.digest.content_of`): fields, expectations, evidence. Pure."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.sentences import metric_in_words
from charter.words import EvidenceKind, Kind
from reviews.expectations import expected_in_words
from reviews.models import Expectation
from reviews.wording import number
from reviews.words import Rollout

TEXTS = {
    "version": gettext_lazy("Version"),
    "title": gettext_lazy("Title"),
    "what": gettext_lazy("What changes"),
    "why": gettext_lazy("Why"),
    "rollback_plan": gettext_lazy("Rollback plan"),
}
KEPT_AROUND = 6
"""How many words of what stayed are shown on either side of what changed."""

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where something differs, and how, as text with <del> and <ins>."""

    where: str
    how: SafeString


def differences(before: Content, after: Content) -> Sequence[Difference]:
    """Everything that differs, in the order in which the page shows it."""
    return [*_fields(before, after), *_expectations(before, after), *_evidence(before, after)]


def _fields(before: Content, after: Content) -> Iterator[Difference]:
    for field, label in TEXTS.items():
        if before[field] != after[field]:
            yield Difference(str(label), changed_words(before[field], after[field]))
    if before["kind"] != after["kind"]:
        yield Difference(_("Kind of change"), changed(str(Kind(before["kind"]).label), str(Kind(after["kind"]).label)))
    if before["rollout"] != after["rollout"]:
        yield Difference(_("Rollout"), changed(_rollout(before["rollout"]), _rollout(after["rollout"])))
    if before["links"] != after["links"]:
        gone = [link for link in before["links"] if link not in after["links"]]
        new = [link for link in after["links"] if link not in before["links"]]
        yield Difference(_("Links"), changed(", ".join(gone), ", ".join(new)))


def _expectations(before: Content, after: Content) -> Iterator[Difference]:
    was = {row["metric"]: _expected(row) for row in before["expectations"]}
    now = {row["metric"]: _expected(row) for row in after["expectations"]}
    for metric in dict.fromkeys([*was, *now]):
        if was.get(metric, "") != now.get(metric, ""):
            where = _("Expected: %(metric)s") % {"metric": metric}
            yield Difference(where, changed(was.get(metric, ""), now.get(metric, "")))


def _evidence(before: Content, after: Content) -> Iterator[Difference]:
    was, measured = list(before["evidence"]), _measured(before)
    for piece in after["evidence"]:
        if piece in was:
            was.remove(piece)
            continue
        rows = [
            _measured_row(one, measured.get((one["metric"], one["slice"], one["dataset"])))
            for one in piece["measurements"]
        ]
        said = format_html("<ins>{}</ins>", piece["summary"])
        how = format_html("{}{}", said, format_html_join("", " {}.", ((row,) for row in rows)))
        yield Difference(str(capfirst(EvidenceKind(piece["kind"]).label)), how)


def changed(before: str, after: str) -> SafeString:
    """One value for another."""
    parts = [("del", before), ("ins", after)]
    return format_html_join(" ", "<{0}>{1}</{0}>", ((tag, text) for tag, text in parts if text))


def changed_words(before: str, after: str) -> SafeString:
    """A text with the words that went and came marked, and long stretches that stayed left out."""
    was, now = before.split(), after.split()
    parts: list[SafeString] = []
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(format_html("{}", _shortened(was[start:end])))
            continue
        parts.append(changed(" ".join(was[start:end]), " ".join(now[new_start:new_end])))
    return format_html_join(" ", "{}", ((part,) for part in parts))


def _rollout(word: str) -> str:
    return str(capfirst(Rollout(word).label)) if word else ""


def _shortened(words: Sequence[str]) -> str:
    if len(words) <= 2 * KEPT_AROUND:
        return " ".join(words)
    return " ".join([*words[:KEPT_AROUND], "…", *words[-KEPT_AROUND:]])


def _expected(row: Mapping[str, Any]) -> str:
    row = {**row, "by": date.fromisoformat(row["by"]) if row["by"] else None}
    expectation = Expectation(**row)
    day = _("by %(day)s") % {"day": date_format(expectation.by, "j F Y")} if expectation.by else ""
    parts = (expectation.get_direction_display(), expected_in_words(expectation), day)
    return ", ".join(str(part) for part in parts if part)


def _measured(content: Content) -> dict[tuple[str, str, str], float]:
    """What was measured last of each metric, slice and data set."""
    return {
        (one["metric"], one["slice"], one["dataset"]): one["value"]
        for piece in content["evidence"]
        for one in piece["measurements"]
    }


def _measured_row(one: Mapping[str, Any], before: float | None) -> SafeString:
    of_what = ", ".join(part for part in (one["slice"], one["dataset"]) if part)
    what = capfirst(metric_in_words(one["metric"])) + (f", {of_what}" if of_what else "")
    return format_html("{}: {}", what, changed("" if before is None else number(before), number(one["value"])))
