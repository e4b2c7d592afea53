from django.urls import path

from subsidy.enterprises import proposal_views, views

app_name = "enterprises"
urlpatterns = [
    path("enterprises/", views.listing, name="list"),
    path("enterprises/sheet/", views.sheet, name="sheet"),
    path("enterprises/own/", views.own, name="own"),
    path("enterprises/new/", views.create, name="new"),
    path("enterprises/successions/", proposal_views.listing, name="proposals"),
    path("enterprises/successions/<int:pk>/", proposal_views.detail, name="proposal"),
    path("enterprises/successions/<int:pk>/evidence/", proposal_views.evidence, name="proposal_evidence"),
    path("enterprises/successions/<int:pk>/confirm/", proposal_views.confirm, name="confirm"),
    path("enterprises/successions/<int:pk>/decline/", proposal_views.decline, name="decline"),
    path("enterprises/successions/<int:pk>/withdraw/", proposal_views.withdraw, name="withdraw"),
    path("enterprises/<int:pk>/edit/", views.edit, name="edit"),
    path("enterprises/<int:pk>/name/", views.rename, name="rename"),
    path("enterprises/<int:pk>/succession/", views.succeed, name="succeed"),
    path("enterprises/<int:pk>/accidents/new/", views.accident, name="accident"),
    path("enterprises/<int:pk>/accidents/<int:one>/", views.correct_accident, name="correct_accident"),
    path("enterprises/<int:pk>/accidents/<int:one>/strike/", views.strike_accident, name="strike_accident"),
    path("enterprises/<int:pk>/strike/", views.move, {"verb": "strike"}, name="strike"),
    path("enterprises/<int:pk>/restore/", views.move, {"verb": "restore"}, name="restore"),
    path("enterprises/<int:pk>/evidence/<slug:digest>/", views.evidence, name="evidence"),
]
