"""What an amount box says back once it is left: the amount in 万元 and in capital numerals, or its fault."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from policies.kit.money import AmountError, in_words, parse
from subsidy.accounts.access import signed_in
from subsidy.reference import formats


@signed_in
@require_GET
def money_echo(request: HttpRequest) -> HttpResponse:
    """`?field=<name>&<name>=<typed>`: plain text; the form's own check on sending is the one that counts."""
    typed = request.GET.get(request.GET.get("field", ""), "").strip()
    if not typed:
        return _text("")
    try:
        amount = parse(typed)
    except AmountError as problem:
        return _text(str(problem))
    return _text(_("= %(wan)s 万元 · %(words)s") % {"wan": formats.wan(amount), "words": in_words(amount)})


def _text(sentence: str) -> HttpResponse:
    return HttpResponse(escape(sentence))


urlpatterns = [path("echo/money/", money_echo, name="money_echo")]
