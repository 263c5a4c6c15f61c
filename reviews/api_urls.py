from django.urls import path

from reviews import api

urlpatterns = [
    path("reviews/", api.ReviewList.as_view(), name="reviews"),
    path("reviews/preview/", api.Preview.as_view(), name="reviews-preview"),
    path("reviews/<str:ref>/", api.ReviewDetail.as_view(), name="reviews-detail"),
    path("reviews/<str:ref>/evidence/", api.EvidenceOfReview.as_view(), name="reviews-evidence"),
    path("reviews/<str:ref>/waivers/", api.Waivers.as_view(), name="reviews-waivers"),
    path("reviews/<str:ref>/submit/", api.Submit.as_view(), name="reviews-submit"),
    path("reviews/<str:ref>/votes/", api.Votes.as_view(), name="reviews-votes"),
    path("reviews/<str:ref>/comments/", api.Comments.as_view(), name="reviews-comments"),
    path("reviews/<str:ref>/break-glass/", api.BreakGlass.as_view(), name="reviews-break-glass"),
    path("reviews/<str:ref>/break-glass/confirm/", api.ConfirmBreakGlass.as_view(), name="reviews-confirm-break"),
    path("reviews/<str:ref>/release/", api.Release.as_view(), name="reviews-release"),
    path("reviews/<str:ref>/rollback/", api.Rollback.as_view(), name="reviews-rollback"),
    path("reviews/<str:ref>/withdraw/", api.Withdraw.as_view(), name="reviews-withdraw"),
    path("reviews/<str:ref>/pir/", api.Pir.as_view(), name="reviews-pir"),
    path("gate/", api.Gate.as_view(), name="gate"),
]
