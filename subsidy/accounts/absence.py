"""Who is away from a post, and who stands in: the rows; what is done about them is in `leave`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.in_force import InForce
from workflow import clock
from workflow.machine import never_deleted

if TYPE_CHECKING:
    from subsidy.accounts.models import Post

LEAVE_OF_ONE_OFFICE = """
IF NOT EXISTS (
    SELECT 1 FROM accounts_post a JOIN accounts_post d ON a.agency_id = d.agency_id AND a.role = d.role
    WHERE a.id = NEW.post_id AND d.id = NEW.deputy_id AND a.user_id <> d.user_id
) THEN
    RAISE EXCEPTION 'a deputy is another person in the same role at the same agency' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class Leave(models.Model):
    """Somebody is away from a post from a day until (not including) a day; a colleague in the same role stands in."""

    post = models.ForeignKey("accounts.Post", models.PROTECT, related_name="leaves")
    deputy = models.ForeignKey("accounts.Post", models.PROTECT, related_name="deputies_for")
    valid_from = models.DateField()
    valid_to = models.DateField()
    reason = models.CharField(max_length=200)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)

    objects = InForce.as_manager()

    class Meta:
        verbose_name = _("请假与代理")
        constraints = [
            # One that was taken back before it began ends on the day of its beginning.
            models.CheckConstraint(name="leave_ends_after_start", condition=Q(valid_to__gte=F("valid_from"))),
            ExclusionConstraint(
                name="one_leave_at_a_time",
                expressions=[
                    (F("post"), RangeOperators.EQUAL),
                    (Func(F("valid_from"), F("valid_to"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="deputy_in_the_same_role",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=LEAVE_OF_ONE_OFFICE,
            ),
            pgtrigger.Protect(
                name="a_leave_stays_what_it_is",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("post", "deputy", "valid_from", "entered_by"),
            ),
            never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.valid_from}"


def with_leaves(posts: InForce[Post]) -> InForce[Any]:
    """The same posts, each with whom it stands in for today (`stands_in_for`: id and name) and with the ids of those
    who stand in for it (`stood_in_by`); no query more.
    """
    day = clock.today()
    held = Q(post__valid_to__isnull=True) | Q(post__valid_to__gt=day)
    absent = Leave.objects.on(day).filter(held, deputy=OuterRef("pk")).order_by("pk")
    names = JSONObject(id="post__user_id", name="post__user__name")
    present = Q(deputy__valid_to__isnull=True) | Q(deputy__valid_to__gt=day)
    standing_in = Leave.objects.on(day).filter(present, post=OuterRef("pk")).order_by("pk")
    return posts.annotate(
        stands_in_for=ArraySubquery(absent.values(json=names)),
        stood_in_by=ArraySubquery(standing_in.values("deputy__user_id")),
    )
