from django.urls import path

from subsidy.accounts.access import asks_itself_for, signed_in
from subsidy.accounts.rights import Right
from subsidy.api.views import Cases, OneCase, Schema

app_name = "api"
reads = asks_itself_for(Right.READ_CASES)
urlpatterns = [
    path("api/cases/", reads(Cases.as_view()), name="cases"),
    path("api/cases/<str:number>/", reads(OneCase.as_view()), name="case"),
    path("api/schema/", signed_in(Schema.as_view()), name="schema"),
]
