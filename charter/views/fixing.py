"""“Fix it”, beside a finding in the editor."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from charter.fixing import NothingToFix, fix_finding
from charter.pages.places import section_of
from charter.views.desk import open_desk


@require_POST
def fix(request: HttpRequest, team: str) -> HttpResponse:
    """Mend one finding of the draft, and back to the section where it was."""
    desk = open_desk(request, team)
    rule, pointer = request.POST.get("rule", ""), request.POST.get("pointer", "")
    section = section_of(pointer)

    def act() -> None:
        mend = fix_finding(version=desk.version, rule=rule, pointer=pointer, by=desk.by, now=timezone.now())
        messages.success(request, _("%(rule)s is mended: %(done)s.") % {"rule": rule, "done": mend.label})

    try:
        return desk.do(act, section=section)
    except NothingToFix as gone:
        return desk.page(section=section, refusal=gone.message, status=409)
