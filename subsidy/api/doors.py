"""Who may call the API, and how a refusal is answered and written down."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from subsidy.accounts import access_log
from subsidy.accounts.access import refuse_without
from subsidy.accounts.rights import Right


class Reads(BasePermission):
    """Posts that may read cases; which ones they see is the selector's part."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        refuse_without(request._request, Right.READ_CASES)  # noqa: SLF001
        return True


def answer(exception: Exception, context: dict[str, Any]) -> Response | None:
    """JSON for a refusal, with one row in the record of access for each 403 and 404 (trust.md row 52)."""
    request = context["request"]._request  # noqa: SLF001
    if isinstance(exception, PermissionDenied | exceptions.PermissionDenied):
        access_log.write(request, access_log.REFUSED, str(exception))
    elif isinstance(exception, Http404 | exceptions.NotFound):
        access_log.write(request, access_log.NOT_FOUND, str(exception))
        # The same words for what does not exist and for what is somebody else's.
        exception = exceptions.NotFound()
    response = exception_handler(exception, context)
    if response is not None and isinstance(exception, PermissionDenied):
        response.data = {"detail": str(exception)}
    return response
