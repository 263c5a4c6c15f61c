"""Who is called, under /api/v1/."""

from django.urls import path

from escalations.api import EscalationMatrix

urlpatterns = [path("escalation-matrix/", EscalationMatrix.as_view(), name="escalation-matrix")]
