from django.urls import path

from reminders import mailbox_views, views
from reminders.action_items import views as action_views
from reminders.feeds import views as feed_views

app_name = "reminders"

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read_all, name="read-all"),
    path("inbox/<int:occasion_id>/", views.open_occasion, name="open"),
    path("inbox/<int:occasion_id>/done/", views.finish, name="done"),
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
