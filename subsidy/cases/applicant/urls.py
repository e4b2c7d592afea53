from django.urls import path

from subsidy.cases.applicant import attachments, claims, correction, finish, group_page, mine, progress, steps

urlpatterns = [
    path("my/", mine.mine, name="mine"),
    path("my/start/<int:pk>/", mine.begin, name="start"),
    path("my/<str:number>/", progress.overview, name="overview"),
    path("my/<str:number>/tasks/", steps.task_list, name="tasks"),
    path("my/<str:number>/steps/<slug:key>/", steps.step, name="step"),
    path("my/<str:number>/steps/<slug:key>/autosave/", steps.autosave, name="autosave"),
    path("my/<str:number>/projects/add/", group_page.add, name="project_add"),
    path("my/<str:number>/projects/new/", group_page.new, name="project_new"),
    path("my/<str:number>/projects/<int:pk>/", group_page.one, name="project"),
    path("my/<str:number>/projects/<int:pk>/remove/", group_page.remove, name="project_remove"),
    path("my/<str:number>/projects/<int:pk>/restore/", group_page.restore, name="project_restore"),
    path("my/<str:number>/projects/<int:pk>/lines/", claims.add, name="line_add"),
    path("my/<str:number>/lines/<int:pk>/", claims.change, name="line"),
    path("my/<str:number>/lines/<int:pk>/remove/", claims.remove, name="line_remove"),
    path("my/<str:number>/materials/<str:key>/", attachments.upload, name="upload"),
    path("my/<str:number>/materials/<str:key>/paper/", attachments.slot_paper, name="slot_paper"),
    path("my/<str:number>/files/<int:pk>/", attachments.download, name="file"),
    path("my/<str:number>/files/<int:pk>/remove/", attachments.remove, name="file_remove"),
    path("my/<str:number>/ceiling/", finish.ceiling, name="ceiling"),
    path("my/<str:number>/check/", finish.check, name="check"),
    path("my/<str:number>/draft.pdf", finish.draft_paper, name="draft_paper"),
    path("my/<str:number>/submitted/", finish.submitted, name="submitted"),
    path("my/<str:number>/take-back/", finish.back_to_draft, name="take_back"),
    path("my/<str:number>/withdraw/", finish.end, name="withdraw"),
    path("my/<str:number>/papers/<slug:kind>/", finish.paper, name="paper"),
    path("my/<str:number>/correction/", correction.answer, name="correction"),
    path("my/<str:number>/corrections/<int:pk>/paper/", correction.paper, name="correction_paper"),
]
