from django.urls import path

from reminders import (
    channel_views,
    mailbox_views,
    operations_views,
    preview_views,
    settings_views,
    signed_views,
    views,
)
from reminders.action_items import views as action_views
from reminders.feeds import views as feed_views

app_name = "reminders"

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read_all, name="read-all"),
    path("inbox/<int:occasion_id>/", views.open_occasion, name="open"),
    path("inbox/<int:occasion_id>/done/", views.finish, name="done"),
    path("teams/<slug:key>/channels/", channel_views.channels, name="channels"),
    path("teams/<slug:key>/channels/webhook/", channel_views.new_webhook, name="new-webhook"),
    path("teams/<slug:key>/channels/chat/", channel_views.new_chat, name="new-chat"),
    path("teams/<slug:key>/channels/<int:pk>/", channel_views.edit_channel, name="edit-channel"),
    path("teams/<slug:key>/channels/<int:pk>/rotate/", channel_views.rotate, name="rotate-secret"),
    path("teams/<slug:key>/channels/<int:pk>/test/", channel_views.send_test, name="test-channel"),
    path("teams/<slug:key>/channels/<int:pk>/disable/", channel_views.disable, name="disable-channel"),
    path("teams/<slug:key>/channels/<int:pk>/enable/", channel_views.enable, name="enable-channel"),
    path("teams/<slug:key>/channels/<int:pk>/remove/", channel_views.remove, name="remove-channel"),
    path("teams/<slug:key>/reminders/", settings_views.team_ladders, name="team-ladders"),
    path("settings/reminders/", settings_views.organisation_ladders, name="ladders"),
    path("profile/notices/", settings_views.notices, name="notices"),
    path("say/<str:token>/", signed_views.act, name="act"),
    path("fewer/<str:token>/", signed_views.unsubscribe, name="unsubscribe"),
    path("operations/letters/", operations_views.letters, name="letters"),
    path("operations/letters/<int:pk>/resend/", operations_views.resend, name="resend"),
    path("dev/emails/", preview_views.emails, name="emails"),
    path("dev/emails/<slug:kind>/", preview_views.email, name="email"),
    path("dev/emails/<slug:kind>/<slug:scheme>/", preview_views.email_html, name="email-html"),
    path("actions/", action_views.actions, name="actions"),
    path("actions/new/", action_views.new_action, name="new-action"),
    path("actions/<int:pk>/", action_views.action, name="action"),
    path("actions/<int:pk>/done/", action_views.done, name="action-done"),
    path("actions/<int:pk>/move/", action_views.move, name="action-move"),
    path("actions/<int:pk>/drop/", action_views.drop, name="action-drop"),
    path("profile/calendar/", feed_views.feeds, name="feeds"),
    path("profile/calendar/<int:pk>/revoke/", feed_views.revoke, name="revoke-feed"),
    path("calendar/<str:token>.ics", feed_views.calendar, name="calendar"),
    path("demo/retrospective-now/", views.retrospective_now, name="retrospective-now"),
    path("dev/mailbox/", mailbox_views.mailbox, name="mailbox"),
    path("dev/mailbox/<slug:name>/", mailbox_views.letter, name="letter"),
    path("dev/mailbox/<slug:name>/html/", mailbox_views.letter_html, name="letter-html"),
]
