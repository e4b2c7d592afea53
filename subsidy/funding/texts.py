"""The texts of messages about money."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.messages.texts import Field, Text, register

PAYEE = _("收款单位")
NUMBER = Field("number", _("案件编号"), "JL-2026-00001", needed=True)

PLAN_APPROVED = register(Text(
    "funding.plan_approved", _("请确认收款信息"), PAYEE, _("资金方案已批准，请确认收款信息"),
    _("案件 {number} 的资金方案已获批准，请核对并确认收款账户。"), (NUMBER,),
))  # fmt: skip
ACCOUNT = register(Text(
    "funding.account_confirmed", _("收款账户已确认"), PAYEE, _("收款账户已确认"),
    _("案件 {number} 的收款账户已由 {name} 确认为 {account}。有疑问的，请立即联系拨付单位。"),
    (
        NUMBER, Field("name", _("确认人"), _("王会计"), needed=True),
        Field("account", _("收款账号（部分隐藏）"), "6222****0987", needed=True),
    ),
))  # fmt: skip
BOUNCED = register(Text(
    "funding.bounced", _("款项退回"), PAYEE, _("款项被银行退回，请核对收款账户"),
    _("案件 {number} 的款项被退回，银行说明：{words}。请核对并重新确认收款账户。"),
    (NUMBER, Field("words", _("银行说明"), _("户名不符"), needed=True)),
))  # fmt: skip
