"""Recognised clusters and their members from workbooks.

A row of `clusters` is one recognition; the cluster is made when it is not there. A row of `members` is one period of
one member.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.accounts.actor import Actor
from subsidy.accounts.register_row import differences
from subsidy.accounts.rights import Right
from subsidy.accounts.territory import covers, territory
from subsidy.clusters.models import Cluster, Membership, Recognition
from subsidy.clusters.register import written
from subsidy.enterprises.imports import YES_NO
from subsidy.enterprises.models import Enterprise
from subsidy.imports.kinds import Change, ChosenField, Column, Kind, Line, Origin, register
from subsidy.imports.places import refuse_elsewhere, take_places
from subsidy.reference.fields import CreditCodeField, DayField, TextField
from subsidy.reference.text import fold
from workflow import perform

NO_END = gettext_lazy("没有期限的不填")


def take_enterprises(lines: Sequence[Line], column: str) -> None:
    """Put the registered enterprise in place of a credit code; refuse one that is not registered. One query."""
    codes = [line.values[column] for line in lines if line.values[column]]
    known = Enterprise.objects.in_bulk(codes, field_name="credit_code")
    for line in lines:
        code = line.values[column]
        line.values[column] = known.get(code)
        if code and code not in known:
            line.refuse(column, _("企业名录中没有此代码，请先登记该单位"))


def _refuse_backwards(lines: Sequence[Line]) -> None:
    for line in lines:
        until = line.values["valid_to"]
        if until is not None and until <= line.values["valid_from"]:
            line.refuse("valid_to", _("应晚于开始日期"))


def _refuse_overlaps(lines: Sequence[Line], rows: Sequence[Any], key: Any, of_row: Any) -> None:
    """Refuse a period that has a day in common with another one of the same, registered or in the workbook."""
    held: dict[Any, list[tuple[Any, Any]]] = defaultdict(list)
    replaced = {line.found.pk for line in lines if line.found is not None}
    for row in rows:
        if row.pk not in replaced:
            held[of_row(row)].append((row.valid_from, row.valid_to))
    for line in lines:
        if not line.good:
            continue
        since, until = line.values["valid_from"], line.values["valid_to"]
        for first, last in held[key(line)]:
            if (until is None or first < until) and (last is None or since < last):
                line.refuse("valid_from", _("与另一期间重叠：%(period)s") % {"period": written(first, last)})
                break
        else:
            held[key(line)].append((since, until))


# --- clusters with their recognitions -----------------------------------------


def examine_clusters(lines: Sequence[Line], actor: Actor) -> None:
    """New, changed, the same, or why not."""
    take_places(lines, "area")
    refuse_elsewhere(lines, actor, "area")
    take_enterprises(lines, "organisation")
    _refuse_backwards(lines)
    known = _clusters(lines)
    stems = territory(actor, Right.KEEP_REGISTERS)
    first: dict[str, Line] = {}
    for line in lines:
        cluster = line.values["cluster"] = known.get(line.values["code"])
        before = first.setdefault(line.values["code"], line)
        if cluster is not None and not covers(stems, *cluster.places()):
            line.refuse("code", _("该集群不由您所在的单位负责登记"))
        elif before.typed["name"] != line.typed["name"] or before.typed["organisation"] != line.typed["organisation"]:
            line.refuse("name", _("与第 %(row)s 行同一编号的名称或促进组织不一致") % {"row": before.number})
    rows = list(Recognition.objects.filter(cluster__in=known.values()).select_related("cluster"))
    held = {(row.cluster.code, row.level, row.valid_from): row for row in rows}
    for line in lines:
        values = line.values
        line.found = held.get((values["code"], values["level"], values["valid_from"]))
        if line.found is not None:
            same = not differences(line.found, _recognition(line)) and not _cluster_changes(line)
            line.change = Change.SAME if same else Change.CHANGED
    _refuse_overlaps(
        lines, rows, lambda line: (line.values["code"], line.values["level"]), lambda row: (row.cluster.code, row.level)
    )


def _clusters(lines: Sequence[Line]) -> dict[str, Cluster]:
    codes = [line.values["code"] for line in lines]
    return Cluster.objects.select_related("organisation").in_bulk(codes, field_name="code")


def _recognition(line: Line) -> dict[str, Any]:
    return {name: line.values[name] for name in ("document", "valid_to")}


def _cluster_changes(line: Line) -> dict[str, list[Any]]:
    return differences(line.values["cluster"], _cluster(line)) if line.values["cluster"] else {}


def _cluster(line: Line) -> dict[str, Any]:
    return {name: line.values[name] for name in ("name", "area", "organisation")}


def apply_clusters(lines: Sequence[Line], actor: Actor, origin: Origin) -> None:
    """Clusters first, then their recognitions; every cluster gets one entry for its lines of the workbook."""
    of: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        of[line.values["code"]].append(line)
    known = _clusters(lines)
    made = Cluster.objects.bulk_create(Cluster(code=code, **_cluster(of[code][0])) for code in of if code not in known)
    perform.created_many(made, actor, each={row.pk: origin.of(of[row.code][0]) for row in made})
    each = {
        row.pk: {**origin.of(of[code][0]), "changes": differences(row, _cluster(of[code][0]))}
        for code, row in known.items()
        if differences(row, _cluster(of[code][0]))
    }
    changed = [row for row in known.values() if row.pk in each]
    perform.record_many(Cluster, each, "change", actor, each=each)
    for row in changed:
        row.name, row.area, row.organisation = _cluster(of[row.code][0]).values()
    Cluster.objects.bulk_update(changed, ["name", "area", "organisation"])
    clusters = known | {row.code: row for row in made}
    _apply_dated(lines, Recognition, ["document", "valid_to"], lambda line: Recognition(
        cluster=clusters[line.values["code"]], level=line.values["level"], valid_from=line.values["valid_from"],
        **_recognition(line),
    ))  # fmt: skip
    said = {
        clusters[code].pk: {
            **origin.of(found[0]),
            "what": "；".join(
                f"{Recognition.Level(line.values['level']).label} {line.values['document']} "
                f"{written(line.values['valid_from'], line.values['valid_to'])}"
                for line in found
            ),
        }
        for code, found in of.items()
    }
    perform.record_many(Cluster, said, "recognise", actor, each=said)


def _apply_dated(lines: Sequence[Line], model: Any, columns: list[str], make: Any) -> None:
    """Make the new rows and change the found ones."""
    model.objects.bulk_create(make(line) for line in lines if line.found is None)
    found = [line for line in lines if line.found is not None]
    for line in found:
        for name in columns:
            setattr(line.found, name, line.values[name])
    model.objects.bulk_update([line.found for line in found], columns)


# --- members ------------------------------------------------------------------


def examine_members(lines: Sequence[Line], actor: Actor) -> None:
    """New, changed, the same, or why not."""
    _refuse_backwards(lines)
    take_enterprises(lines, "enterprise")
    known = Cluster.objects.in_bulk([line.values["code"] for line in lines], field_name="code")
    stems = territory(actor, Right.KEEP_REGISTERS)
    rows = list(Membership.objects.filter(cluster__in=known.values()))
    held = {(row.cluster_id, row.enterprise_id, row.valid_from): row for row in rows}
    for line in lines:
        cluster, enterprise = known.get(line.values["code"]), line.values["enterprise"]
        line.values["cluster"] = cluster
        if cluster is None or not covers(stems, *cluster.places()):
            line.refuse("code", _("没有此编号的集群，请先导入认定名录"))
            continue
        if enterprise is None:
            continue
        if fold(line.values["name"]) != enterprise.name_key:
            line.refuse("name", _("该代码登记的名称为“%(name)s”") % {"name": enterprise.name})
        line.found = held.get((cluster.pk, enterprise.pk, line.values["valid_from"]))
        if line.found is not None:
            line.change = Change.CHANGED if differences(line.found, _membership(line)) else Change.SAME
    _refuse_overlaps(
        lines, rows, lambda line: (line.values["cluster"].pk, line.values["enterprise"].pk),
        lambda row: (row.cluster_id, row.enterprise_id),
    )  # fmt: skip


def _membership(line: Line) -> dict[str, Any]:
    return {name: line.values[name] for name in ("is_head", "valid_to")}


def apply_members(lines: Sequence[Line], actor: Actor, origin: Origin) -> None:
    """Members with their dates; every cluster gets one entry that names them all."""
    of: dict[Cluster, list[Line]] = defaultdict(list)
    for line in lines:
        of[line.values["cluster"]].append(line)
    each = {
        cluster.pk: {
            **origin.of(found[0]),
            "what": _("%(n)s 家：%(names)s")
            % {"n": len(found), "names": "、".join(line.values["enterprise"].name for line in found)},
            "members": [
                [line.values["enterprise"].credit_code, line.values["is_head"], *_days(line)] for line in found
            ],
        }
        for cluster, found in of.items()
    }
    perform.record_many(Cluster, each, "add_member", actor, each=each)
    _apply_dated(lines, Membership, ["is_head", "valid_to"], lambda line: Membership(
        cluster=line.values["cluster"], enterprise=line.values["enterprise"], valid_from=line.values["valid_from"],
        **_membership(line),
    ))  # fmt: skip


def _days(line: Line) -> list[Any]:
    return [line.values["valid_from"], line.values["valid_to"]]


register(
    Kind(
        key="clusters", label=gettext_lazy("集群认定名录"), right=Right.KEEP_REGISTERS, back="clusters:list",
        identity=("code", "level", "valid_from"), examine=examine_clusters, apply=apply_clusters,
        columns=(
            Column("code", gettext_lazy("集群编号"), TextField(max_length=32)),
            Column("name", gettext_lazy("集群名称"), TextField(max_length=100)),
            Column("area", gettext_lazy("所在地区"), TextField(), gettext_lazy("区划代码或名称，例如 220000 吉林省")),
            Column("level", gettext_lazy("级别"), ChosenField(Recognition.Level.choices)),
            Column("document", gettext_lazy("认定文件"), TextField(max_length=120), gettext_lazy("文号或名称")),
            Column("valid_from", gettext_lazy("认定日期"), DayField()),
            Column("valid_to", gettext_lazy("终止日期"), DayField(required=False), NO_END),
            Column(
                "organisation", gettext_lazy("集群发展促进组织的统一社会信用代码"), CreditCodeField(required=False),
                gettext_lazy("须已在企业名录中登记"),
            ),
        ),
    )
)  # fmt: skip
register(
    Kind(
        key="members", label=gettext_lazy("集群成员"), right=Right.KEEP_REGISTERS, back="clusters:list",
        identity=("code", "enterprise", "valid_from"), examine=examine_members, apply=apply_members,
        columns=(
            Column("code", gettext_lazy("集群编号"), TextField(max_length=32)),
            Column("enterprise", gettext_lazy("统一社会信用代码"), CreditCodeField()),
            Column("name", gettext_lazy("单位名称"), TextField(max_length=100)),
            Column("is_head", gettext_lazy("头部企业"), ChosenField(YES_NO, required=False, empty=False)),
            Column("valid_from", gettext_lazy("加入日期"), DayField()),
            Column("valid_to", gettext_lazy("退出日期"), DayField(required=False), NO_END),
        ),
    )
)  # fmt: skip
