"""What tests of pages share."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

EMPTY_PAGE = "/dev/components/"  # asks nothing of its own


def own_queries(client: Client, path: str) -> int:
    """How many queries a page makes beyond its frame: session, reader, unread count."""
    return _queries(client, path) - _queries(client, EMPTY_PAGE)


def _queries(client: Client, path: str) -> int:
    client.get(EMPTY_PAGE)  # a new client asks once whether anybody is here at all
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
