"""Addresses of the inbox and of the texts of messages."""

from django.urls import path

from subsidy.messages import text_views, views

app_name = "inbox"
urlpatterns = [
    path("inbox/", views.message_list, name="list"),
    path("inbox/read/", views.read_all, name="read_all"),
    path("inbox/<int:pk>/", views.open_message, name="open"),
    path("texts/", text_views.listing, name="texts"),
    path("texts/<str:key>/", text_views.text, name="text"),
    path("texts/<str:key>/standard/", text_views.standard, name="text_standard"),
]
