"""Enter a project and what hangs on it; every change stands in the project's history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.register_row import check_keeper, check_seen, correct, differences
from subsidy.projects.models import (
    Asset,
    Invoice,
    MeasuredApproval,
    MeasuredProject,
    OtherFunding,
    Partner,
    Project,
    ProjectYear,
)
from subsidy.reference import formats
from subsidy.reference.text import fold
from workflow import clock, perform
from workflow.perform import Refused


def add(actor: Actor, values: Mapping[str, Any]) -> Project:
    """A new project. Raises NotAllowed outside the keeper's territory, Refused when its filing document is taken."""
    check_keeper(actor, values["area"])
    try:
        with transaction.atomic():
            row = Project.objects.create(**values, filing_key=fold(values["filing_number"]))
            perform.created(row, actor, evidence={"filing_number": row.filing_number, "name": row.name})
    except IntegrityError as error:
        raise Refused(taken(values["filing_number"])) from error
    return row


def change(row: Project, actor: Actor, values: Mapping[str, Any], *, version: int | None = None) -> Project:
    """Change columns of a project. Raises NotAllowed, Conflict, or Refused when the filing document is taken."""
    check_keeper(actor, *row.places())
    check_keeper(actor, values.get("area", row.area))
    return write(row, actor, values, version=version)


def write(
    row: Project, actor: Actor, values: Mapping[str, Any], *, version: int | None = None, note: str = ""
) -> Project:
    """Change columns with their entry; the caller has checked who may."""
    changes = differences(row, values)
    if not changes:
        check_seen(row, version, _("修改登记"))
        return row
    new = {name: values[name] for name in changes}
    if "filing_number" in new:
        new["filing_key"] = fold(new["filing_number"])
    try:
        with transaction.atomic():
            return perform.record(
                row, "change", actor, note=note, evidence={"changes": changes}, changes=new, version=version,
                label=_("修改登记"),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused(taken(values["filing_number"])) from error


def set_year(row: Project, actor: Actor, year: int, total: Decimal, fixed_assets: Decimal, *, version: int) -> None:
    """What was completed in a year (元). Raises NotAllowed, Conflict, or Refused when the part exceeds the whole."""
    check_keeper(actor, *row.places())
    if fixed_assets > total:
        raise Refused(_("新增固定资产投资不能大于完成总投资。"))
    what = _("%(year)s 年：总投资 %(total)s 元，新增固定资产投资 %(fixed)s 元") % {
        "year": year, "total": formats.yuan(total), "fixed": formats.yuan(fixed_assets),
    }  # fmt: skip
    with transaction.atomic():
        perform.record(row, "set_year", actor, evidence={"what": what}, version=version, label=_("登记年度完成情况"))
        ProjectYear.objects.update_or_create(
            project=row, year=year, defaults={"total": total, "fixed_assets": fixed_assets}
        )


def add_partner(row: Project, actor: Actor, values: Mapping[str, Any], *, version: int) -> Partner:
    """Somebody takes part. Raises NotAllowed, Conflict, or Refused when registered already."""
    made = Partner(project=row, name_key=fold(values["name"]), **values)
    _hang(row, actor, "add_partner", made, values["name"], _("该合作单位已登记。"), version)
    return made


def add_asset(row: Project, actor: Actor, values: Mapping[str, Any], *, version: int) -> Asset:
    """An asset of the project. Raises NotAllowed, Conflict, or Refused when its number is there already."""
    made = Asset(project=row, number_key=fold(values["number"]), **values)
    what = f"{made} {formats.yuan(made.amount)}"
    _hang(row, actor, "add_asset", made, what, _("该项目已登记相同编号的资产。"), version)
    return made


def add_invoice(row: Project, actor: Actor, values: Mapping[str, Any], *, version: int) -> Invoice:
    """An invoice of the project. Raises NotAllowed, Conflict, or Refused when it is registered, wherever."""
    made = Invoice(project=row, number_key=fold(values["number"]), seller_key=fold(values["seller"]), **values)
    what = f"{made.number} {made.seller} {formats.yuan(made.gross)}"
    _hang(row, actor, "add_invoice", made, what, _("同一销售方的该发票号码已经登记，一张发票只能登记一次。"), version)
    return made


def add_funding(row: Project, actor: Actor, values: Mapping[str, Any], *, version: int) -> OtherFunding:
    """Public money from elsewhere for the same fixed assets (元). Raises NotAllowed, Conflict or Refused."""
    made = OtherFunding(project=row, **values)
    what = f"{made} {made.get_level_display()} {formats.yuan(made.amount)}"
    _hang(row, actor, "add_funding", made, what, _("该资金已登记。"), version)
    return made


def correct_partner(one: Partner, actor: Actor, values: Mapping[str, Any], note: str, *, version: int) -> None:
    """Put right what the register says of a partner. Raises as `correct`."""
    correct(
        one.project, one, actor, "correct_partner", values, note=note, version=version,
        keys={"name_key": fold(values["name"])}, twice=_("该合作单位已登记。"),
    )  # fmt: skip


def correct_asset(one: Asset, actor: Actor, values: Mapping[str, Any], note: str, *, version: int) -> None:
    """Put right what the register says of an asset. Raises as `correct`."""
    correct(
        one.project, one, actor, "correct_asset", values, note=note, version=version,
        keys={"number_key": fold(values["number"])}, twice=_("该项目已登记相同编号的资产。"),
    )  # fmt: skip


def correct_invoice(one: Invoice, actor: Actor, values: Mapping[str, Any], note: str, *, version: int) -> None:
    """Put right what the register says of an invoice. Raises as `correct`."""
    correct(
        one.project, one, actor, "correct_invoice", values, note=note, version=version,
        keys={"number_key": fold(values["number"]), "seller_key": fold(values["seller"])},
        twice=_("同一销售方的该发票号码已经登记，一张发票只能登记一次。"),
    )  # fmt: skip


def correct_funding(one: OtherFunding, actor: Actor, values: Mapping[str, Any], note: str, *, version: int) -> None:
    """Put right what the register says of such money. Raises as `correct`, and Refused once it is struck."""
    if one.struck:
        raise Refused(_("该记录已作废，不能更正。"))
    correct(one.project, one, actor, "correct_funding", values, note=note, version=version)


def strike_funding(one: OtherFunding, actor: Actor, note: str, *, version: int) -> None:
    """It was never given to this project: it stays on record and counts no more. Raises as `correct`."""
    correct(one.project, one, actor, "strike_funding", {"struck": True}, note=note, version=version)


def measure(
    row: Project, actor: Actor, kind: MeasuredProject.Kind, round_: int, reported_on: date | None,
    argued: bool | None, *, version: int,
) -> MeasuredProject:  # fmt: skip
    """The project is measured in a round; what was said of that round before is put right, its approvals stay.

    Raises NotAllowed or Conflict.
    """
    check_keeper(actor, *row.places())
    what = _("%(kind)s，%(round)s 年度") % {"kind": kind.label, "round": round_}
    evidence = {"what": what, "reported_on": reported_on, "argued": argued}
    with transaction.atomic():
        perform.record(row, "measure", actor, evidence=evidence, version=version, label=_("登记测算项目"))
        made, _created = MeasuredProject.objects.update_or_create(
            project=row, kind=kind, round=round_, defaults={"reported_on": reported_on, "argued": argued}
        )
    return made


def approve_measured(
    measured: MeasuredProject, actor: Actor, outcome: MeasuredApproval.Outcome, amount: Decimal, document: str,
    decided_on: date, *, version: int,
) -> MeasuredApproval:  # fmt: skip
    """What the province decided, as a new row: earlier ones stay. Raises NotAllowed, Conflict or Refused."""
    if decided_on > clock.today():
        raise Refused(_("核定日期不能晚于今天。"))
    refused = outcome == MeasuredApproval.Outcome.REFUSED
    if refused != (amount == 0):
        raise Refused(_("未通过的，核定额度填 0；核定或核减的，额度应大于 0。"))
    made = MeasuredApproval(
        measured=measured, outcome=outcome, amount=amount, document=document, decided_on=decided_on,
        entered_by_id=actor.person_id, entered_at=clock.now(),
    )  # fmt: skip
    what = f"{measured.get_kind_display()} {measured.round}：{outcome.label} {formats.yuan(amount)}，{document}"
    _hang(measured.project, actor, "approve_measured", made, what, _("该结果已登记。"), version)
    return made


def taken(number: str) -> str:
    """What to say when a filing document is another project's."""
    return _("立项文号 %(number)s 已登记为另一个项目；一个立项文件只对应一个项目。") % {"number": number}


def _hang(
    row: Project, actor: Actor, code: str, made: models.Model, what: str, twice: str, version: int
) -> None:  # fmt: skip
    """Save what belongs to the project, with the project's entry."""
    check_keeper(actor, *row.places())
    try:
        with transaction.atomic():
            perform.record(row, code, actor, evidence={"what": what}, version=version, label=_("登记"))
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(twice) from error
