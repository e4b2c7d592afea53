"""Bring in what a list says: a whole list from a workbook, or one enterprise that was looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency
from subsidy.accounts.rights import Right
from subsidy.enterprises.credit import workbook
from subsidy.enterprises.credit.models import CreditList, ListEntry, ListImport
from subsidy.enterprises.models import Enterprise
from subsidy.reference import formats
from subsidy.reference.number import next_number
from subsidy.reference.text import fold
from workflow import clock, outbox
from workflow.machine import Competence
from workflow.perform import NotAllowed, Refused, created, perform

JOB = "enterprises.read_list"
SERIES = "XY"


@dataclass(frozen=True, slots=True)
class Document:
    """A kept file: SHA-256 of its bytes and the name it came under."""

    digest: str
    name: str


def keep_list(
    actor: Actor, agency: Agency, *, code: str, name: str, authority: str, measure: str, source: str
) -> CreditList:
    """A list that a measure keeps or uses itself. Raises NotAllowed, or Refused when the code is taken."""
    if not actor.may(Right.KEEP_LISTS, Competence(measure, agencies=frozenset({agency.pk}))):
        raise NotAllowed(_("您的岗位不能管理信用名单。如需协助请联系系统管理员。"))
    if measure not in actor.measures_with(Right.KEEP_LISTS):
        raise NotAllowed(_("本单位不负责所选政策，不能为其建立名单。"))
    made, is_new = CreditList.objects.get_or_create(
        code=code, defaults={"name": name, "authority": authority, "measure": measure, "source": source}
    )
    if not is_new:
        raise Refused(_("代码“%(code)s”已被名单“%(name)s”使用，请另取代码。") % {"code": code, "name": made.name})
    return made


@transaction.atomic
def bring_in(
    actor: Actor, agency: Agency, credit_list: CreditList, *, source: str, as_of: date, document: Document
) -> ListImport:
    """A whole list from a workbook that is kept; a job reads it, then a person records it.

    Raises NotAllowed, or Refused for a day to come.
    """
    if not actor.may(Right.KEEP_LISTS, Competence(credit_list.measure, agencies=frozenset({agency.pk}))):
        raise NotAllowed(_("您的岗位不能导入信用名单。如需协助请联系系统管理员。"))
    statement = _statement(
        actor, agency, credit_list, ListImport.Coverage.WHOLE, source=source, as_of=as_of, document=document
    )
    outbox.enqueue(JOB, {"statement": statement.pk}, key=f"{JOB}:{statement.pk}", asked_by=actor.id)
    return statement


@transaction.atomic
def look_up(
    actor: Actor, agency: Agency, credit_list: CreditList, enterprise: Enterprise, *,
    listed: bool, source: str, as_of: date, document: Document, reference: str = "", listed_on: date | None = None,
) -> ListImport:  # fmt: skip
    """What a list says about one enterprise, recorded at once.

    Raises NotAllowed, or Refused for a day to come, a listing after the day of the look-up, or the particulars of a
    listing about somebody who is not listed.
    """
    if not actor.may(Right.LOOK_UP_CREDIT, Competence(credit_list.measure, agencies=frozenset({agency.pk}))):
        raise NotAllowed(_("您的岗位不能登记信用查询。如需协助请联系系统管理员。"))
    if fault := fault_of_listing(listed, reference, listed_on, as_of):
        raise Refused(fault[1])
    statement = _statement(
        actor, agency, credit_list, ListImport.Coverage.SOME, source=source, as_of=as_of, document=document,
        read_at=clock.now(), rows=1,
    )  # fmt: skip
    ListEntry.objects.create(
        statement=statement, position=1, credit_code=enterprise.credit_code, name=enterprise.name,
        name_key=enterprise.name_key, listed=listed, reference=reference, listed_on=listed_on,
    )  # fmt: skip
    return record(statement, actor, version=statement.version)


def fault_of_listing(
    listed: bool, reference: str, listed_on: date | None, as_of: date | None
) -> tuple[str, str] | None:
    """What does not fit together in a look-up: the field, and the sentence; None when all of it does."""
    if not listed and reference:
        return "reference", _("查询结果为“未列入”，不应有案号或文号；请删除，或将结果改为“已列入”。")
    if not listed and listed_on:
        return "listed_on", _("查询结果为“未列入”，不应有列入日期；请删除，或将结果改为“已列入”。")
    if listed_on and as_of and listed_on > as_of:
        return "listed_on", _("列入日期不能晚于查询日期 %(day)s。") % {"day": formats.day(as_of)}
    return None


def record(statement: ListImport, actor: Actor, *, version: int | None = None) -> ListImport:
    """Make an import count. What it changes about enterprises is written down, and cases follow in the same act."""
    evidence = {
        "list": statement.credit_list_id, "as_of": statement.as_of, "rows": statement.rows,
        "document": statement.evidence,
    }  # fmt: skip
    return perform(statement, "record", actor, version=version, evidence=evidence, changes={"recorded_at": clock.now()})


def discard(statement: ListImport, actor: Actor, *, version: int | None = None) -> ListImport:
    """Give an import up before it counts; it stays on file."""
    return perform(statement, "discard", actor, version=version)


def _statement(
    actor: Actor, agency: Agency, credit_list: CreditList, coverage: ListImport.Coverage, *,
    source: str, as_of: date, document: Document, **values: Any,
) -> ListImport:  # fmt: skip
    if as_of > clock.today():
        raise Refused(_("数据日期不能晚于今天。"))
    statement = ListImport.objects.create(
        number=next_number(SERIES, clock.today().year), credit_list=credit_list, coverage=coverage, source=source,
        as_of=as_of, agency=agency, operator_id=actor.person_id, made_at=clock.now(), evidence=document.digest,
        evidence_name=document.name[:200], **values,
    )  # fmt: skip
    created(statement, actor, evidence={"list": credit_list.pk, "as_of": as_of, "document": document.digest})
    return statement


@outbox.handler(JOB)
def read_list(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read the workbook of an import into entries; a second run finds it read and does nothing."""
    with transaction.atomic():
        statement = ListImport.objects.select_for_update(of=("self",)).get(pk=arguments["statement"])
        if statement.read_at is not None or statement.state != ListImport.State.DRAFT:
            return {"rows": statement.rows}
        lines, faults = workbook.read_kept(statement.evidence)
        ListEntry.objects.bulk_create(
            (
                ListEntry(
                    statement=statement, position=line.row, credit_code=line.credit_code, name=line.name,
                    name_key=fold(line.name), reference=line.reference, listed_on=line.listed_on,
                )
                for line in lines
            ),
            batch_size=2000,
        )  # fmt: skip
        statement.rows, statement.faults, statement.read_at = len(lines), faults, clock.now()
        statement.save(update_fields=["rows", "faults", "read_at"])
    return {"rows": len(lines), "faults": len(faults)}
