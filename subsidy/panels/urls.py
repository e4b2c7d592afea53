from django.urls import path

from subsidy.panels import expert_views, ranking_views, views

app_name = "panels"
urlpatterns = [
    path("panels/", views.index, name="list"),
    path("panels/make/<int:call_id>/", views.make, name="make"),
    path("panels/<int:panel_id>/", views.panel, name="panel"),
    path("panels/<int:panel_id>/change/", views.change, name="change"),
    path("panels/<int:panel_id>/open/", views.open_, name="open"),
    path("panels/<int:panel_id>/close/", views.close, name="close"),
    path("panels/<int:panel_id>/void/", views.void, name="void"),
    path("panels/<int:panel_id>/extend/", views.extend, name="extend"),
    path("panels/<int:panel_id>/remind/", views.remind, name="remind"),
    path("panels/<int:panel_id>/experts/add/", views.add_expert, name="add_expert"),
    path("panels/<int:panel_id>/experts/<str:letter>/release/", views.release, name="release"),
    path("panels/<int:panel_id>/experts/<str:letter>/unlock/", views.unlock, name="unlock"),
    path("panels/<int:panel_id>/ranking/", ranking_views.ranking_page, name="ranking"),
    path("panels/<int:panel_id>/ranking/cut/", ranking_views.cut, name="cut"),
    path("panels/<int:panel_id>/ranking/move/<str:code>/", ranking_views.move, name="move"),
    path("panels/<int:panel_id>/ranking/tie/", ranking_views.tie, name="tie"),
    path("panels/<int:panel_id>/ranking/results.xlsx", ranking_views.result_sheet, name="results"),
    path("panels/<int:panel_id>/deliberation/", ranking_views.deliberate, name="deliberate"),
    path("panels/<int:panel_id>/fix/", ranking_views.fix, name="fix"),
    path("panels/<int:panel_id>/late/", ranking_views.late, name="late"),
    path("expert/", expert_views.mine, name="mine"),
    path("expert/<int:panel_id>/", expert_views.panel, name="expert_panel"),
    path("expert/<int:panel_id>/declaration/", expert_views.declare, name="declare"),
    path("expert/<int:panel_id>/submit/", expert_views.submit, name="submit"),
    path("expert/<int:panel_id>/sheet/", expert_views.own_sheet, name="own_sheet"),
    path("expert/<int:panel_id>/cases/<str:code>/", expert_views.case, name="score"),
    path("expert/<int:panel_id>/cases/<str:code>/save/", expert_views.save, name="save"),
    path("expert/<int:panel_id>/cases/<str:code>/recuse/", expert_views.recuse, name="recuse"),
    path("expert/<int:panel_id>/cases/<str:code>/documents/<int:place>/", expert_views.document, name="document"),
]
