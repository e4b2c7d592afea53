from django.urls import path

from subsidy.desk import correcting, holds, joint, lines, queue, reports, views
from subsidy.desk.administration import jurisdictions, leaves, people
from subsidy.desk.enterprise import enterprise
from subsidy.desk.home import home
from subsidy.desk.project import project

app_name = "desk"
urlpatterns = [
    path("", home, name="home"),
    path("review/", queue.queue, name="queue"),
    path("review/sheet/", queue.sheet, name="queue_sheet"),
    path("articles/<str:measure>/<str:ref>/", views.article, name="article"),
    path("cases/<str:number>/", views.case, name="case"),
    path("cases/<str:number>/lines/", lines.lines, name="lines"),
    path("cases/<str:number>/documents/<int:pk>/", views.document, name="document"),
    path("cases/<str:number>/findings/decide/", views.decide, name="decide_finding"),
    path("cases/<str:number>/findings/confirm/", views.confirm, name="confirm_automatic"),
    path("cases/<str:number>/conclude/", views.conclude, name="conclude"),
    path("cases/<str:number>/sign/", views.joint_signature, name="sign"),
    path("cases/<str:number>/correction/", correcting.correction, name="ask_correction"),
    path("cases/<str:number>/corrections/<int:pk>/paper/", correcting.correction_paper, name="correction_paper"),
    path("cases/<str:number>/extension/", correcting.extension, name="extension"),
    path("cases/<str:number>/decline/", views.refuse, name="decline"),
    path("cases/<str:number>/return/", views.send_back, name="return_to_local"),
    path("cases/<str:number>/history/extract/", views.history_extract, name="history_extract"),
    path("cases/<str:number>/<str:name>/", views.section, name="section"),
    path("enterprises/<int:pk>/", enterprise, name="enterprise"),
    path("projects/<int:pk>/", project, name="project"),
    path("joint/", joint.joint_list, name="joint_list"),
    path("joint/new/<int:call>/", joint.joint_new, name="joint_new"),
    path("joint/<int:pk>/", joint.joint, name="joint"),
    path("joint/<int:pk>/edit/", joint.joint_edit, name="joint_edit"),
    path("joint/<int:pk>/send/", joint.joint_send, name="joint_send"),
    path("joint/<int:pk>/release/", joint.joint_release, name="joint_release"),
    path("joint/<int:pk>/paper/", joint.joint_paper, name="joint_paper"),
    path("joint/<int:pk>/scan/", joint.joint_scan, name="joint_scan"),
    path("holds/", holds.listing, name="holds"),
    path("holds/sheet/", holds.sheet, name="holds_sheet"),
    path("holds/<int:pk>/", holds.one, name="hold"),
    path("reports/", reports.report_list, name="report_list"),
    path("reports/new/<int:call>/", reports.report_new, name="report_new"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("reports/<int:pk>/document/", reports.report_document, name="report_document"),
    path("people/", people.listing, name="people"),
    path("people/new/", people.create, name="person_new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/edit/", people.edit, name="person_edit"),
    path("people/<int:pk>/link/", people.send_link, name="person_link"),
    *(
        path(f"people/<int:pk>/{code}/", people.move, {"code": code}, name=f"person_{code}")
        for code in ("lock", "unlock", "end", "restore")
    ),
    path("people/<int:pk>/posts/new/", people.post_new, name="post_new"),
    path("people/<int:pk>/posts/<int:post>/end/", people.post_end, name="post_end"),
    path("leaves/", leaves.listing, name="leaves"),
    path("leaves/new/<int:post>/", leaves.create, name="leave_new"),
    path("leaves/<int:pk>/end/", leaves.end, name="leave_end"),
    path("jurisdictions/", jurisdictions.listing, name="jurisdictions"),
    path("jurisdictions/new/", jurisdictions.create, name="jurisdiction_new"),
]
