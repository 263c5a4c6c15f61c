from django.urls import path

from reminders.api import OccasionList

urlpatterns = [path("occasions/", OccasionList.as_view(), name="occasions")]
