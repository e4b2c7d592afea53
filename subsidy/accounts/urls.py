from django.urls import include, path

from subsidy.accounts import own_views, security_views, views
from subsidy.accounts.access import public, signed_in

own = [
    path("account/", own_views.own, name="own"),
    path("account/password/", own_views.password, name="password"),
    path("account/again/", own_views.again, name="again"),
    path("account/factors/new/", own_views.factor_new, name="factor_new"),
    path("account/factors/<int:pk>/remove/", own_views.factor_remove, name="factor_remove"),
    path("account/recovery/", own_views.recovery_new, name="recovery_new"),
    path("account/sessions/end/", own_views.sessions_end, name="sessions_end"),
    path("account/sessions/<str:key>/end/", own_views.session_end, name="session_end"),
    path("security/", security_views.session_list, name="security"),
    path("security/sessions/<str:key>/end/", security_views.end_session, name="security_end"),
    path("security/people/", security_views.people, name="security_people"),
    path("security/people/<int:pk>/factors/", security_views.reset_factors, name="reset_factors"),
]
urlpatterns = [
    path("login/", public(views.Login.as_view()), name="login"),
    path("login/code/", public(views.code), name="login_code"),
    path("login/factor/", public(views.enrol), name="login_enrol"),
    path("login/password/", public(views.new_password), name="login_password"),
    path("login/forgotten/", public(views.forgotten), name="login_forgotten"),
    path("login/reset/<str:token>/", public(views.reset), name="login_reset"),
    path("login/welcome/<str:token>/", public(views.welcome), name="login_welcome"),
    path("logout/", signed_in(views.Logout.as_view()), name="logout"),
    path("", include((own, "accounts"))),
]
