from django.urls import path

from subsidy.enterprises import views

app_name = "enterprises"
urlpatterns = [
    path("enterprises/", views.listing, name="list"),
    path("enterprises/sheet/", views.sheet, name="sheet"),
    path("enterprises/own/", views.own, name="own"),
    path("enterprises/new/", views.create, name="new"),
    path("enterprises/<int:pk>/edit/", views.edit, name="edit"),
    path("enterprises/<int:pk>/name/", views.rename, name="rename"),
    path("enterprises/<int:pk>/succession/", views.succeed, name="succeed"),
    path("enterprises/<int:pk>/strike/", views.move, {"verb": "strike"}, name="strike"),
    path("enterprises/<int:pk>/restore/", views.move, {"verb": "restore"}, name="restore"),
    path("enterprises/<int:pk>/evidence/<slug:digest>/", views.evidence, name="evidence"),
]
