"""The editor: the page, and one small address for each act on a draft."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from charter import editing
from charter.access import NoDraft
from charter.forms import (
    PART_FORMS,
    ColumnForm,
    EvidenceForm,
    LevelForm,
    NamedPartForm,
    PurposeForm,
    ReviewAfterForm,
    StageForm,
)
from charter.pages.places import anchor_of
from charter.views.desk import open_desk

NEW = "+"


@require_GET
def edit(request: HttpRequest, team: str) -> HttpResponse:
    """The editor of the team's draft; without a draft, the page that can start one."""
    try:
        desk = open_desk(request, team)
    except NoDraft:
        return redirect("charter:charter", team)
    section = request.headers.get("X-Remit-Section", "")
    return desk.page(section=section, where=request.GET.get("edit", ""), at=request.GET.get("at", ""))


# -- matrix ---------------------------------------------------------------------------------------------------------


@require_POST
def save_cell(request: HttpRequest, team: str) -> HttpResponse:
    desk, sent = open_desk(request, team), request.POST
    stage = sent.get("stage", "")
    return desk.do(
        lambda: editing.save_cell(
            version=desk.version,
            stage=stage,
            column=sent.get("column", ""),
            letter=sent.get("letter", ""),
            seen=sent.get("seen"),
            by=desk.by,
            now=timezone.now(),
        ),
        section="responsibilities",
        anchor=f"stage-{stage}",
    )


@require_POST
def add_stage(request: HttpRequest, team: str) -> HttpResponse:
    desk = open_desk(request, team)
    form = StageForm(request.POST, auto_id="stage-new-%s")
    return desk.do(
        lambda: editing.add_stage(version=desk.version, by=desk.by, now=timezone.now(), **form.cleaned_data),
        section="responsibilities",
        where=f"stages/{NEW}",
        form=form,
    )


@require_POST
def change_stage(request: HttpRequest, team: str, stage: str) -> HttpResponse:
    desk = open_desk(request, team)
    form = StageForm(request.POST, auto_id=f"stage-{stage}-%s")
    return desk.do(
        lambda: editing.change_stage(
            version=desk.version, stage=stage, by=desk.by, now=timezone.now(), **form.cleaned_data
        ),
        section="responsibilities",
        where=f"stages/{stage}",
        form=form,
    )


@require_POST
def move_stage(request: HttpRequest, team: str, stage: str) -> HttpResponse:
    desk = open_desk(request, team)
    return desk.do(
        lambda: editing.move_stage(
            version=desk.version, stage=stage, to=_place(request), by=desk.by, now=timezone.now()
        ),
        section="responsibilities",
        where=f"stages/{stage}",
    )


@require_POST
def remove_stage(request: HttpRequest, team: str, stage: str) -> HttpResponse:
    desk = open_desk(request, team)
    return desk.do(
        lambda: editing.remove_stage(version=desk.version, stage=stage, by=desk.by, now=timezone.now()),
        section="responsibilities",
    )


@require_POST
def add_role(request: HttpRequest, team: str) -> HttpResponse:
    desk = open_desk(request, team)
    form = ColumnForm(request.POST, auto_id="role-new-%s")
    return desk.do(
        lambda: editing.add_column(version=desk.version, by=desk.by, now=timezone.now(), **form.cleaned_data),
        section="responsibilities",
        where=f"roles/{NEW}",
        form=form,
    )


@require_POST
def change_role(request: HttpRequest, team: str) -> HttpResponse:
    desk, column = open_desk(request, team), request.POST.get("column", "")
    form = ColumnForm(request.POST, auto_id="role-open-%s")
    return desk.do(
        lambda: editing.change_column(
            version=desk.version, column=column, by=desk.by, now=timezone.now(), **form.cleaned_data
        ),
        section="responsibilities",
        where=f"roles/{column}",
        form=form,
        anchor="responsibilities",
    )


@require_POST
def move_role(request: HttpRequest, team: str) -> HttpResponse:
    desk, column = open_desk(request, team), request.POST.get("column", "")
    return desk.do(
        lambda: editing.move_column(
            version=desk.version, column=column, to=_place(request), by=desk.by, now=timezone.now()
        ),
        section="responsibilities",
        where=f"roles/{column}",
    )


@require_POST
def remove_role(request: HttpRequest, team: str) -> HttpResponse:
    desk, column = open_desk(request, team), request.POST.get("column", "")
    return desk.do(
        lambda: editing.remove_column(version=desk.version, column=column, by=desk.by, now=timezone.now()),
        section="responsibilities",
    )


# -- rights, paths, thresholds, rituals -----------------------------------------------------------------------------


@require_POST
def add_part(request: HttpRequest, team: str, section: str) -> HttpResponse:
    desk = open_desk(request, team)
    form = _form_class(section)(request.POST, auto_id=f"{section}-new-%s")
    return desk.do(
        lambda: editing.add_part(version=desk.version, section=section, part=form.part, by=desk.by, now=timezone.now()),
        section=section,
        where=f"{section}/{NEW}",
        form=form,
        anchor=section,
    )


@require_POST
def change_part(request: HttpRequest, team: str, section: str, key: str) -> HttpResponse:
    desk, where = open_desk(request, team), f"{section}/{key}"
    form = _form_class(section)(request.POST, auto_id=f"{anchor_of(where)}-%s")
    return desk.do(
        lambda: editing.change_part(
            version=desk.version,
            section=section,
            key=key,
            part=form.part,
            seen=request.POST.get("seen"),
            by=desk.by,
            now=timezone.now(),
        ),
        section=section,
        where=where,
        form=form,
    )


@require_POST
def move_part(request: HttpRequest, team: str, section: str, key: str) -> HttpResponse:
    _form_class(section)
    desk = open_desk(request, team)
    return desk.do(
        lambda: editing.move_part(
            version=desk.version, section=section, key=key, to=_place(request), by=desk.by, now=timezone.now()
        ),
        section=section,
        where=f"{section}/{key}",
    )


@require_POST
def remove_part(request: HttpRequest, team: str, section: str, key: str) -> HttpResponse:
    _form_class(section)
    desk = open_desk(request, team)
    return desk.do(
        lambda: editing.remove_part(version=desk.version, section=section, key=key, by=desk.by, now=timezone.now()),
        section=section,
    )


# -- levels ---------------------------------------------------------------------------------------------------------


@require_POST
def add_level(request: HttpRequest, team: str, path: str) -> HttpResponse:
    desk = open_desk(request, team)
    form = LevelForm(request.POST, auto_id=f"level-new-{path}-%s")
    return desk.do(
        lambda: editing.add_level(version=desk.version, path=path, level=form.part, by=desk.by, now=timezone.now()),
        section="escalation",
        where=f"escalation/{path}/{NEW}",
        form=form,
        anchor=f"escalation-{path}",
    )


@require_POST
def change_level(request: HttpRequest, team: str, path: str, number: int) -> HttpResponse:
    desk, where = open_desk(request, team), f"escalation/{path}/{number}"
    form = LevelForm(request.POST, auto_id=f"{anchor_of(where)}-%s")
    return desk.do(
        lambda: editing.change_level(
            version=desk.version,
            path=path,
            number=number,
            level=form.part,
            seen=request.POST.get("seen"),
            by=desk.by,
            now=timezone.now(),
        ),
        section="escalation",
        where=where,
        form=form,
    )


@require_POST
def move_level(request: HttpRequest, team: str, path: str, number: int) -> HttpResponse:
    desk = open_desk(request, team)
    return desk.do(
        lambda: editing.move_level(
            version=desk.version,
            path=path,
            number=number,
            to=_place(request),
            seen=request.POST.get("seen"),
            by=desk.by,
            now=timezone.now(),
        ),
        section="escalation",
        anchor=f"escalation-{path}",
    )


@require_POST
def remove_level(request: HttpRequest, team: str, path: str, number: int) -> HttpResponse:
    desk = open_desk(request, team)
    return desk.do(
        lambda: editing.remove_level(
            version=desk.version,
            path=path,
            number=number,
            seen=request.POST.get("seen"),
            by=desk.by,
            now=timezone.now(),
        ),
        section="escalation",
        anchor=f"escalation-{path}",
    )


# -- what stands once -----------------------------------------------------------------------------------------------


@require_POST
def set_purpose(request: HttpRequest, team: str) -> HttpResponse:
    desk = open_desk(request, team)
    form = PurposeForm(request.POST, auto_id="purpose-%s")
    return desk.do(
        lambda: editing.set_purpose(
            version=desk.version,
            purpose=form.part,
            seen=request.POST.get("seen"),
            by=desk.by,
            now=timezone.now(),
        ),
        section="purpose",
        where="purpose",
        form=form,
    )


@require_POST
def set_evidence(request: HttpRequest, team: str) -> HttpResponse:
    desk = open_desk(request, team)
    form = EvidenceForm(request.POST, auto_id="evidence-%s")
    return desk.do(
        lambda: editing.set_evidence(version=desk.version, evidence=form.evidence, by=desk.by, now=timezone.now()),
        section="evidence",
        where="evidence",
        form=form,
    )


@require_POST
def set_review_after(request: HttpRequest, team: str) -> HttpResponse:
    desk = open_desk(request, team)
    form = ReviewAfterForm(request.POST, auto_id="review-%s")
    return desk.do(
        lambda: editing.set_review_interval(version=desk.version, by=desk.by, now=timezone.now(), **form.cleaned_data),
        section="evidence",
        where="review-after",
        form=form,
    )


def _form_class(section: str) -> type[NamedPartForm]:
    if section not in PART_FORMS:
        raise Http404
    return PART_FORMS[section]


def _place(request: HttpRequest) -> int:
    """Where something is moved to, counted from 0."""
    text = request.POST.get("to", "")
    return int(text) if text.isdecimal() and len(text) < 6 else 0
