"""Cases as JSON, read only, for whoever is signed in with a post that reads cases."""

from django.core.paginator import Paginator
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from subsidy.api.doors import Reads
from subsidy.api.fields import COLUMNS, CaseFields, shown
from subsidy.api.parameters import Asked
from subsidy.cases.selectors import visible_to
from workflow.states import State

PAGE_SIZE = 50


class Cases(APIView):
    """The cases that the person may see, newest first."""

    permission_classes = [Reads]
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="cases",
        parameters=[
            OpenApiParameter("state", str, enum=State.values),
            OpenApiParameter("call", str),
            OpenApiParameter("page", int),
        ],
        responses=inline_serializer(
            "CasePage",
            {
                "count": serializers.IntegerField(), "page": serializers.IntegerField(),
                "pages": serializers.IntegerField(), "results": CaseFields(many=True),
            },
        ),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One page of them."""
        actor = request._request.actor  # noqa: SLF001
        asked = Asked.of(request.query_params)
        pages = Paginator(asked.among(visible_to(actor)).order_by("-pk").values(*COLUMNS), PAGE_SIZE)
        if asked.page > pages.num_pages:
            raise Http404(asked.page)
        rows = [shown(row, actor) for row in pages.page(asked.page).object_list]
        return Response({"count": pages.count, "page": asked.page, "pages": pages.num_pages, "results": rows})


class OneCase(APIView):
    """One case by its number."""

    permission_classes = [Reads]
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="case", responses=CaseFields)
    def get(self, request: Request, number: str) -> Response:
        """The case, or 404 when there is none that the person may see."""
        actor = request._request.actor  # noqa: SLF001
        row = visible_to(actor).filter(number=number).values(*COLUMNS).first()
        if row is None:
            raise Http404(number)
        return Response(shown(row, actor))


class Schema(SpectacularJSONAPIView):
    """The description of the API as OpenAPI."""

    http_method_names = ["get", "head", "options"]
