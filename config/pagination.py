"""How lists of the API are cut into pages."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """Pages `{next, previous, results}` that neither repeat nor skip a row while others write.

    A view orders by another unique field with its own `ordering`.
    """

    ordering = "pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
