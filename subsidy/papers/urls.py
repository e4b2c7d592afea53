"""Addresses of the public check page; the first one is printed on every paper."""

from django.urls import path

from subsidy.papers import views

app_name = "papers"
urlpatterns = [
    path("check/", views.check, name="check"),
    path("check/<str:code>/", views.paper, name="paper"),
]
