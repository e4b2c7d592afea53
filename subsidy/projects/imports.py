"""Projects from workbooks, and what hangs on them: years, partners, assets, invoices, measured projects.

A project is known by its filing document; the other lists name it in their first column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.accounts.actor import Actor
from subsidy.accounts.register_row import differences
from subsidy.accounts.rights import Right
from subsidy.accounts.territory import covers, territory
from subsidy.clusters.imports import take_enterprises
from subsidy.enterprises.imports import YES_NO
from subsidy.imports.kinds import Change, ChosenField, Column, Kind, Line, Origin, register
from subsidy.imports.places import places, refuse_elsewhere, take_industries, take_places
from subsidy.projects.forms import CENT, FIRST_YEAR, LAST_YEAR
from subsidy.projects.models import Asset, Invoice, MeasuredProject, Partner, Project, ProjectYear
from subsidy.reference.fields import CreditCodeField, DayField, MoneyField, NumberField, TextField
from subsidy.reference.text import fold
from workflow import perform

PROJECT = (
    "enterprise", "name", "filing_kind", "filing_date", "code", "area", "industry", "total_investment",
    "expected_investment", "started_on", "finished_on",
)  # fmt: skip
NOTHING = Decimal(0)


# --- projects -----------------------------------------------------------------


def examine_projects(lines: Sequence[Line], actor: Actor) -> None:
    """New, changed, the same, or why not."""
    take_places(lines, "area")
    refuse_elsewhere(lines, actor, "area")
    take_industries(lines)
    take_enterprises(lines, "enterprise")
    known = _known(lines)
    stems = territory(actor, Right.KEEP_REGISTERS)
    for line in lines:
        line.found = known.get(fold(line.values["filing_number"]))
        if line.found is not None and not covers(stems, *line.found.places()):
            line.refuse("filing_number", _("该立项文号已由其他地区登记"))
        elif line.found is not None and line.good:
            line.change = Change.CHANGED if differences(line.found, _project(line)) else Change.SAME


def apply_projects(lines: Sequence[Line], actor: Actor, origin: Origin) -> None:
    """Make and change the projects, each with its entry."""
    new = [line for line in lines if line.found is None]
    made = Project.objects.bulk_create(
        Project(
            **_project(line), filing_number=line.values["filing_number"],
            filing_key=fold(line.values["filing_number"]),
        )
        for line in new
    )  # fmt: skip
    perform.created_many(made, actor, each={row.pk: origin.of(line) for row, line in zip(made, new, strict=True)})
    changed = [line for line in lines if line.found is not None]
    each = {line.found.pk: {**origin.of(line), "changes": differences(line.found, _project(line))} for line in changed}
    perform.record_many(Project, each, "change", actor, each=each)
    _set(changed, PROJECT)
    Project.objects.bulk_update([line.found for line in changed], PROJECT)


def _project(line: Line) -> dict[str, Any]:
    return {name: line.values[name] for name in PROJECT}


def _known(lines: Sequence[Line]) -> dict[str, Project]:
    keys = [fold(line.values["filing_number"]) for line in lines]
    return Project.objects.select_related("enterprise").in_bulk(keys, field_name="filing_key")


def _set(lines: Sequence[Line], names: Sequence[str]) -> None:
    for line in lines:
        for name in names:
            setattr(line.found, name, line.values[name])


# --- what hangs on a project --------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hanging:
    """Rows of a project: their model, the entry they leave, the columns that a line sets, and what they are known by.

    `key` gives the columns by which a row is known, from the values of a line; `names` are those that may change.
    """

    model: Any
    code: str
    names: tuple[str, ...]
    key: Callable[[Mapping[str, Any]], dict[str, Any]]

    def examine(self, lines: Sequence[Line], actor: Actor) -> None:
        """New, changed, the same, or why not."""
        projects = _known(lines)
        stems = territory(actor, Right.KEEP_REGISTERS)
        held = {self._identity(row): row for row in self.model.objects.filter(project__in=projects.values())}
        for line in lines:
            project = line.values["project"] = projects.get(fold(line.values["filing_number"]))
            if project is None or not covers(stems, *project.places()):
                line.refuse("filing_number", _("项目库中没有此立项文号，请先登记项目"))
                continue
            line.found = held.get((project.pk, *self.key(line.values).values()))
            if line.found is not None:
                line.change = Change.CHANGED if differences(line.found, self._columns(line)) else Change.SAME

    def apply(self, lines: Sequence[Line], actor: Actor, origin: Origin) -> None:
        """Make and change the rows; every project gets one entry that names its rows of the workbook."""
        of: dict[Project, list[Line]] = defaultdict(list)
        for line in lines:
            of[line.values["project"]].append(line)
        each = {
            project.pk: {
                **origin.of(found[0]), "rows": [line.number for line in found],
                "what": _("%(n)s 条") % {"n": len(found)},
                "values": [{column: str(text) for column, text in line.typed.items()} for line in found],
            }
            for project, found in of.items()
        }  # fmt: skip
        perform.record_many(Project, each, self.code, actor, each=each)
        self.model.objects.bulk_create(
            self.model(project=line.values["project"], **self.key(line.values), **self._columns(line))
            for line in lines
            if line.found is None
        )
        changed = [line for line in lines if line.found is not None]
        _set(changed, self.names)
        self.model.objects.bulk_update([line.found for line in changed], self.names)

    def _identity(self, row: Any) -> tuple[Any, ...]:
        return (row.project_id, *self.key({name: getattr(row, name, None) for name in _names(row)}).values())

    def _columns(self, line: Line) -> dict[str, Any]:
        return {name: line.values[name] for name in self.names}


def _names(row: Any) -> list[str]:
    return [column.attname for column in row._meta.concrete_fields]


YEARS = Hanging(ProjectYear, "set_year", ("total", "fixed_assets"), lambda values: {"year": values["year"]})
PARTNERS = Hanging(
    Partner, "add_partner", ("name", "role", "code", "task", "valid_from", "valid_to"),
    lambda values: {"name_key": fold(values["name"])},
)  # fmt: skip
ASSETS = Hanging(
    Asset, "add_asset", ("number", "name", "model", "acquired_on", "amount", "supported"),
    lambda values: {"number_key": fold(values["number"])},
)  # fmt: skip
INVOICES = Hanging(
    Invoice, "add_invoice", ("number", "seller", "dated", "summary", "gross", "tax"),
    lambda values: {"number_key": fold(values["number"]), "seller_key": fold(values["seller"])},
)  # fmt: skip
MEASURED = Hanging(
    MeasuredProject, "measure", ("reported_on", "argued"),
    lambda values: {"kind": values["kind"], "round": values["round"]},
)  # fmt: skip


def examine_years(lines: Sequence[Line], actor: Actor) -> None:
    """As `Hanging.examine`; the part is no more than the whole."""
    for line in lines:
        if line.values["fixed_assets"] > line.values["total"]:
            line.refuse("fixed_assets", _("不能大于完成总投资"))
    YEARS.examine(lines, actor)


def examine_invoices(lines: Sequence[Line], actor: Actor) -> None:
    """As `Hanging.examine`; an invoice stands in one project only, whosever that is."""
    INVOICES.examine(lines, actor)
    numbers = [fold(line.values["number"]) for line in lines]
    held = {(row.number_key, row.seller_key): row for row in Invoice.objects.filter(number_key__in=numbers)}
    for line in lines:
        if line.values["tax"] >= line.values["gross"]:
            line.refuse("tax", _("应小于含税金额"))
        other = held.get((fold(line.values["number"]), fold(line.values["seller"])))
        if other is not None and line.found is None:
            line.refuse("number", _("同一销售方的该发票号码已登记在另一个项目"))


# --- the tables ---------------------------------------------------------------


def _column(key: str, label: str | Promise, field: Any, note: str | Promise = "") -> Column:
    return Column(key, label, field, note)


OF = _column("filing_number", gettext_lazy("立项文号"), TextField(max_length=80), gettext_lazy("须已在项目库中登记"))
YEAR = NumberField(min_value=FIRST_YEAR, max_value=LAST_YEAR)


def _kind(
    key: str, label: str | Promise, hanging: Hanging, identity: tuple[str, ...], *columns: Column, examine: Any = None
) -> None:
    register(
        Kind(
            key=key, label=label, right=Right.KEEP_REGISTERS, back="projects:list", columns=(OF, *columns),
            identity=identity, examine=examine or hanging.examine, apply=hanging.apply,
        )
    )  # fmt: skip


register(
    Kind(
        key="projects", label=gettext_lazy("项目"), right=Right.KEEP_REGISTERS, back="projects:list",
        identity=("filing_number",), examine=examine_projects, apply=apply_projects,
        columns=(
            _column("filing_number", gettext_lazy("立项文号"), TextField(max_length=80)),
            _column("name", gettext_lazy("项目名称"), TextField(max_length=120), gettext_lazy("与立项文件逐字一致")),
            _column("enterprise", gettext_lazy("实施单位统一社会信用代码"), CreditCodeField(),
                    gettext_lazy("须已在企业名录中登记")),
            _column("filing_kind", gettext_lazy("立项类型"), ChosenField(Project.FilingKind.choices)),
            _column("filing_date", gettext_lazy("立项日期"), DayField(required=False)),
            _column("code", gettext_lazy("项目代码"), TextField(max_length=40, required=False)),
            Column("area", gettext_lazy("建设地点"), TextField(), gettext_lazy("区划代码或名称"), offered=places),
            _column("industry", gettext_lazy("行业代码"), TextField(max_length=8, required=False)),
            _column("total_investment", gettext_lazy("立项总投资（元）"), MoneyField(min_value=CENT)),
            _column("expected_investment", gettext_lazy("预计完成总投资（元）"), MoneyField(required=False)),
            _column("started_on", gettext_lazy("开工日期"), DayField(required=False)),
            _column("finished_on", gettext_lazy("完工日期"), DayField(required=False)),
        ),
    )
)  # fmt: skip
_kind(
    "years", gettext_lazy("项目年度完成情况"), YEARS, ("filing_number", "year"),
    _column("year", gettext_lazy("年度"), YEAR),
    _column("total", gettext_lazy("完成总投资（元）"), MoneyField(min_value=NOTHING)),
    _column("fixed_assets", gettext_lazy("其中新增固定资产投资（元）"), MoneyField(min_value=NOTHING)),
    examine=examine_years,
)  # fmt: skip
_kind(
    "partners", gettext_lazy("项目合作单位"), PARTNERS, ("filing_number", "name"),
    _column("name", gettext_lazy("合作单位"), TextField(max_length=100)),
    _column("role", gettext_lazy("类别"), ChosenField(Partner.Role.choices)),
    _column("code", gettext_lazy("统一社会信用代码"), CreditCodeField(required=False)),
    _column("task", gettext_lazy("承担内容"), TextField(max_length=200, required=False)),
    _column("valid_from", gettext_lazy("自"), DayField(required=False)),
    _column("valid_to", gettext_lazy("至"), DayField(required=False)),
)  # fmt: skip
_kind(
    "assets", gettext_lazy("项目资产"), ASSETS, ("filing_number", "number"),
    _column("number", gettext_lazy("资产编号"), TextField(max_length=60)),
    _column("name", gettext_lazy("资产名称"), TextField(max_length=120)),
    _column("model", gettext_lazy("规格型号"), TextField(max_length=120, required=False)),
    _column("acquired_on", gettext_lazy("购置日期"), DayField(required=False)),
    _column("amount", gettext_lazy("原值（元）"), MoneyField(min_value=CENT)),
    _column("supported", gettext_lazy("已获其他财政资金支持"), ChosenField(YES_NO, required=False, empty=False)),
)  # fmt: skip
_kind(
    "invoices", gettext_lazy("项目发票"), INVOICES, ("number", "seller"),
    _column("number", gettext_lazy("发票号码"), TextField(max_length=40), gettext_lazy("按文本填写，不要存成数字")),
    _column("seller", gettext_lazy("销售方"), TextField(max_length=100)),
    _column("dated", gettext_lazy("开票日期"), DayField()),
    _column("summary", gettext_lazy("摘要"), TextField(max_length=120, required=False)),
    _column("gross", gettext_lazy("金额（含税，元）"), MoneyField(min_value=CENT)),
    _column("tax", gettext_lazy("其中税额（元）"), MoneyField(min_value=NOTHING)),
    examine=examine_invoices,
)  # fmt: skip
_kind(
    "measured", gettext_lazy("测算项目"), MEASURED, ("filing_number", "kind", "round"),
    _column("kind", gettext_lazy("类别"), ChosenField(MeasuredProject.Kind.choices)),
    _column("round", gettext_lazy("测算年度"), YEAR),
    _column("reported_on", gettext_lazy("上报日期"), DayField(required=False)),
    _column(
        "argued", gettext_lazy("项目论证评估"),
        ChosenField([(True, gettext_lazy("已通过")), (False, gettext_lazy("未通过"))], required=False),
        gettext_lazy("尚无结论的不填"),
    ),
)  # fmt: skip
