"""All addresses. Each package lists its own in `<package>/urls.py`, whole from the root."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from config import api_docs, health

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

PACKAGES = ["ledger", "teams", "reminders", "charter", "escalations", "reviews", "portal"]

handler400 = "config.problems.bad_request"
handler404 = "config.problems.not_found"
handler500 = "config.problems.server_error"

urlpatterns = [
    *(path("", include(f"{name}.urls")) for name in PACKAGES),
    path("", include("config.dev")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", api_docs.api_docs, name="api-docs"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
