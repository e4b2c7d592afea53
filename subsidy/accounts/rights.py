"""Rights, roles, and which role has which right: one table, deny by default (trust.md row 14)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Right(TextChoices):
    """What a post may do, where its agency or enterprise is the competent one."""

    FILE = "file", _("申报")
    READ_CASES = "read_cases", _("查看案件")
    READ_REGISTERS = "read_registers", _("查看企业、集群和项目登记")
    KEEP_REGISTERS = "keep_registers", _("登记企业、集群和项目")
    REVIEW_LOCAL = "review_local", _("初审")
    SIGN_FINANCE = "sign_finance", _("财政会审")
    ENDORSE = "endorse", _("签署初审意见")
    SEND_JOINT = "send_joint", _("联合上报")
    REVIEW_UPPER = "review_upper", _("复审")
    ORGANISE_PANEL = "organise_panel", _("组织评审")
    SCORE = "score", _("评分")
    RANK = "rank", _("排序与拟定名单")
    BUILD_NOTICE = "build_notice", _("拟制公示")
    PUBLISH_NOTICE = "publish_notice", _("签发公示")
    HANDLE_OBJECTION = "handle_objection", _("处理异议")
    PREPARE_CALL = "prepare_call", _("拟制申报通知")
    PUBLISH_CALL = "publish_call", _("发布申报通知")
    REPORT_PROVINCE = "report_province", _("上报省厅")
    ENTER_QUOTA = "enter_quota", _("录入资金额度")
    PLAN = "plan", _("编制资金分配方案")
    SIGN_PLAN = "sign_plan", _("会签资金分配方案")
    RECORD_APPROVAL = "record_approval", _("登记审批文件")
    CONCLUDE_PLAN = "conclude_plan", _("办结资金分配方案")
    ISSUE_FUNDS = "issue_funds", _("下达资金")
    MAKE_BATCH = "make_batch", _("编制拨付批次")
    CHECK_BATCH = "check_batch", _("复核拨付批次")
    ENTER_RESULTS = "enter_results", _("登记拨付结果")
    READ_CREDIT = "read_credit", _("查看信用与禁止申报")
    LOOK_UP_CREDIT = "look_up_credit", _("登记信用查询")
    KEEP_LISTS = "keep_lists", _("导入信用名单")
    BAR = "bar", _("登记和解除禁止申报")
    ADMINISTER = "administer", _("系统管理")
    SECURE = "secure", _("安全管理")
    AUDIT = "audit", _("审计")


class Role(TextChoices):
    """The kinds of post."""

    APPLICANT = "applicant", _("申报人")
    LOCAL_REVIEWER = "local_reviewer", _("初审")
    LOCAL_FINANCE = "local_finance", _("财政会审")
    UPPER_REVIEWER = "upper_reviewer", _("复审")
    ISSUER = "issuer", _("签发")
    EXPERT = "expert", _("评审专家")
    UPPER_FINANCE = "upper_finance", _("上级财政")
    PAY_MAKER = "pay_maker", _("拨付经办")
    PAY_CHECKER = "pay_checker", _("拨付复核")
    ADMINISTRATOR = "administrator", _("系统管理员")
    SECURITY_OFFICER = "security_officer", _("安全管理员")
    AUDITOR = "auditor", _("审计员")


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.APPLICANT: frozenset({Right.FILE, Right.READ_CASES}),
    Role.LOCAL_REVIEWER: frozenset(
        {
            Right.READ_CASES, Right.READ_REGISTERS, Right.REVIEW_LOCAL, Right.ENDORSE, Right.SEND_JOINT,
            Right.READ_CREDIT, Right.LOOK_UP_CREDIT,
        }
    ),
    Role.LOCAL_FINANCE: frozenset(
        {Right.READ_CASES, Right.READ_REGISTERS, Right.SIGN_FINANCE, Right.ENDORSE, Right.READ_CREDIT}
    ),
    Role.UPPER_REVIEWER: frozenset(
        {
            Right.READ_CASES, Right.REVIEW_UPPER, Right.ORGANISE_PANEL, Right.RANK, Right.BUILD_NOTICE,
            Right.HANDLE_OBJECTION, Right.PREPARE_CALL, Right.REPORT_PROVINCE, Right.ENTER_QUOTA, Right.PLAN,
            Right.RECORD_APPROVAL, Right.CONCLUDE_PLAN, Right.READ_REGISTERS, Right.KEEP_REGISTERS, Right.READ_CREDIT,
            Right.LOOK_UP_CREDIT, Right.KEEP_LISTS, Right.BAR,
        }
    ),
    Role.ISSUER: frozenset(
        {
            Right.READ_CASES, Right.READ_REGISTERS, Right.PUBLISH_NOTICE, Right.PUBLISH_CALL, Right.SIGN_PLAN,
            Right.CONCLUDE_PLAN, Right.READ_CREDIT,
        }
    ),
    Role.EXPERT: frozenset({Right.SCORE}),
    Role.UPPER_FINANCE: frozenset(
        {
            Right.READ_CASES, Right.READ_REGISTERS, Right.SIGN_PLAN, Right.ISSUE_FUNDS, Right.CONCLUDE_PLAN,
            Right.READ_CREDIT,
        }
    ),
    Role.PAY_MAKER: frozenset(
        {Right.READ_CASES, Right.READ_REGISTERS, Right.MAKE_BATCH, Right.ENTER_RESULTS, Right.READ_CREDIT}
    ),
    Role.PAY_CHECKER: frozenset({Right.READ_CASES, Right.READ_REGISTERS, Right.CHECK_BATCH, Right.READ_CREDIT}),
    Role.ADMINISTRATOR: frozenset({Right.ADMINISTER}),
    Role.SECURITY_OFFICER: frozenset({Right.SECURE}),
    Role.AUDITOR: frozenset({Right.AUDIT}),
}  # fmt: skip
"""The table of rights. Nothing that is not in it is allowed."""
