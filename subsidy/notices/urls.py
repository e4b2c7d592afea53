from django.urls import path

from subsidy.notices import public_views, views

app_name = "notices"
urlpatterns = [
    path("notices/", views.manage, name="manage"),
    path("notices/new/<int:call>/", views.new, name="new"),
    path("notices/<int:pk>/", views.detail, name="detail"),
    path("notices/<int:pk>/paper/", views.paper_of, name="paper"),
    path("notices/<int:pk>/edit/", views.edit, name="edit"),
    path("notices/<int:pk>/sign/", views.ask_signature, name="ask_signature"),
    path("notices/<int:pk>/publish/", views.publish_notice, name="publish"),
    path("notices/<int:pk>/back/", views.send_back, name="send_back"),
    path("notices/<int:pk>/close/", views.close_notice, name="close"),
    path("notices/objections/", views.objection_list, name="objections"),
    path("notices/objections/<int:pk>/", views.objection, name="objection"),
    path("public/", public_views.notice_list, name="list"),
    path("public/<int:pk>/", public_views.notice, name="public"),
    path("public/<int:pk>/notice.pdf", public_views.notice_paper, name="public_paper"),
    path("public/<int:pk>/list.xlsx", public_views.notice_sheet, name="sheet"),
    path("public/<int:pk>/objection/", public_views.object_to, name="object"),
    path("public/objection/receipt/", public_views.receipt, name="receipt"),
    path("public/objection/", public_views.lookup, name="objection_lookup"),
]
