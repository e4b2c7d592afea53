"""The site with two empty views more: one behind the login, one before everything."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from subsidy.accounts.access import public, signed_in
from subsidy.urls import handler400, handler403, handler404, handler500
from subsidy.urls import urlpatterns as site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"")


urlpatterns = [
    path("benchmark/empty/", signed_in(empty), name="benchmark-empty"),
    path("benchmark/bare/", public(empty), name="benchmark-bare"),
    *site,
]
