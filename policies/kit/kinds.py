"""The kinds the facts are told apart by."""

from __future__ import annotations

from enum import StrEnum


class ClusterLevel(StrEnum):
    """集群级别."""

    WORLD = "world"
    NATIONAL = "national"
    PROVINCIAL = "provincial"


class ProjectStatus(StrEnum):
    """A project's place in the case on the day of the facts."""

    IN = "in"
    REJECTED = "rejected"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class CreditKind(StrEnum):
    """The lists a credit check can ask."""

    DISHONEST_DEBTOR = "dishonest_debtor"
    ABNORMAL_OPERATION = "abnormal_operation"
    SERIOUS_VIOLATION = "serious_violation"


class AccidentKind(StrEnum):
    """质量、安全、环保."""

    QUALITY = "quality"
    SAFETY = "safety"
    ENVIRONMENT = "environment"


class CallKind(StrEnum):
    """测算 or 支持."""

    MEASURING = "measuring"
    SUPPORT = "support"


class BaseRule(StrEnum):
    """Which evidence of a line counts: the lower of the two, the invoice, or the payment."""

    LOWER = "lower"
    INVOICE = "invoice"
    PAYMENT = "payment"


class DayRule(StrEnum):
    """自然日 or 工作日."""

    NATURAL = "natural"
    WORKING = "working"


class MeasuredState(StrEnum):
    """What the province said about a measured project."""

    PENDING = "pending"
    APPROVED = "approved"
    CUT = "cut"
    REFUSED = "refused"


class PartnerRole(StrEnum):
    """高校、科研院所、金融机构、企业."""

    ENTERPRISE = "enterprise"
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    BANK = "bank"


class BreachKind(StrEnum):
    """Why money may be asked back or stopped."""

    VIOLATION = "violation"
    FRAUD = "fraud"
    POOR_RATING = "poor_rating"
    BELOW_THRESHOLD = "below_threshold"
    MISUSE = "misuse"
    WITHHOLDING = "withholding"


class Rating(StrEnum):
    """绩效评价结果：优、良、中、差."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class Level(StrEnum):
    """Whose money it is: province, city, town; enterprise for whoever was paid."""

    PROVINCE = "province"
    CITY = "city"
    TOWN = "town"
    ENTERPRISE = "enterprise"
