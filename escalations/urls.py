"""Who is called."""

from django.urls import path

from escalations import views

app_name = "escalations"

urlpatterns = [path("escalation-matrix/", views.matrix, name="matrix")]
