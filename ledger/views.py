"""The ledger, readable: who did what, when. Everybody who is signed in reads it."""

from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ledger.answers import what_was_done
from ledger.forms import LedgerFilters
from ledger.models import Entry
from ledger.queries import PAGE, entries_asked_for, tell


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    filters = LedgerFilters(request.GET)
    entries = list(entries_asked_for(**filters.asked)[: PAGE + 1])
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    counts = Entry.objects.aggregate(acts=Count("id"), today=Count("id", filter=Q(at__gte=midnight)), since=Min("at"))
    older = request.GET.copy()
    older["before"] = str(entries[PAGE - 1].pk) if len(entries) > PAGE else ""
    newest = request.GET.copy()
    newest.pop("before", None)
    context = {
        "told": tell(entries[:PAGE], reader=request.user),
        "answer": what_was_done(**counts),
        "has_entries": bool(counts["acts"]),
        "filters": filters,
        "older": older.urlencode() if older["before"] else "",
        "newest": newest.urlencode() if filters.asked["before"] else None,
    }
    return render(request, "ledger/ledger.html", context)
