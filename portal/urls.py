"""Pages that look across the floors."""

from django.urls import path

from portal.views import home, models, people, search, teams

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("teams/", teams.teams, name="teams"),
    path("teams/<slug:key>/", teams.team, name="team"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("models/", models.models, name="models"),
    path("models/<slug:key>/", models.model, name="model"),
]
