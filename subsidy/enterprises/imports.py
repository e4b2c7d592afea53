"""The register of enterprises from a workbook: rows are known by their credit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.accounts.actor import Actor
from subsidy.accounts.register_row import differences
from subsidy.accounts.rights import Right
from subsidy.accounts.territory import covers, territory
from subsidy.enterprises.models import Enterprise, FormerName
from subsidy.enterprises.register import fault_of_founding
from subsidy.imports.kinds import Change, ChosenField, Column, Kind, Line, Origin, register
from subsidy.imports.places import places, refuse_elsewhere, take_industries, take_places
from subsidy.reference import credit_code
from subsidy.reference.fields import CreditCodeField, DayField, TextField
from subsidy.reference.text import fold
from workflow import perform

YES_NO = ((True, gettext_lazy("是")), (False, gettext_lazy("否")))
COLUMNS = (
    "credit_code", "credit_code_reason", "legal_person", "area", "production_area", "address", "established_on",
    "is_branch", "industry", "contact_name",
)  # fmt: skip
"""What a row of the workbook may change; a name changes on the enterprise's page, with date and evidence."""


def examine(lines: Sequence[Line], actor: Actor) -> None:
    """New, changed, the same, or why not."""
    take_places(lines, "area", "production_area")
    refuse_elsewhere(lines, actor, "area", "production_area")
    take_industries(lines)
    known = Enterprise.objects.in_bulk([line.values["credit_code"] for line in lines], field_name="credit_code")
    stems = territory(actor, Right.KEEP_REGISTERS)
    names = FormerName.objects.filter(enterprise__in=known.values()).values_list("enterprise")
    renamed = dict(names.annotate(first=Min("valid_to")).order_by())
    for line in lines:
        _check_code(line)
        line.found = known.get(line.values["credit_code"])
        first = renamed.get(line.found.pk) if line.found else None
        if fault := fault_of_founding(line.values["established_on"], first):
            line.refuse("established_on", fault)
        if line.found is not None:
            _compare(line, line.found, stems)


def _check_code(line: Line) -> None:
    warning = credit_code.parse(line.values["credit_code"]).warning
    if warning and not line.values["credit_code_reason"]:
        line.refuse("credit_code", str(warning))


def _compare(line: Line, row: Enterprise, stems: frozenset[str]) -> None:
    if not covers(stems, *row.places()):
        line.refuse("credit_code", _("该代码已由其他地区登记"))
    elif fold(line.values["name"]) != row.name_key:
        line.refuse(
            "name", _("该代码登记的名称为“%(name)s”；单位更名请在企业页面办理，并上传证明文件") % {"name": row.name}
        )
    else:
        line.change = Change.CHANGED if differences(row, _columns(line)) else Change.SAME


def _columns(line: Line) -> dict[str, Any]:
    return {name: line.values[name] for name in COLUMNS}


def apply(lines: Sequence[Line], actor: Actor, origin: Origin) -> None:
    """Make and change the rows, each with its entry, in a number of statements that does not grow with them."""
    new = [line for line in lines if line.change is Change.NEW]
    made = Enterprise.objects.bulk_create(
        Enterprise(**_columns(line), name=line.values["name"], name_key=fold(line.values["name"])) for line in new
    )
    perform.created_many(
        made, actor, each={row.pk: origin.of(line) for row, line in zip(made, new, strict=True)}
    )  # fmt: skip
    changed = [line for line in lines if line.change is Change.CHANGED]
    each = {line.found.pk: {**origin.of(line), "changes": differences(line.found, _columns(line))} for line in changed}
    perform.record_many(Enterprise, each, "change", actor, each=each)
    for line in changed:
        for name, value in _columns(line).items():
            setattr(line.found, name, value)
    Enterprise.objects.bulk_update([line.found for line in changed], COLUMNS)


register(
    Kind(
        key="enterprises", label=gettext_lazy("企业"), right=Right.KEEP_REGISTERS, back="enterprises:list",
        identity=("credit_code",), examine=examine, apply=apply,
        columns=(
            Column("credit_code", gettext_lazy("统一社会信用代码"), CreditCodeField(), gettext_lazy("18 位")),
            Column("name", gettext_lazy("单位名称"), TextField(max_length=100), gettext_lazy("与营业执照逐字一致")),
            Column("area", gettext_lazy("注册地"), TextField(), gettext_lazy("区划代码或名称"), offered=places),
            Column("production_area", gettext_lazy("生产经营地"), TextField(required=False), offered=places),
            Column("legal_person", gettext_lazy("法定代表人"), TextField(max_length=50, required=False)),
            Column("address", gettext_lazy("地址"), TextField(max_length=200, required=False)),
            Column("established_on", gettext_lazy("成立日期"), DayField(required=False), gettext_lazy("如 2015-06-01")),
            Column("is_branch", gettext_lazy("分支机构"), ChosenField(YES_NO, required=False, empty=False)),
            Column("industry", gettext_lazy("行业代码"), TextField(max_length=8, required=False)),
            Column("contact_name", gettext_lazy("联系人"), TextField(max_length=50, required=False)),
            Column("credit_code_reason", gettext_lazy("校验位不符的说明"), TextField(max_length=200, required=False)),
        ),
    )
)  # fmt: skip
