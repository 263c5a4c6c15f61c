from django.urls import path

from reviews.views import acting, files, queue, reading, writing

app_name = "reviews"
urlpatterns = [
    path("reviews/", queue.queue, name="list"),
    path("reviews/new/", writing.new, name="new"),
    path("reviews/<str:ref>/", reading.detail, name="detail"),
    path("reviews/<str:ref>/edit/", writing.edit, name="edit"),
    path("reviews/<str:ref>/submit/", acting.submit, name="submit"),
    path("reviews/<str:ref>/evidence/", acting.attach, name="attach"),
    path("reviews/<str:ref>/evidence/<int:pk>/file/", files.download, name="file"),
    path("reviews/<str:ref>/waive/", acting.waive, name="waive"),
    path("reviews/<str:ref>/vote/", acting.vote, name="vote"),
    path("reviews/<str:ref>/comments/", acting.comment, name="comment"),
    path("reviews/<str:ref>/break-glass/", acting.break_glass, name="break-glass"),
    path("reviews/<str:ref>/break-glass/confirm/", acting.confirm_break, name="confirm-break"),
    path("reviews/<str:ref>/release/", acting.release, name="release"),
    path("reviews/<str:ref>/rollback/", acting.roll_back, name="rollback"),
    path("reviews/<str:ref>/withdraw/", acting.withdraw, name="withdraw"),
    path("reviews/<str:ref>/pir/", acting.close, name="pir"),
]
