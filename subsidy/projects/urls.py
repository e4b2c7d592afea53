from django.urls import path

from subsidy.projects import views

app_name = "projects"
urlpatterns = [
    path("projects/", views.listing, name="list"),
    path("projects/sheet/", views.sheet, name="sheet"),
    path("projects/new/", views.create, name="new"),
    path("projects/<int:pk>/edit/", views.edit, name="edit"),
    path("projects/<int:pk>/year/", views.year, name="year"),
    path("projects/<int:pk>/partner/", views.partner, name="partner"),
    path("projects/<int:pk>/asset/", views.asset, name="asset"),
    path("projects/<int:pk>/invoice/", views.invoice, name="invoice"),
    path("projects/<int:pk>/funding/", views.funding, name="funding"),
    path("projects/<int:pk>/partner/<int:one>/", views.correct, {"kind": "partner"}, name="correct_partner"),
    path("projects/<int:pk>/asset/<int:one>/", views.correct, {"kind": "asset"}, name="correct_asset"),
    path("projects/<int:pk>/invoice/<int:one>/", views.correct, {"kind": "invoice"}, name="correct_invoice"),
    path("projects/<int:pk>/funding/<int:one>/", views.correct, {"kind": "funding"}, name="correct_funding"),
    path("projects/<int:pk>/funding/<int:one>/strike/", views.strike_funding, name="strike_funding"),
    path("projects/<int:pk>/measured/", views.measure, name="measure"),
    path("projects/<int:pk>/measured/<int:measured>/approval/", views.approve_measured, name="approve_measured"),
    path("projects/<int:pk>/strike/", views.move, {"verb": "strike"}, name="strike"),
    path("projects/<int:pk>/restore/", views.move, {"verb": "restore"}, name="restore"),
]
