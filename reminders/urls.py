from django.urls import path

from reminders import mailbox_views, views

app_name = "reminders"

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read_all, name="read-all"),
    path("inbox/<int:occasion_id>/", views.open_occasion, name="open"),
    path("inbox/<int:occasion_id>/done/", views.finish, name="done"),
    path("demo/retrospective-now/", views.retrospective_now, name="retrospective-now"),
    path("dev/mailbox/", mailbox_views.mailbox, name="mailbox"),
    path("dev/mailbox/<slug:name>/", mailbox_views.letter, name="letter"),
    path("dev/mailbox/<slug:name>/html/", mailbox_views.letter_html, name="letter-html"),
]
