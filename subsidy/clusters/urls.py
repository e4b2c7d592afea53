from django.urls import path

from subsidy.clusters import views

app_name = "clusters"
urlpatterns = [
    path("clusters/", views.listing, name="list"),
    path("clusters/sheet/", views.sheet, name="sheet"),
    path("clusters/new/", views.create, name="new"),
    path("clusters/<int:pk>/", views.detail, name="detail"),
    path("clusters/<int:pk>/members/sheet/", views.members_sheet, name="members_sheet"),
    path("clusters/<int:pk>/edit/", views.edit, name="edit"),
    path("clusters/<int:pk>/recognitions/new/", views.recognise, name="recognise"),
    path("clusters/<int:pk>/recognitions/<int:one>/end/", views.end_recognition, name="end_recognition"),
    path("clusters/<int:pk>/recognitions/<int:one>/", views.correct_recognition, name="correct_recognition"),
    path("clusters/<int:pk>/members/<int:one>/", views.correct_membership, name="correct_membership"),
    path("clusters/<int:pk>/members/new/", views.add_member, name="add_member"),
    path("clusters/<int:pk>/members/<int:one>/end/", views.end_membership, name="end_membership"),
    path("clusters/<int:pk>/strike/", views.move, {"verb": "strike"}, name="strike"),
    path("clusters/<int:pk>/restore/", views.move, {"verb": "restore"}, name="restore"),
]
