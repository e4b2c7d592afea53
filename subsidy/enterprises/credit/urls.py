from django.urls import path

from subsidy.enterprises.credit import bar_views, views

app_name = "credit"
urlpatterns = [
    path("credit/", views.listing, name="lists"),
    path("credit/lists/new/", views.list_new, name="list_new"),
    path("credit/imports/new/", views.import_new, name="import_new"),
    path("credit/imports/template/", views.template, name="template"),
    path("credit/imports/<int:pk>/", views.one_import, name="import"),
    path("credit/imports/<int:pk>/record/", views.record, name="record"),
    path("credit/imports/<int:pk>/discard/", views.discard, name="discard"),
    path("credit/imports/<int:pk>/sheet/", views.import_sheet, name="import_sheet"),
    path("credit/imports/<int:pk>/document/", views.import_document, name="import_document"),
    path("credit/look-up/", views.look_up, name="look_up"),
    path("credit/listed/sheet/", views.listed_sheet, name="listed_sheet"),
    path("credit/enterprises/<int:pk>/", views.enterprise, name="enterprise"),
    path("credit/enterprises/<int:pk>/sheet/", views.enterprise_sheet, name="enterprise_sheet"),
    path("credit/own/", bar_views.own, name="own"),
    path("credit/bars/", bar_views.listing, name="bars"),
    path("credit/bars/sheet/", bar_views.sheet, name="bars_sheet"),
    path("credit/bars/new/", bar_views.impose, name="bar_new"),
    path("credit/bars/<int:pk>/", bar_views.one_bar, name="bar"),
    path("credit/bars/<int:pk>/lift/", bar_views.lift, name="bar_lift"),
    path("credit/bars/<int:pk>/document/", bar_views.document, name="bar_document"),
]
