"""Files of evidence, as downloads only."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from reviews.access import get_review_for
from reviews.files import ENDINGS, read_file
from teams.rules import reader_of


@require_safe
def download(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """The file of a piece of evidence: never shown in the browser, under a name that we made."""
    review = get_review_for(reader_of(request), ref)
    piece = next((piece for piece in review.evidence.all() if piece.pk == pk and piece.has_file), None)
    if piece is None:
        raise Http404
    name = f"{review.ref}-{piece.kind}-{piece.pk}.{ENDINGS[piece.media_type]}"
    return HttpResponse(
        read_file(piece.sha256),
        content_type=piece.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
