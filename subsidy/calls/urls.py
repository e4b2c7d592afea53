from django.urls import path
from django.views.generic import RedirectView

from subsidy.accounts.access import public
from subsidy.calls import hall, measures, rounds, views

app_name = "calls"
urlpatterns = [
    path("hall/", hall.hall, name="hall"),
    path("hall/<int:pk>/", hall.one, name="hall_call"),
    # The page belongs to the cases, which stand above the calls.
    path("hall/<int:pk>/start/", public(RedirectView.as_view(pattern_name="cases:start")), name="start"),
    path("measures/", measures.measure_list, name="measures"),
    path("measures/<slug:measure>/", measures.measure, name="measure"),
    path("calls/", views.listing, name="list"),
    path("calls/new/", views.choose, name="choose"),
    path("calls/new/<slug:measure>/", views.create, name="create"),
    path("calls/<int:pk>/", views.detail, name="detail"),
    path("calls/<int:pk>/edit/", views.edit, name="edit"),
    path("calls/<int:pk>/materials/", views.materials, name="materials"),
    path("calls/<int:pk>/scorecard/", views.criteria, name="scorecard"),
    path("calls/<int:pk>/copy/", rounds.next_round, name="copy"),
    path("calls/<int:pk>/replace/", rounds.replace, name="replace"),
    path("calls/<int:pk>/checks/", views.preflight, name="checks"),
    path("calls/<int:pk>/publish/", views.release, name="publish"),
    path("calls/<int:pk>/void/", views.revoke, name="void"),
]
