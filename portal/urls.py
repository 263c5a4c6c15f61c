"""Pages that look across the floors."""

from django.urls import path

from portal.views import models, people, teams

app_name = "portal"

urlpatterns = [
    path("teams/", teams.teams, name="teams"),
    path("teams/<slug:key>/", teams.team, name="team"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("models/", models.models, name="models"),
    path("models/<slug:key>/", models.model, name="model"),
]
