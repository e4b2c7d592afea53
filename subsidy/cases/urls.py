from django.urls import path

from subsidy.cases import migrated, trial
from subsidy.cases.applicant import urls as applicant

app_name = "cases"
urlpatterns = [
    *applicant.urlpatterns,
    path("calls/<int:pk>/migrated/", migrated.migrated, name="migrated"),
    path("calls/<int:pk>/preview/", trial.preview_call, name="preview_call"),
]
