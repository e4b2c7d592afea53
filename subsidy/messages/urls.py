"""Addresses of the inbox."""

from django.urls import path

from subsidy.messages import views

app_name = "inbox"
urlpatterns = [
    path("inbox/", views.message_list, name="list"),
    path("inbox/read/", views.read_all, name="read_all"),
    path("inbox/<int:pk>/", views.open_message, name="open"),
]
