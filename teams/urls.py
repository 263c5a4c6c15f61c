"""Pages on which people, teams, roles and models are changed. The pages to look at are the portal's."""

from django.urls import path

from teams.views import absences, entrance, models, people, profile, roles, teams

app_name = "teams"

urlpatterns = [
    path("welcome/", entrance.welcome, name="welcome"),
    path("demo/enter/<slug:part>/", entrance.enter_demo, name="enter-demo"),
    path("teams/new/", teams.new_team, name="new-team"),
    path("teams/<slug:key>/edit/", teams.edit_team, name="edit-team"),
    path("teams/<slug:key>/close/", teams.close, name="close-team"),
    path("teams/<slug:key>/reopen/", teams.reopen, name="reopen-team"),
    path("teams/<slug:key>/seats/", teams.seats, name="seats"),
    path("teams/<slug:key>/seats/new/", teams.new_seat, name="new-seat"),
    path("seats/<int:pk>/", teams.edit_seat, name="edit-seat"),
    path("seats/<int:pk>/end/", teams.end, name="end-seat"),
    path("people/new/", people.new_person, name="new-person"),
    path("people/<int:pk>/edit/", people.edit_person, name="edit-person"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="deactivate-person"),
    path("people/<int:pk>/reactivate/", people.reactivate, name="reactivate-person"),
    path("roles/", roles.roles, name="roles"),
    path("roles/new/", roles.new_role, name="new-role"),
    path("roles/<slug:key>/edit/", roles.edit_role, name="edit-role"),
    path("models/new/", models.new_model, name="new-model"),
    path("models/<slug:key>/edit/", models.edit_model, name="edit-model"),
    path("people/<int:pk>/absences/", absences.absences_of, name="absences-of"),
    path("absences/<int:pk>/withdraw/", absences.withdraw, name="withdraw-absence"),
    path("profile/absences/", absences.own_absences, name="absences"),
    # allauth's pages through which an address would change without the ledger knowing: an admin changes it.
    path("accounts/email/", profile.own_page, name="own-email"),
    path("accounts/confirm-email/", profile.own_page, name="confirm-emails"),
    path("accounts/confirm-email/<path:key>", profile.own_page, name="confirm-email"),
    path("profile/tokens/", profile.tokens, name="tokens"),
    path("profile/tokens/<int:pk>/revoke/", profile.revoke, name="revoke-token"),
]
