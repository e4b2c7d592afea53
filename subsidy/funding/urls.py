from django.urls import path

from subsidy.funding import payee_views, payment_views, views

app_name = "funding"
urlpatterns = [
    path("funding/plans/", views.plan_list, name="plans"),
    path("funding/quotas/", views.quota_list, name="quotas"),
    path("funding/plans/new/<int:call>/", views.plan_new, name="plan_new"),
    path("funding/plans/<int:pk>/", views.plan_page, name="plan"),
    path("funding/plans/<int:pk>/lines/<int:line>/", views.plan_line, name="line"),
    path("funding/plans/<int:pk>/finalise/", views.plan_finalise, name="finalise"),
    path("funding/plans/<int:pk>/approvals/<slug:step>/", views.approval, name="approval"),
    path("funding/plans/<int:pk>/plan.pdf", views.plan_pdf, name="plan_pdf"),
    path("funding/plans/<int:pk>/plan.xlsx", views.plan_sheet, name="plan_sheet"),
    path("funding/issues/<int:pk>/<int:agency>/", payment_views.issue_new, name="issue"),
    path("funding/batches/new/<int:pk>/", payment_views.batch_new, name="batch_new"),
    path("funding/issues/", payment_views.issue_list, name="issues"),
    path("funding/batches/", payment_views.batch_list, name="batches"),
    path("funding/batches/<int:pk>/", payment_views.batch_page, name="batch"),
    path("funding/batches/<int:pk>/do/<slug:verb>/", payment_views.batch_move, name="batch_move"),
    path("funding/batches/<int:pk>/reason/<slug:verb>/", payment_views.batch_reason, name="batch_reason"),
    path("funding/batches/<int:pk>/export/", payment_views.batch_export, name="export"),
    path("funding/batches/<int:pk>/payments.pdf", payment_views.batch_pdf, name="batch_pdf"),
    path("funding/batches/<int:pk>/payments.xlsx", payment_views.batch_sheet, name="batch_sheet"),
    path("funding/batches/<int:pk>/results/", payment_views.batch_results, name="results"),
    path("funding/batches/<int:pk>/payments/<int:payment>/drop/", payment_views.batch_drop, name="drop"),
    path("funding/batches/<int:pk>/payments/<int:payment>/bounce/", payment_views.payment_bounce, name="bounce"),
    path("my/cases/<str:number>/payee/", payee_views.payee, name="payee"),
]
