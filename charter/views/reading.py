"""Reading: every team's charter, the charter in force, any version."""

import csv

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from charter import answers, drafting
from charter.access import get_team, get_version
from charter.forms import ListFilter, ObjectionForm
from charter.models import Version
from charter.pages.listing import ALL_COLUMNS, load_listing
from charter.pages.reading import Reading, load_charter, signing_context
from charter.pages.signing import OpenThread, threads_of, what_changes_for_signer
from charter.queries import compared_with
from charter.rendering import to_yaml
from charter.rules import can_edit
from charter.storage import document_of
from charter.version_forms import ComparedForm
from charter.words import VersionState
from teams.rules import reader_of


@require_GET
def charters(request: HttpRequest) -> HttpResponse:
    """Every team with its charter: state, age, findings, next review. `?format=csv` gives the same rows."""
    query = request.GET.copy()
    query.setdefault("sort", "-errors")
    request.GET = query  # type: ignore[assignment]  # the heads of the table read there how it is sorted
    form = ListFilter(query)
    form.is_valid()
    listing = load_listing(now=timezone.now(), sort=str(query["sort"]), **form.cleaned_data)
    if request.GET.get("format") == "csv":
        return _as_csv(listing.table())
    context = {"listing": listing, "form": form, "answer": listing.answer(), "reader": reader_of(request)}
    return render(request, "charter/list.html", context)


@require_GET
def charter(request: HttpRequest, team: str) -> HttpResponse:
    """The charter in force; where there is none, who can start one."""
    reader, now = reader_of(request), timezone.now()
    found = load_charter(team, now=now)
    may_edit = can_edit(reader, found.team)
    context = {
        "team": found.team,
        "draft": found.draft,
        "ratified": found.ratified,
        "may_edit": may_edit,
        "versions": found.count,
    }
    if found.version is None:
        answer = answers.nothing_in_force(found.team, found.draft, reader, can_start=may_edit)
        return render(request, "charter/none.html", {**context, "answer": answer})
    reading = Reading(found.version, reader=reader, now=now, proposal=found.draft)
    answer = answers.what_holds(
        found.version,
        reading.document,
        reading.errors,
        owners=len(reading.owners),
        proposal=reading.own_open_signature,
        now=now,
    )
    return render(
        request, "charter/read.html", {**context, "reading": reading, "version": found.version, "answer": answer}
    )


@require_POST
def start(request: HttpRequest, team: str) -> HttpResponse:
    """Open a draft, and on to the editor."""
    drafting.start_draft(team=get_team(team), by=reader_of(request), now=timezone.now())
    return redirect("charter:edit", team)


@require_POST
def restore(request: HttpRequest, team: str, number: int) -> HttpResponse:
    """Open a draft with what an older version says, and on to the editor."""
    drafting.restore(version=get_version(team, number), by=reader_of(request), now=timezone.now())
    text = _("The draft says what version %(number)d says. Check its findings, then propose it.")
    messages.success(request, text % {"number": number})
    return redirect("charter:edit", team)


@require_GET
def versions(request: HttpRequest, team: str) -> HttpResponse:
    """All versions of a team's charter."""
    of = get_team(team)
    rows = list(
        Version.objects.filter(charter__team=of)
        .defer("document")
        .select_related("charter__team", "drafted_by", "based_on")
        .order_by("-number")
    )
    context = {
        "team": of,
        "versions": rows,
        "answer": answers.how_it_came_about(rows, of),
        "may_edit": can_edit(reader_of(request), of),
        "is_drafting": any(row.is_open for row in rows),
        "compared": ComparedForm(rows) if len(rows) > 1 else None,
    }
    return render(request, "charter/versions.html", context)


@require_GET
def version(request: HttpRequest, team: str, number: int) -> HttpResponse:
    return show_version(request, get_version(team, number))


@require_GET
def as_code(request: HttpRequest, team: str, number: int) -> HttpResponse:
    """A version as YAML, for a browser to show; programs ask the API, which gives the digest too."""
    version = get_version(team, number)
    response = HttpResponse(to_yaml(document_of(version)), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{team}-{number}.yaml"'
    return response


def show_version(
    request: HttpRequest,
    version: Version,
    *,
    objection: ObjectionForm | None = None,
    remark: OpenThread | None = None,
    ruling: OpenThread | None = None,
    status: int = 200,
) -> HttpResponse:
    """Any version as a document; a proposal with its signatures, and what the reader can do there.

    `objection`, `remark` and `ruling` are forms with input that could not be saved.
    """
    reader = reader_of(request)
    reading = Reading(version, reader=reader, now=timezone.now(), proposal=version)
    if version.state == VersionState.PROPOSED:
        answer = answers.who_has_signed(reading.signatures, reader)
    else:
        answer = answers.what_a_version_says(version)
    signing = signing_context(version, reading.signatures, reader)
    context = {
        "team": version.charter.team,
        "version": version,
        "reading": reading,
        "answer": answer,
        "may_edit": can_edit(reader, version.charter.team),
        "compared_with": compared_with(version),
        "for_signer": what_changes_for_signer(reading, signing["own_signature"]),
        "threads": threads_of(reading, remark=remark, ruling=ruling),
        **signing,
        **({"objection": objection} if objection else {}),
    }
    return render(request, "charter/version.html", context, status=status)


def _as_csv(rows: list[list[object]]) -> HttpResponse:
    """Rows as a file for a spreadsheet; what it would take for a formula is quoted."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="charters.csv"'
    writer = csv.writer(response)
    writer.writerow([str(label) for label in ALL_COLUMNS])
    writer.writerows([_unformula(cell) for cell in row] for row in rows)
    return response


def _unformula(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
