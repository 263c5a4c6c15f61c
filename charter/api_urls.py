from django.urls import path

from charter import api

urlpatterns = [
    path("charters/lint/", api.LintView.as_view(), name="charter-lint"),
    path("charters/<slug:team>/document/", api.DocumentView.as_view(), name="charter-document"),
    path("charters/<slug:team>/propose/", api.ProposeView.as_view(), name="charter-propose"),
    path("charters/<slug:team>/sign/", api.SignView.as_view(), name="charter-sign"),
    path("charters/<slug:team>/object/", api.ObjectView.as_view(), name="charter-object"),
    path("charters/<slug:team>/realign/", api.RealignView.as_view(), name="charter-realign"),
]
