"""Addresses under /api/v1/. Each package lists its own in `<package>/api_urls.py`."""

from django.urls import include, path

PACKAGES = ["teams", "charter", "escalations", "reviews", "reminders"]

urlpatterns = [path("", include(f"{name}.api_urls")) for name in PACKAGES]
