"""From a day on another agency is competent for an area: the row that was in force ends, another begins, and the open
cases go over, in one act (product.md: a case moves between agencies only by a recorded transfer).

Upper apps add to `obstacles` what keeps cases where they are: a batch under way, for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Agency, Jurisdiction, Post, User
from subsidy.accounts.rights import RIGHTS, Right, Role
from subsidy.accounts.routing import nearest
from subsidy.cases.models import Case, JointItem, JointSubmission
from subsidy.messages.notify import notify
from subsidy.reference import formats
from workflow import clock, perform
from workflow.perform import Conflict, NotAllowed, Refused
from workflow.states import ENDS

TRANSFER = "transfer"
Stage = Jurisdiction.Stage
COLUMNS: dict[str, str] = {
    Stage.LOCAL: "local_agency", Stage.LOCAL_FINANCE: "local_finance_agency", Stage.UPPER: "upper_agency",
    Stage.UPPER_FINANCE: "upper_finance_agency", Stage.PAY_MAKER: "pay_maker_agency",
    Stage.PAY_CHECKER: "pay_checker_agency",
}  # fmt: skip
"""Stage → the column of a case; whoever approves has none."""
WITH_THE_CALL = frozenset({Stage.UPPER, Stage.UPPER_FINANCE})
"""Where calls, panels, notices and plans lie with the agency, so that cases are concluded where they are."""
Obstacle = Callable[[str, Sequence[int]], str]
obstacles: list[Obstacle] = []
"""Each takes a stage and ids of cases, and gives the sentence why they cannot go now, or nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked: from `on`, `agency` is competent for this area, measure and stage, by this document."""

    measure: str
    stage: str
    area: str
    agency: Agency
    on: date
    document: str


@dataclass(frozen=True, slots=True)
class Handover:
    """What a change would do: the row that ends (or none), and the cases that go over."""

    ends: Jurisdiction | None
    cases: tuple[int, ...]

    @property
    def seen(self) -> str:
        """By what it is known again that nothing has changed since it was shown: the row that ends and the number."""
        return f"{self.ends.pk if self.ends else 0}:{len(self.cases)}"


def preview(change: Change) -> Handover:
    """What the change would do now. Raises Refused when it would leave a gap, overlap, or cannot be made now."""
    rows = Jurisdiction.objects.filter(measure=change.measure, stage=change.stage, area=change.area)
    ends = rows.on(change.on).select_related("agency").first()
    _refuse_days(change, ends)
    _refuse_gap(change, ends)
    if rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), valid_from__gte=change.on).exists():
        raise Refused(_("该区划自 %s 起或之后已登记受理单位，不能重叠，请核对日期。") % formats.day(change.on))
    found = Handover(ends, tuple(_going(change)))
    if found.cases:
        _refuse_obstacles(change.stage, found.cases)
    return found


def assign(change: Change, actor: Actor, *, seen: str) -> Jurisdiction:
    """Make the change: one row ends, another begins, the open cases go over, all or nothing.

    `seen` is what was shown (`Handover.seen`). Raises NotAllowed, Conflict when it is not so any more, or Refused.
    """
    if not actor.has(Right.ADMINISTER):
        raise NotAllowed(_("您的岗位不能办理此步骤。如需协助请联系系统管理员。"))
    try:
        with transaction.atomic():
            # Two changes of one measure and stage wait for each other, and nobody acts on the cases meanwhile.
            same = Jurisdiction.objects.filter(measure=change.measure, stage=change.stage)
            list(same.select_for_update().order_by("pk").values_list("pk", flat=True))
            list(Case.objects.select_for_update(of=("self",)).filter(pk__in=_going(change)).order_by("pk").only("pk"))
            found = preview(change)
            if found.seen != seen:
                told = _("受理单位或在办案件刚刚发生变化，现有 %(n)s 件将随之移交，请核对后重新确认。")
                raise Conflict(told % {"n": len(found.cases)})
            made = _begin(change, found, actor)
            _move(change, found, actor)
            _tell(change, found)
    except IntegrityError as error:
        raise Conflict(_("管辖刚刚发生变化，请刷新后重试。")) from error
    return made


# --- rules --------------------------------------------------------------------


def _refuse_days(change: Change, ends: Jurisdiction | None) -> None:
    if change.on > clock.today():
        raise Refused(_("移交须在生效当日或之后办理，请于 %s 办理。") % formats.day(change.on))
    if not Agency.objects.on(change.on).filter(pk=change.agency.pk).exists():
        raise Refused(_("该单位在 %s 尚未设立或已撤销。") % formats.day(change.on))
    if ends is not None and ends.agency_id == change.agency.pk:
        raise Refused(_("该区划这一环节的受理单位已是%s。") % change.agency.name)
    if ends is not None and ends.valid_from >= change.on:
        told = _("现受理单位自 %s 起受理，移交日期须晚于这一天。")
        raise Refused(told % formats.day(ends.valid_from))
    if ends is not None and ends.valid_to is not None:
        told = _("现受理单位已登记至 %s 止，请从这一天起另行登记。")
        raise Refused(told % formats.day(ends.valid_to))


def _refuse_gap(change: Change, ends: Jurisdiction | None) -> None:
    """Between the last agency of the area and this one nobody would be competent, unless the area above is served."""
    if ends is not None:
        return
    rows = Jurisdiction.objects.filter(measure=change.measure, stage=change.stage)
    before = rows.filter(area=change.area, valid_to__lte=change.on, valid_to__gt=F("valid_from")).order_by("-valid_to")
    last = before.values_list("valid_to", flat=True).first()
    if last is None or last == change.on:
        return
    if nearest(change.area, set(rows.on(last).values_list("area", flat=True))):
        return
    days = {"from": formats.day(last), "to": formats.day(change.on)}
    raise Refused(_("%(from)s 至 %(to)s 没有受理单位，不能中断，请从 %(from)s 起登记。") % days)


def _refuse_obstacles(stage: str, cases: Sequence[int]) -> None:
    if stage in WITH_THE_CALL:
        told = _("该区划有 %s 件在办案件，其申报通知、评审和资金方案由现单位办理，办结后才能变更。")
        raise Refused(told % len(cases))
    letters = JointItem.objects.filter(case__in=cases, joint__state=JointSubmission.State.DRAFT)
    if stage in {Stage.LOCAL, Stage.LOCAL_FINANCE} and (count := letters.count()):
        raise Refused(_("有 %s 件已列入尚未发出的联合上报，请先由现单位发出或移出。") % count)
    for obstacle in obstacles:
        if sentence := obstacle(stage, cases):
            raise Refused(sentence)


# --- cases --------------------------------------------------------------------


def _open(measure: str) -> QuerySet[Case]:
    return Case.objects.filter(measure=measure).exclude(state__in=ENDS)


def _going(change: Change) -> list[int]:
    """The open cases that the stage's rows lead to the new agency and that are not there, by id; three queries."""
    column = COLUMNS.get(change.stage)
    if column is None:
        return []
    rows = Jurisdiction.objects.on(clock.today()).filter(measure=change.measure, stage=change.stage)
    served = {*rows.values_list("area", flat=True), change.area}
    elsewhere = _open(change.measure).exclude(**{column: change.agency.pk})
    found = elsewhere.order_by().values_list("area", flat=True).distinct()
    areas = [area for area in found if nearest(area, served) == change.area]
    return list(elsewhere.filter(area__in=areas).order_by("pk").values_list("pk", flat=True))


def _begin(change: Change, found: Handover, actor: Actor) -> Jurisdiction:
    evidence = {"document": change.document, "to": change.agency.name, "on": change.on, "cases": len(found.cases)}
    if found.ends is not None:
        perform.perform(
            found.ends, "end", actor, note=change.document, evidence=evidence, changes={"valid_to": change.on},
        )  # fmt: skip
        evidence["from"] = found.ends.agency.name
    made = Jurisdiction.objects.create(
        measure=change.measure, stage=change.stage, area=change.area, agency=change.agency, valid_from=change.on
    )
    perform.created(made, actor, note=change.document, evidence=evidence)
    return made


def _move(change: Change, found: Handover, actor: Actor) -> None:
    if not found.cases:
        return
    changes: dict[str, object] = {f"{COLUMNS[change.stage]}_id": change.agency.pk}
    if change.stage == Stage.LOCAL:
        changes["handler_id"] = None
    evidence = {
        "stage": change.stage, "from": found.ends.agency.name if found.ends else "", "to": change.agency.name,
        "on": change.on,
    }  # fmt: skip
    perform.record_many(
        Case, found.cases, TRANSFER, actor, note=change.document, evidence=evidence, changes=changes
    )  # fmt: skip


def _tell(change: Change, found: Handover) -> None:
    """The staff of both agencies, and who files the cases; one message each."""
    if not found.cases:
        return
    agencies = [change.agency.pk, *([found.ends.agency_id] if found.ends else [])]
    roles = [role for role in Role if Right.READ_CASES in RIGHTS[role] and role != Role.APPLICANT]
    posts = Post.objects.on(clock.today())
    words = {"n": len(found.cases), "agency": change.agency.name, "stage": Stage(change.stage).label}
    title = _("%(n)s 件在办案件的“%(stage)s”已移交%(agency)s") % words
    notify(User.objects.filter(posts__in=posts.filter(agency__in=agencies, role__in=roles)).distinct(), title)
    firms = Case.objects.filter(pk__in=found.cases).values("enterprise")
    filing = posts.filter(enterprise__in=firms, role=Role.APPLICANT)
    told = _("您单位申报案件的“%(stage)s”自 %(day)s 起由%(agency)s办理，无需重新提交")
    notify(User.objects.filter(posts__in=filing).distinct(), told % {**words, "day": formats.day(change.on)})
