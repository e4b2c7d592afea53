"""Enter a cluster, its recognitions and its members; each is dated, and each change stands in the cluster's history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.register_row import check_keeper, check_seen, correct, differences
from subsidy.clusters.models import Cluster, Membership, Recognition
from subsidy.enterprises.models import Enterprise
from subsidy.reference import formats
from workflow import perform
from workflow.perform import Refused


def add(actor: Actor, values: Mapping[str, Any]) -> Cluster:
    """A new cluster. Raises NotAllowed outside the keeper's territory, Refused when the code is taken."""
    check_keeper(actor, values["area"])
    try:
        with transaction.atomic():
            row = Cluster.objects.create(**values)
            perform.created(row, actor, evidence={"code": row.code, "name": row.name})
    except IntegrityError as error:
        raise Refused(_("集群编号 %(code)s 已登记。") % {"code": values["code"]}) from error
    return row


def change(row: Cluster, actor: Actor, values: Mapping[str, Any], *, version: int) -> Cluster:
    """Change columns of the cluster itself. Raises NotAllowed, Conflict, or Refused when the code is taken."""
    check_keeper(actor, *row.places())
    check_keeper(actor, values.get("area", row.area))
    changes = differences(row, values)
    if not changes:
        check_seen(row, version, _("修改登记"))
        return row
    try:
        with transaction.atomic():
            return perform.record(
                row, "change", actor, evidence={"changes": changes}, version=version, label=_("修改登记"),
                changes={name: values[name] for name in changes},
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused(_("集群编号 %(code)s 已登记。") % {"code": values["code"]}) from error


def recognise(
    row: Cluster,
    actor: Actor,
    level: Recognition.Level,
    document: str,
    since: date,
    until: date | None,
    *,
    version: int,
) -> Recognition:
    """A level recognised by a document, from a day until (not including) a day.

    Raises NotAllowed, Conflict, or Refused when it overlaps one of the same level or ends before it begins.
    """
    check_keeper(actor, *row.places())
    what = f"{level.label} {document} {written(since, until)}"
    with transaction.atomic():
        perform.record(row, "recognise", actor, evidence={"what": what}, version=version, label=_("登记认定"))
        _refuse_overlap(row.recognitions.filter(level=level), since, until)
        return Recognition.objects.create(
            cluster=row, level=level, document=document, valid_from=since, valid_to=until
        )  # fmt: skip


def end_recognition(one: Recognition, actor: Actor, on: date, note: str, *, version: int) -> None:
    """A level ends on a day, that day not included. Raises NotAllowed, Conflict or Refused."""
    check_keeper(actor, *one.cluster.places())
    what = f"{one.get_level_display()} {one.document} {written(one.valid_from, on)}"
    with transaction.atomic():
        perform.record(
            one.cluster, "end_recognition", actor, note=note, evidence={"what": what}, version=version,
            label=_("登记认定终止"),
        )  # fmt: skip
        _end(Recognition.objects.filter(pk=one.pk), one.valid_from, on)


def correct_recognition(
    one: Recognition, actor: Actor, values: Mapping[str, Any], note: str, *, version: int
) -> None:  # fmt: skip
    """Put right what was entered of a recognition. Raises as `correct`, and Refused for an overlap."""
    others = one.cluster.recognitions.filter(level=values["level"]).exclude(pk=one.pk)
    _put_right(one, actor, "correct_recognition", values, note, others, version)


def correct_membership(
    one: Membership, actor: Actor, values: Mapping[str, Any], note: str, *, version: int
) -> None:  # fmt: skip
    """Put right what was entered of a member. Raises as `correct`, and Refused for an overlap."""
    others = one.cluster.memberships.filter(enterprise=one.enterprise_id).exclude(pk=one.pk)
    _put_right(one, actor, "correct_membership", values, note, others, version)


def _put_right(
    one: Recognition | Membership, actor: Actor, code: str, values: Mapping[str, Any], note: str,
    others: models.QuerySet[Any], version: int,
) -> None:  # fmt: skip
    since, until = values["valid_from"], values["valid_to"]
    check_keeper(actor, *one.cluster.places())
    _refuse_disorder(since, until)
    with transaction.atomic():
        correct(one.cluster, one, actor, code, values, note=note, version=version)
        _refuse_overlap(others, since, until)


def add_member(
    row: Cluster, actor: Actor, enterprise: Enterprise, since: date, until: date | None, *, is_head: bool, version: int
) -> Membership:
    """An enterprise belongs to the cluster from a day on, as head or member. Raises as `recognise` does."""
    check_keeper(actor, *row.places())
    what = f"{enterprise.name} {written(since, until)}" + (f" {_('头部企业')}" if is_head else "")
    with transaction.atomic():
        perform.record(row, "add_member", actor, evidence={"what": what}, version=version, label=_("登记成员"))
        _refuse_overlap(row.memberships.filter(enterprise=enterprise), since, until)
        return Membership.objects.create(
            cluster=row, enterprise=enterprise, is_head=is_head, valid_from=since, valid_to=until
        )  # fmt: skip


def end_membership(one: Membership, actor: Actor, on: date, note: str, *, version: int) -> None:
    """An enterprise leaves, or is head no more, from a day on. Raises NotAllowed, Conflict or Refused."""
    check_keeper(actor, *one.cluster.places())
    what = f"{one.enterprise.name} {written(one.valid_from, on)}"
    with transaction.atomic():
        perform.record(
            one.cluster, "end_membership", actor, note=note, evidence={"what": what}, version=version,
            label=_("登记成员退出"),
        )  # fmt: skip
        _end(Membership.objects.filter(pk=one.pk), one.valid_from, on)


def written(since: date, until: date | None) -> str:
    """A half-open period in words."""
    if until is None:
        return _("自 %(from)s 起") % {"from": formats.day(since)}
    return _("%(from)s 至 %(to)s（不含）") % {"from": formats.day(since), "to": formats.day(until)}


def overlap(since: date, until: date | None) -> Q:
    """Periods that have a day in common with this one."""
    later = Q() if until is None else Q(valid_from__lt=until)
    return later & (Q(valid_to__isnull=True) | Q(valid_to__gt=since))


def _refuse_overlap(rows: models.QuerySet[Any], since: date, until: date | None) -> None:
    _refuse_disorder(since, until)
    other = rows.filter(overlap(since, until)).first()
    if other is not None:
        raise Refused(
            _("与已登记的期间重叠：%(period)s。请先登记其终止日期。")
            % {"period": written(other.valid_from, other.valid_to)}
        )


def _refuse_disorder(since: date, until: date | None) -> None:
    if until is not None and until <= since:
        raise Refused(_("终止日期应晚于开始日期。"))


def _end(rows: models.QuerySet[Any], since: date, on: date) -> None:
    if on <= since:
        raise Refused(_("终止日期应晚于开始日期 %(day)s。") % {"day": formats.day(since)})
    if not rows.filter(valid_to__isnull=True).update(valid_to=on):
        raise Refused(_("终止日期已经登记，不能再改。"))
