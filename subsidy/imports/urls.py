from django.urls import path

from subsidy.imports import views

app_name = "imports"
urlpatterns = [
    path("imports/<int:pk>/", views.one, name="one"),
    path("imports/<int:pk>/accept/", views.accept, name="accept"),
    path("imports/<int:pk>/wrong-rows/", views.wrong_rows, name="wrong_rows"),
    path("imports/<slug:kind>/", views.start, name="start"),
    path("imports/<slug:kind>/template/", views.template, name="template"),
]
