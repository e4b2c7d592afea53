"""People, agencies, posts and competence."""

from datetime import date
from typing import Any

import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.absence import Leave, with_leaves
from subsidy.accounts.credentials import Attempt, Authenticator, Link, OldPassword, RecoveryCodes, Session
from subsidy.accounts.in_force import InForce
from subsidy.accounts.rights import Role
from subsidy.reference.secret import EncryptedTextField, lookup_digest
from workflow import clock
from workflow.machine import Competence, Machine, MoveTable, StateField, never_deleted, state_trigger

__all__ = [
    "JURISDICTIONS", "PEOPLE", "Agency", "Attempt", "Authenticator", "InForce", "Jurisdiction", "Leave", "Link",
    "OldPassword", "Post", "RecoveryCodes", "Session", "User", "with_leaves",
]  # fmt: skip


class UserState(models.TextChoices):
    """Whether somebody may sign in: only who is active may."""

    ACTIVE = "active", _("在用")
    LOCKED = "locked", _("已锁定")
    ENDED = "ended", _("已停用")


USER_MOVES: MoveTable = {
    "lock": ((UserState.ACTIVE,), UserState.LOCKED),
    "unlock": ((UserState.LOCKED,), UserState.ACTIVE),
    "end": ((UserState.ACTIVE, UserState.LOCKED), UserState.ENDED),
    "restore": ((UserState.ENDED,), UserState.ACTIVE),
}
PEOPLE, JURISDICTIONS = "people", "jurisdictions"


class User(Machine, AbstractUser):  # type: ignore[django-manager-missing]
    """A person; one account each. Posts and leaves stand in the person's history."""

    MOVES = USER_MOVES
    State = UserState

    state = StateField(_("账号状态"), choices=UserState, default=UserState.ACTIVE)
    name = models.CharField(_("姓名"), max_length=50)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    is_demo = models.BooleanField(default=False)
    phone = EncryptedTextField(_("手机号码"), blank=True, default="")
    phone_key = models.CharField(max_length=64, blank=True, default="", editable=False)
    password_since = models.DateTimeField(default=clock.real_now, editable=False)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        constraints = [
            models.UniqueConstraint(
                fields=["phone_key"], condition=Q(is_active=True) & ~Q(phone_key=""), name="one_account_a_phone"
            ),
            models.CheckConstraint(
                name="only_an_active_account_is_open", condition=Q(is_active=False) | Q(state=UserState.ACTIVE)
            ),
        ]
        triggers = [state_trigger(USER_MOVES)]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def chain_number(self) -> str:
        """What the person's history begins with."""
        return f"{self.username} {self.name}"

    def competence(self, stage: str) -> Competence:
        """The system administrators of today, save the person himself: nobody administers his own account."""
        posts = Post.objects.on(clock.today()).filter(role=Role.ADMINISTRATOR).exclude(user=self.pk)
        return Competence(stage=stage, people=frozenset(posts.values_list("user_id", flat=True)))

    def get_full_name(self) -> str:
        """The person's name as it is written in the history."""
        return self.name

    def get_short_name(self) -> str:
        """How the administration pages greet."""
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.phone_key = phone_key(self.phone)
        super().save(*args, **kwargs)


def phone_key(phone: str) -> str:
    """By what two accounts of one telephone are found; the number itself lies encrypted."""
    return lookup_digest(phone, "accounts.user.phone") if phone else ""


class Agency(models.Model):
    """An agency that takes part: bureau, zone committee, government office."""

    class Kind(models.TextChoices):
        INDUSTRY = "industry", _("工信部门")
        FINANCE = "finance", _("财政部门")
        GOVERNMENT = "government", _("政府")
        COMMITTEE = "committee", _("功能区管委会")
        TOWN = "town", _("镇街")

    class Level(models.TextChoices):
        PROVINCE = "province", _("省级")
        CITY = "city", _("市级")
        COUNTY = "county", _("县级")
        TOWN = "town", _("镇街级")

    code = models.CharField(_("机构代码"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=40)
    kind = models.CharField(max_length=16, choices=Kind)
    level = models.CharField(max_length=16, choices=Level)
    area = models.CharField(_("区划代码"), max_length=12)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    valid_from = models.DateField(default=date(2000, 1, 1))
    valid_to = models.DateField(null=True, blank=True)

    objects = InForce.as_manager()

    class Meta:
        verbose_name = _("机构")
        verbose_name_plural = _("机构")

    def __str__(self) -> str:
        return self.name


OFFICES = (Role.ADMINISTRATOR, Role.SECURITY_OFFICER, Role.AUDITOR)
"""The three who keep each other in check (等保 8.1.5): three people, and none of them in the business."""

GRANTED_BY_AN_ADMINISTRATOR = """
IF NEW.granted_by_id IS NULL THEN RETURN NEW; END IF;
IF TG_OP = 'UPDATE' THEN
    IF NEW.granted_by_id IS NOT DISTINCT FROM OLD.granted_by_id AND NEW.granted_on IS NOT DISTINCT FROM OLD.granted_on
    THEN RETURN NEW; END IF;
END IF;
IF NEW.granted_on IS NULL OR NOT EXISTS (
    SELECT 1 FROM accounts_post WHERE user_id = NEW.granted_by_id AND role = 'administrator'
    AND valid_from <= NEW.granted_on AND (valid_to IS NULL OR valid_to > NEW.granted_on)
) THEN
    RAISE EXCEPTION 'a post is granted by an administrator' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
"""On the day of the business clock on which the post is given: a former administrator gives none."""


class Posts(InForce["Post"]):
    """Posts, and who holds them."""

    def people(self) -> list[User]:
        """Everybody who holds one of these posts, each once.

        Two small statements: joined to what the posts were chosen by, one would be planned badly on new tables.
        """
        return list(User.objects.filter(pk__in=set(self.values_list("user_id", flat=True))))


class Post(models.Model):
    """A person at an agency, or for an enterprise, in a role, from a day until (not including) a day."""

    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="posts")
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", models.PROTECT, null=True, blank=True, related_name="posts"
    )
    role = models.CharField(max_length=24, choices=Role)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="posts_granted")
    granted_on = models.DateField(null=True, editable=False, default=clock.today)

    objects = Posts.as_manager()

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        constraints = [
            ExclusionConstraint(
                name="three_offices_three_people",
                expressions=[
                    (F("user"), RangeOperators.EQUAL),
                    (Func(F("valid_from"), F("valid_to"), function="daterange"), RangeOperators.OVERLAPS),
                    (
                        Case(
                            *[When(role=role, then=Value(place)) for place, role in enumerate(OFFICES, start=1)],
                            default=Value(0),
                            output_field=models.IntegerField(),
                        ),
                        RangeOperators.NOT_EQUAL,
                    ),
                ],
                violation_error_message=_("系统管理员、安全管理员、审计员须由三人分别担任，且不得兼任业务岗位。"),
            ),
            models.CheckConstraint(
                name="nobody_gives_himself_a_post",
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("user")),
                violation_error_message=_("不能为本人设置岗位，请由另一名系统管理员办理。"),
            ),
            models.CheckConstraint(
                name="post_has_one_home",
                condition=Q(agency__isnull=True) | Q(enterprise__isnull=True),
            ),
            # One that was withdrawn before it began ends on the day of its beginning.
            models.CheckConstraint(
                name="post_ends_after_start", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))
            ),
            ExclusionConstraint(
                name="one_such_post_at_a_time",
                expressions=[
                    (F("user"), RangeOperators.EQUAL),
                    (F("role"), RangeOperators.EQUAL),
                    (Coalesce(F("agency"), Value(0)), RangeOperators.EQUAL),
                    (Coalesce(F("enterprise"), Value(0)), RangeOperators.EQUAL),
                    (Func(F("valid_from"), F("valid_to"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("此人在这一时期已有同样的岗位，请先终止原岗位或调整起止日期。"),
            ),
        ]
        indexes = [models.Index(fields=["user", "valid_from"], name="post_by_user")]
        triggers = [
            pgtrigger.Trigger(
                name="granted_by_an_administrator",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=GRANTED_BY_AN_ADMINISTRATOR,
            ),
            # A post is ended and another given; it never turns into another post, or into another person's.
            pgtrigger.Protect(
                name="a_post_stays_what_it_is",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("user", "role", "agency"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"

    @property
    def home(self) -> str:
        """Where it is: an agency's or an enterprise's name; empty for experts and the three offices."""
        return str(self.agency or self.enterprise or "")

    @property
    def title(self) -> str:
        """Home and role, as people call a post."""
        return f"{self.home} {self.get_role_display()}".strip()

    def clean(self) -> None:
        super().clean()
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise ValidationError({"valid_to": _("终止日期须晚于起始日期。")})


class JurisdictionState(models.TextChoices):
    """Whether another agency has taken over."""

    IN_FORCE = "in_force", _("现行")
    ENDED = "ended", _("已移交")


JURISDICTION_MOVES: MoveTable = {"end": ((JurisdictionState.IN_FORCE,), JurisdictionState.ENDED)}


class Jurisdiction(Machine):
    """Which agency is competent for an area, a measure and a stage, dated; one at a time."""

    MOVES = JURISDICTION_MOVES
    State = JurisdictionState

    state = StateField(choices=JurisdictionState, default=JurisdictionState.IN_FORCE)

    class Stage(models.TextChoices):
        LOCAL = "local", _("初审")
        LOCAL_FINANCE = "local_finance", _("财政会审")
        UPPER = "upper", _("复审")
        UPPER_FINANCE = "upper_finance", _("上级财政")
        APPROVER = "approver", _("审定")
        PAY_MAKER = "pay_maker", _("拨付经办")
        PAY_CHECKER = "pay_checker", _("拨付复核")

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="jurisdictions")
    area = models.CharField(max_length=12)
    measure = models.CharField(max_length=32)
    stage = models.CharField(max_length=16, choices=Stage)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = InForce.as_manager()

    class Meta:
        verbose_name = _("管辖")
        verbose_name_plural = _("管辖")
        constraints = [
            models.UniqueConstraint(
                fields=["area", "measure", "stage", "agency", "valid_from"], name="jurisdiction_once"
            ),
            ExclusionConstraint(
                name="one_agency_at_a_time",
                expressions=[
                    (F("area"), RangeOperators.EQUAL),
                    (F("measure"), RangeOperators.EQUAL),
                    (F("stage"), RangeOperators.EQUAL),
                    (Func(F("valid_from"), F("valid_to"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["measure", "area", "stage"], name="jurisdiction_lookup")]
        triggers = [
            state_trigger(JURISDICTION_MOVES),
            # One is ended and another begins; it never turns into another.
            pgtrigger.Protect(
                name="a_jurisdiction_stays_what_it_is",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("agency", "area", "measure", "stage", "valid_from"),
            ),
            never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.area} {self.stage}"

    @property
    def chain_number(self) -> str:
        """What its history begins with."""
        return f"{self.measure} {self.area} {self.stage}"

    def competence(self, stage: str) -> Competence:
        """The system administrators of today."""
        posts = Post.objects.on(clock.today()).filter(role=Role.ADMINISTRATOR)
        return Competence(stage=stage, people=frozenset(posts.values_list("user_id", flat=True)))
