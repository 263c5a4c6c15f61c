"""The one-sentence answers that the pages of a charter open with, computed; what to act on stands in bold."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charter.document import Document
from charter.lint import Finding, Severity
from charter.models import Charter, Signature, Version
from charter.sentences import capped, day_in_words, stages_in_words
from charter.words import VersionState
from config.components import person_name
from config.words import in_words, listed
from teams.models import Person, Team


def can_be_proposed(document: Document, findings: Sequence[Finding]) -> SafeString:
    """The editor of a draft: what stands in the way, the first thing in bold."""
    errors = [finding for finding in findings if finding.severity == Severity.ERROR]
    if not errors:
        warnings = sum(finding.severity == Severity.WARNING for finding in findings)
        if not warnings:
            return format_html(
                "{} <strong>{}</strong>", _("Yes."), _("Propose it, and those concerned are asked to sign.")
            )
        text = ngettext("with %(count)s warning.", "with %(count)s warnings.", warnings) % {"count": in_words(warnings)}
        return format_html("{} <strong>{}</strong>", _("Yes,"), text)
    return format_html(_("Not yet. {}"), what_is_wrong(document, errors))


def what_is_wrong(document: Document, errors: Sequence[Finding]) -> SafeString:
    """Errors as one sentence: the first in bold, the second beside it, the rest counted."""
    phrases = _phrases(document, errors)
    first = format_html("<strong>{}</strong>", capfirst(phrases[0]))
    if len(phrases) == 1:
        return format_html("{}.", first)
    if len(phrases) == 2:
        return format_html(_("{}, and {}."), first, phrases[1])
    more = ngettext("%(count)s more thing fails", "%(count)s more things fail", len(phrases) - 2)
    return format_html(_("{}, {}, and {}."), first, phrases[1], more % {"count": in_words(len(phrases) - 2)})


def _phrases(document: Document, errors: Sequence[Finding]) -> list[str]:
    """One phrase for each rule that fails, in the order of the page."""
    by_rule: dict[str, list[Finding]] = {}
    for error in errors:
        by_rule.setdefault(error.rule_id, []).append(error)
    order = sorted(by_rule, key=lambda rule: (rule[:3] != "RES", rule[:3] != "DEC", rule))
    return [_phrase(document, rule, by_rule[rule]) for rule in order]


def _phrase(document: Document, rule: str, errors: Sequence[Finding]) -> str:
    stage_names = {f"/stages/{stage.key}": stage.name for stage in document.stages}
    stages = stages_in_words(list(dict.fromkeys(stage_names.get(error.pointer, "") for error in errors)))
    count = len(errors)
    number = {"count": in_words(count)}
    match rule:
        case "RESP001":
            return _("nobody is accountable for %(stages)s") % {"stages": stages}
        case "RESP002":
            return _("more than one role is accountable for %(stages)s") % {"stages": stages}
        case "RESP003":
            return _("nobody is responsible for %(stages)s") % {"stages": stages}
        case "RESP004":
            return _("nobody holds a role that answers for %(stages)s") % {"stages": stages}
        case "DEC001":
            return (
                ngettext("%(count)s decision has no approver", "%(count)s decisions have no approver", count) % number
            )
        case "ESC002":
            return ngettext("%(count)s call reaches nobody", "%(count)s calls reach nobody", count) % number
    if count == 1:
        return errors[0].message.rstrip(".")
    return ngettext("%(rule)s fails once", "%(rule)s fails %(count)s times", count) % {"rule": rule, **number}


def who_has_signed(signatures: Sequence[Signature], reader: Person) -> SafeString:
    """A version that is out for signature."""
    gone = (Signature.State.VOID, Signature.State.EXCUSED)
    standing = [signature for signature in signatures if signature.state not in gone]
    signed = sum(signature.state == Signature.State.SIGNED for signature in standing)
    objections = [signature for signature in standing if signature.state == Signature.State.OBJECTED]
    asked = [signature for signature in standing if signature.state == Signature.State.ASKED]
    first = _("It is out for signature: nobody has signed.")
    if signed:
        first = ngettext(
            "It is out for signature: %(signed)s of %(all)s has signed.",
            "It is out for signature: %(signed)s of %(all)s have signed.",
            signed,
        ) % {"signed": in_words(signed), "all": in_words(len(standing))}
    if any(signature.person_id == reader.pk for signature in asked):
        return format_html("{} <strong>{}</strong>", first, _("It waits for you."))
    if objections:
        who = listed([person_name(signature.person, reader=reader, link=False) for signature in objections])
        return format_html(
            "{} <strong>{}</strong>", first, format_html(_("An objection of {} stands against it."), SafeString(who))
        )
    names = [person_name(signature.person, reader=reader, link=False) for signature in asked[:3]]
    waits = format_html(_("It waits for {}."), SafeString(listed(names, more=len(asked) - len(names))))
    return format_html("{} <strong>{}</strong>", first, waits)


def what_ratifies(charter: Charter) -> SafeString:
    """Whose signatures put a version in force."""
    if charter.signing_share == 100:
        who = _("All who are asked")
    else:
        who = _("%(share)d percent of those who are asked") % {"share": charter.signing_share}
    if charter.silence_days is None:
        return format_html(_("<strong>{}</strong> must sign; silence never counts."), who)
    days = ngettext("%(count)s day", "%(count)s days", charter.silence_days)
    silence = days % {"count": in_words(charter.silence_days)}
    return format_html(_("<strong>{}</strong> must consent; silence is consent after {}."), who, silence)


def what_holds(
    version: Version,
    document: Document,
    errors: Sequence[Finding],
    *,
    owners: int,
    proposal: Signature | None,
    now: datetime,
) -> SafeString:
    """The charter in force: since when, by how many people, and what no longer holds."""
    today = now.date()
    if version.state == VersionState.INTERIM and version.interim_until:
        return format_html(
            _("An interim charter is in force: <strong>it lapses on {}</strong> unless it is ratified before."),
            day_in_words(version.interim_until.date(), today),
        )
    since = day_in_words(version.in_force_from.date(), today) if version.in_force_from else ""
    holds = _("In force since %(day)s.") % {"day": since}
    if errors:
        return format_html(_("{} But today {}"), holds, _uncapped(what_is_wrong(document, errors)))
    if proposal is not None:
        number = proposal.version.number
        return format_html(
            "{} <strong>{}</strong>", holds, _("Version %(number)d waits for your signature.") % {"number": number}
        )
    people = ngettext("%(count)s person answers", "%(count)s people answer", owners) % {
        "count": in_words(owners, start=True)
    }
    stages = ngettext("%(count)s stage", "%(count)s stages", len(document.stages)) % {
        "count": in_words(len(document.stages))
    }
    return format_html(
        _("{} <strong>{people} for {stages}</strong>, and every call reaches somebody."),
        holds,
        people=people,
        stages=stages,
    )


def _uncapped(sentence: SafeString) -> SafeString:
    """A sentence that starts in bold, as the second half of another."""
    start = "<strong>"
    if not sentence.startswith(start):
        return sentence
    rest = sentence[len(start) :]
    return SafeString(start + rest[:1].lower() + rest[1:])


def nothing_in_force(team: Team, draft: Version | None, reader: Person, *, can_start: bool) -> SafeString:
    """A team without a charter in force: who can start one."""
    if draft is not None and draft.state == VersionState.PROPOSED:
        return SafeString(_("Nothing that is in force. <strong>A first version is out for signature.</strong>"))
    if draft is not None:
        return SafeString(_("Nothing that is in force. <strong>A first draft is being written.</strong>"))
    if can_start:
        return SafeString(_("Nothing yet. <strong>You can start its charter.</strong>"))
    if team.lead is None:
        return SafeString(_("Nothing yet. <strong>It has no lead who could start a charter.</strong>"))
    lead = person_name(team.lead, reader=reader)
    return format_html(_("Nothing yet. <strong>{}, its lead, can start a charter.</strong>"), lead)


def whether_every_team_has_one(
    *, teams: Sequence[str], held: int, failing: int, drafts: int, none: Sequence[str]
) -> SafeString:
    """The list of all charters."""
    count = len(teams)
    if not held and not drafts:
        return format_html("{}", _("Not yet: nobody has written one."))
    if held == count:
        first = _("Yes, all %(count)s do.") % {"count": in_words(count)} if count > 1 else _("Yes, it has.")
    else:
        write = in_words if count < 14 else str
        first = ngettext("%(held)s of %(all)s does.", "%(held)s of %(all)s do.", held) % {
            "held": capfirst(write(held)) if held else _("None"),
            "all": write(count),
        }
    rest: list[SafeString] = []
    if failing:
        text = ngettext("%(count)s charter in force has an error", "%(count)s charters in force have an error", failing)
        rest.append(format_html("<strong>{}</strong>", text % {"count": in_words(failing)}))
    if drafts:
        text = ngettext(
            "%(count)s first draft is not in force yet", "%(count)s first drafts are not in force yet", drafts
        )
        rest.append(format_html("{}" if rest else "<strong>{}</strong>", text % {"count": in_words(drafts)}))
    if none:
        who = listed(none[:2], more=len(none) - 2)
        text = ngettext("%(teams)s has none", "%(teams)s have none", len(none)) % {"teams": who}
        rest.append(format_html("{}" if rest else "<strong>{}</strong>", text))
    if not rest:
        return format_html("{}", first)
    return format_html("{} {}.", first, capped(SafeString(listed(rest))))


def how_it_came_about(versions: Sequence[Version], team: Team) -> SafeString:
    """The list of versions."""
    if not versions:
        return format_html(_("Not at all yet: <strong>{} has no charter</strong>."), team)
    held = [version for version in versions if version.in_force_from]
    count = ngettext("%(count)s version", "%(count)s versions", len(versions)) % {
        "count": in_words(len(versions), start=True)
    }
    was = ngettext("%(count)s of them was in force", "%(count)s of them were in force", len(held)) % {
        "count": in_words(len(held))
    }
    open_one = next((version for version in versions if version.is_open), None)
    if open_one is None:
        return format_html("{}, {}.", count, was)
    state = VersionState(open_one.state).label
    return format_html(_("{}, {}; <strong>version {} is {}</strong>."), count, was, open_one.number, state)


def what_a_version_says(version: Version) -> SafeString:
    """A version that is not in force: what became of it."""
    words = {
        VersionState.DRAFT: _("This is a draft: <strong>nothing of it holds yet</strong>."),
        VersionState.SUPERSEDED: _("This was superseded: <strong>a later version holds now</strong>."),
        VersionState.WITHDRAWN: _("This was withdrawn: <strong>it never held</strong>."),
        VersionState.LAPSED: _("This interim lapsed: <strong>the version before it holds again</strong>."),
    }
    return SafeString(words.get(VersionState(version.state), _("This version is in force.")))
