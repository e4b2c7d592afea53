"""Projects with their filing documents, and Zhongshan's measured projects (Zhongshan Art. 3, 9)."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.register_row import Entry
from subsidy.reference.search import Bigrams, Fold
from workflow.machine import MoveTable, StateField, append_only, never_deleted, state_trigger


class ProjectState(models.TextChoices):
    """Where a project stands in the register."""

    LISTED = "listed", _("在库")
    STRUCK = "struck", _("已作废")


PROJECT_MOVES: MoveTable = {
    "strike": ((ProjectState.LISTED,), ProjectState.STRUCK),
    "restore": ((ProjectState.STRUCK,), ProjectState.LISTED),
}


class Project(Entry):
    """A project of an enterprise. One project is one filing document (立项), and one document one project."""

    MOVES = PROJECT_MOVES
    State = ProjectState

    class FilingKind(models.TextChoices):
        PERMIT = "permit", _("核准")
        APPROVAL = "approval", _("审批")
        RECORD = "record", _("备案")

    state = StateField(_("登记状态"), choices=ProjectState, default=ProjectState.LISTED)
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", models.PROTECT, related_name="projects", verbose_name=_("实施单位")
    )
    name = models.CharField(_("项目名称"), max_length=120)
    code = models.CharField(_("项目代码"), max_length=40, blank=True)
    area = models.CharField(_("建设地点区划代码"), max_length=12)
    industry = models.CharField(_("行业代码"), max_length=8, blank=True)
    filing_kind = models.CharField(_("立项类型"), max_length=12, choices=FilingKind, default=FilingKind.RECORD)
    filing_number = models.CharField(_("立项文号"), max_length=80)
    filing_key = models.CharField(max_length=80, help_text="reference.text.fold of the number")
    filing_date = models.DateField(_("立项日期"), null=True, blank=True)
    total_investment = models.DecimalField(_("立项总投资"), max_digits=18, decimal_places=2)
    expected_investment = models.DecimalField(
        _("预计完成总投资"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    started_on = models.DateField(_("开工日期"), null=True, blank=True)
    finished_on = models.DateField(_("完工日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("项目")
        constraints = [models.UniqueConstraint(fields=["filing_key"], name="one_project_per_filing")]
        indexes = [
            models.Index(fields=["name", "id"], name="project_by_name"),
            GinIndex(Bigrams(Fold("name")), name="project_name_pairs"),
        ]
        triggers = [state_trigger(PROJECT_MOVES), never_deleted()]

    def __str__(self) -> str:
        return self.name

    @property
    def chain_number(self) -> str:
        """What its history begins with."""
        return f"{self.filing_number} {self.name}"

    def places(self) -> tuple[str, ...]:
        """Where it is built."""
        return (self.area,)


class Partner(models.Model):
    """Who takes part in a project beside the implementing enterprise (Jilin Art. 4: 产学研合作), dated."""

    class Role(models.TextChoices):
        UNIVERSITY = "university", _("高校")
        INSTITUTE = "institute", _("科研院所")
        BANK = "bank", _("金融机构")
        ENTERPRISE = "enterprise", _("企业")
        OTHER = "other", _("其他")

    project = models.ForeignKey(Project, models.PROTECT, related_name="partners")
    name = models.CharField(_("合作单位"), max_length=100)
    name_key = models.CharField(max_length=120, help_text="reference.text.fold of the name")
    code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    role = models.CharField(_("类别"), max_length=12, choices=Role)
    task = models.CharField(_("承担内容"), max_length=200, blank=True)
    valid_from = models.DateField(_("自"), null=True, blank=True)
    valid_to = models.DateField(_("至"), null=True, blank=True)

    class Meta:
        verbose_name = _("合作单位")
        constraints = [models.UniqueConstraint(fields=["project", "name_key"], name="a_partner_once_in_a_project")]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return self.name


class Asset(models.Model):
    """A fixed asset of a project, known by its number within it (元); elsewhere supported ones are marked."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="assets")
    number = models.CharField(_("资产编号"), max_length=60)
    number_key = models.CharField(max_length=80, help_text="reference.text.fold of the number")
    name = models.CharField(_("资产名称"), max_length=120)
    model = models.CharField(_("规格型号"), max_length=120, blank=True)
    acquired_on = models.DateField(_("购置日期"), null=True, blank=True)
    amount = models.DecimalField(_("原值"), max_digits=18, decimal_places=2)
    supported = models.BooleanField(_("已获其他财政资金支持"), default=False)

    class Meta:
        verbose_name = _("资产")
        constraints = [
            models.UniqueConstraint(fields=["project", "number_key"], name="an_asset_once_in_a_project"),
            models.CheckConstraint(name="an_asset_is_worth_something", condition=Q(amount__gt=0)),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Invoice(models.Model):
    """An invoice of a project (元): number and seller together are registered once, in whatever project."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="invoices")
    number = models.CharField(_("发票号码"), max_length=40)
    number_key = models.CharField(max_length=60, help_text="reference.text.fold of the number")
    seller = models.CharField(_("销售方"), max_length=100)
    seller_key = models.CharField(max_length=120, help_text="reference.text.fold of the seller")
    dated = models.DateField(_("开票日期"))
    summary = models.CharField(_("摘要"), max_length=120, blank=True)
    gross = models.DecimalField(_("金额（含税）"), max_digits=18, decimal_places=2)
    tax = models.DecimalField(_("其中税额"), max_digits=18, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("发票")
        constraints = [
            models.UniqueConstraint(fields=["number_key", "seller_key"], name="an_invoice_once"),
            models.CheckConstraint(
                name="amounts_of_an_invoice", condition=Q(gross__gt=0) & Q(tax__gte=0) & Q(tax__lt=F("gross"))
            ),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return self.number


class ProjectYear(models.Model):
    """What a project completed in one year (元): total investment, and new fixed-asset investment."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField(_("年度"))
    total = models.DecimalField(_("完成总投资"), max_digits=18, decimal_places=2)
    fixed_assets = models.DecimalField(_("新增固定资产投资"), max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("项目年度完成情况")
        constraints = [models.UniqueConstraint(fields=["project", "year"], name="project_year_once")]

    def __str__(self) -> str:
        return f"{self.project} {self.year}"


class OtherFunding(models.Model):
    """Public money for the same fixed assets from elsewhere (元); one entered wrongly is struck."""

    class Level(models.TextChoices):
        COUNTRY = "country", _("国家")
        PROVINCE = "province", _("省级")
        CITY = "city", _("市级")

    project = models.ForeignKey(Project, models.PROTECT, related_name="other_funding")
    programme = models.CharField(_("资金名称"), max_length=120)
    level = models.CharField(_("级别"), max_length=12, choices=Level)
    year = models.PositiveSmallIntegerField(_("年度"))
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)
    document = models.CharField(_("文号"), max_length=80, blank=True)
    struck = models.BooleanField(_("已作废"), default=False)

    class Meta:
        verbose_name = _("其他财政资金")
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.year} {self.programme}"


class MeasuredProject(models.Model):
    """A project measured for the province's quota, per kind and round."""

    class Kind(models.TextChoices):
        UNIVERSAL = "universal", _("普惠性")
        MAJOR = "major", _("重大")

    project = models.ForeignKey(Project, models.PROTECT, related_name="measured")
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    round = models.PositiveSmallIntegerField(_("测算年度"))
    reported_on = models.DateField(_("上报日期"), null=True, blank=True)
    argued = models.BooleanField(_("已通过项目论证评估"), null=True, blank=True)

    class Meta:
        verbose_name = _("测算项目")
        constraints = [models.UniqueConstraint(fields=["project", "kind", "round"], name="measured_once")]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.project} {self.round}"


class MeasuredApproval(models.Model):
    """What the province decided about a measured project; a later decision is a new row (元)."""

    append_only = True

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("核定")
        CUT = "cut", _("核减")
        REFUSED = "refused", _("未通过")

    measured = models.ForeignKey(MeasuredProject, models.PROTECT, related_name="approvals")
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome)
    amount = models.DecimalField(_("省核定奖励额度"), max_digits=18, decimal_places=2)
    document = models.CharField(_("文号"), max_length=80)
    decided_on = models.DateField(_("核定日期"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("省核定结果")
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.measured} {self.amount}"
