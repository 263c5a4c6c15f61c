"""`Idempotency-Key` on the POSTs of the API: the same request is done once and answered alike each time.

What was refused is not kept: a refused request changed nothing, so the same key may carry the mended one.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from ledger.errors import Invalid
from teams.models import IdempotencyKey
from teams.rules import reader_of

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
KEPT_FOR = timedelta(days=7)

Handler = Callable[..., Response]


class IdempotentPosts(APIView):
    """Mix into every API view that takes a POST: `class Teams(IdempotentPosts, ModelViewSet)`."""

    is_idempotent = True

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        if HEADER in request.headers:
            _ = request.body  # read before a parser takes the stream, so that its digest can be made
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and HEADER in request.headers:
            handler: Handler = self.post  # type: ignore[attr-defined]
            setattr(self, "post", partial(answer_once, handler))  # noqa: B010  a declared attribute would bind the subclasses


def answer_once(handler: Handler, request: Request, *args: Any, **kwargs: Any) -> Response:
    """The answer to this request: made now, or the one that was given to it before.

    The key's row is inserted before the act, in its transaction: a twin that runs at the same moment waits for it.
    Raises Invalid where the key was used for another request.
    """
    key = _key_of(request)
    digest = hashlib.sha256(request.body).hexdigest()
    with transaction.atomic():
        IdempotencyKey.objects.filter(person=reader_of(request), created_at__lt=timezone.now() - KEPT_FOR).delete()
        earlier = IdempotencyKey.objects.filter(person=reader_of(request), key=key).first()
        if earlier is not None:
            return _replayed(earlier, request, digest)
        try:
            with transaction.atomic():
                row = IdempotencyKey.objects.create(
                    person=reader_of(request),
                    key=key,
                    method=str(request.method),
                    path=request.get_full_path()[:500],
                    body_digest=digest,
                    status=0,
                    created_at=timezone.now(),
                )
        except IntegrityError:
            return _replayed(IdempotencyKey.objects.get(person=reader_of(request), key=key), request, digest)
        response = handler(request, *args, **kwargs)
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        row.status = response.status_code
        row.answer = json.loads(json.dumps(response.data, cls=JSONEncoder))
        row.save(update_fields=["status", "answer"])
        return response


def _key_of(request: Request) -> str:
    key: str = request.headers[HEADER].strip()
    if not 1 <= len(key) <= LONGEST_KEY:
        raise Invalid([(HEADER, _("Write 1 to %(most)d characters.") % {"most": LONGEST_KEY})])
    return key


def _replayed(earlier: IdempotencyKey, request: Request, digest: str) -> Response:
    if (earlier.method, earlier.path, earlier.body_digest) != (request.method, request.get_full_path()[:500], digest):
        raise Invalid([(HEADER, _("This key was used for another request. Take a new key for each request."))])
    return Response(earlier.answer, status=earlier.status, headers={"Idempotent-Replayed": "true"})
