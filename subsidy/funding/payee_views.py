"""The enterprise's page: confirm the account its money goes to."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from subsidy.accounts.access import needs
from subsidy.accounts.fresh import asks_again
from subsidy.accounts.request import Request
from subsidy.accounts.rights import Right
from subsidy.enterprises.models import Enterprise
from subsidy.funding import selectors
from subsidy.funding.models import PayeeConfirmation, Share
from subsidy.funding.payee import confirm_account, width_note
from subsidy.funding.payment_forms import PayeeForm
from subsidy.pages import attempt, done, render_form
from workflow.once import once


@require_http_methods(["GET", "POST"])
@needs(Right.FILE)
@asks_again()
def payee(request: Request, number: str) -> HttpResponse:
    """The account of one's own enterprise for a case, as it stands, and the form for another one."""
    case = get_object_or_404(selectors.cases_of_payee(request.actor), number=number)
    firm = Enterprise.objects.filter(pk__in=request.actor.enterprises & _payees(case.pk)).order_by("pk")[0]
    form = PayeeForm(request.POST or None, request.FILES or None, enterprise=firm, initial={"holder": firm.name})
    address = reverse("funding:payee", args=[number])
    if form.is_bound and form.is_valid():

        def act() -> str:
            confirm_account(case, firm, request.actor, **form.values())
            return address

        if attempt(form, lambda: once(request.POST.get("once", ""), request.actor, act)):
            return done(request, address, _("收款信息已确认"))
    rows = PayeeConfirmation.objects.filter(case=case, enterprise=firm).select_related("account", "confirmed_by")
    confirmations = list(rows.order_by("-id"))
    refused = selectors.refused_accounts().filter(instalment__award__case=case, payee=firm)
    returned = refused.order_by("-returned_at", "-pk").first()
    context = {
        "case": case, "firm": firm, "confirmations": confirmations, "total": _total(case.pk, firm.pk),
        "returned": returned,
        "note": width_note(confirmations[0].account.holder, firm.name) if confirmations else "",
        "typed_note": width_note(form.cleaned_data.get("holder", ""), firm.name) if form.is_bound else "",
    }  # fmt: skip
    return render_form(request, "funding/payee.html", context, form)


def _payees(case_id: int) -> frozenset[int]:
    return frozenset(Share.objects.filter(award__case=case_id).values_list("payee", flat=True))


def _total(case_id: int, payee_id: int) -> object:
    return sum(Share.objects.filter(award__case=case_id, payee=payee_id).values_list("amount", flat=True))
