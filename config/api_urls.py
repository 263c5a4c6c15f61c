"""Addresses under /api/v1/. Each package lists its own in `<package>/api_urls.py`."""

from importlib.util import find_spec

from django.urls import include, path

PACKAGES = ["teams", "charter", "escalations", "reviews", "reminders", "portal"]

urlpatterns = [path("", include(f"{name}.api_urls")) for name in PACKAGES if find_spec(f"{name}.api_urls")]
