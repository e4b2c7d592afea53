from django.urls import include, path

from subsidy.ops import audit, health, public_views

AUDIT = (
    [
        path("audit/history/", audit.history, name="history"),
        path("audit/history/sheet/", audit.history_sheet, name="history_sheet"),
        path("audit/history/<str:kind>/<int:pk>/", audit.extract, name="extract"),
        path("audit/access/", audit.access, name="access"),
        path("audit/access/sheet/", audit.access_sheet, name="access_sheet"),
        path("audit/seals/", audit.seal_list, name="seals"),
        path("seals/", public_views.seal_list, name="public_seals"),
        path("seals/feed.json", public_views.seal_feed, name="seal_feed"),
    ],
    "ops",
)
urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("", include(AUDIT)),
]
