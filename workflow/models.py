"""What the engine stores: the history with its seals, the records of access, the outbox, answers to repeat."""

from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflow.machine import append_only


class Event(models.Model):
    """One entry of a subject's chain. Bare ids, and names as they were written at the time."""

    append_only = True

    subject_kind = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    move = models.CharField(max_length=48)
    from_state = models.CharField(max_length=24, blank=True)
    to_state = models.CharField(max_length=24, blank=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100)
    agency_id = models.BigIntegerField(null=True)
    agency_name = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=64, blank=True)
    note = models.TextField(blank=True)
    evidence = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    business_at = models.DateTimeField()
    real_at = models.DateTimeField()
    algorithm = models.CharField(max_length=16)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    canonical = models.BinaryField()
    # By which the seals know what was still in flight; of a history older than the column: that of its migration.
    transaction = models.BigIntegerField(
        editable=False,
        db_default=models.Func(template="(pg_current_xact_id()::text::bigint)", output_field=models.BigIntegerField()),
    )

    class Meta:
        verbose_name = _("办理记录")
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "number"], name="one_entry_per_number"),
        ]
        indexes = [
            models.Index(fields=["-real_at"], name="event_by_time"),
            models.Index(fields=["subject_number"], name="event_by_subject"),
            models.Index(fields=["actor_id", "id"], name="event_by_person"),
            models.Index(fields=["transaction"], name="event_by_transaction"),
            # Grows with the table: a few pages, and next to nothing when an entry is written.
            BrinIndex(fields=["business_at"], name="event_by_day"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.subject_kind}:{self.subject_id}#{self.number} {self.move}"


class Seal(models.Model):
    """The Merkle root over the first `size` entries of the history, and the digest of the seal before (RFC 9162).

    Every entry written before `since` is in this seal or an earlier one; `horizon` is the transaction from which the
    next one goes on.
    """

    append_only = True

    number = models.BigIntegerField(_("序号"), primary_key=True)
    size = models.BigIntegerField(_("累计条数"))
    root = models.CharField(_("根"), max_length=64)
    previous = models.CharField(_("上一封签摘要"), max_length=64, blank=True)
    at = models.DateTimeField(_("封签时间"))
    since = models.DateTimeField()
    business_at = models.DateTimeField()
    algorithm = models.CharField(_("算法"), max_length=16)
    digest = models.CharField(_("封签摘要"), max_length=64, unique=True)
    horizon = models.BigIntegerField()

    class Meta:
        verbose_name = _("封签")
        constraints = [
            models.CheckConstraint(name="seal_is_numbered", condition=models.Q(number__gte=1, size__gte=1)),
            models.UniqueConstraint(name="seal_size_once", fields=["size"]),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"


class SealEntry(models.Model):
    """Where an entry stands among all that were sealed; its seal is the first one whose size is above the position."""

    append_only = True

    position = models.BigIntegerField(primary_key=True)
    event = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("封签条目")
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.position} {self.digest}"


class SealBlock(models.Model):
    """The digest of 256 sealed entries, so that neither seals nor proofs read the whole history."""

    append_only = True

    algorithm = models.CharField(max_length=16)
    number = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("封签分块")
        constraints = [models.UniqueConstraint(name="seal_block_once", fields=["algorithm", "number"])]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.algorithm} {self.number}"


class Access(models.Model):
    """What was refused, read although sensitive, or exported (trust.md row 52)."""

    append_only = True

    kind = models.CharField(max_length=24)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100, blank=True)
    agency_id = models.BigIntegerField(null=True)
    address = models.CharField(max_length=64, blank=True)
    method = models.CharField(max_length=8, blank=True)
    path = models.CharField(max_length=500)
    result = models.CharField(max_length=200)
    purpose = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("访问记录")
        indexes = [
            models.Index(fields=["-at"], name="access_by_time"),
            models.Index(fields=["actor_id", "id"], name="access_by_person"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.kind} {self.path} {self.result}"


class Job(models.Model):
    """Work to be done after a commit. Its state is never the state of the business."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等待")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        DEAD = "dead", _("失败")

    name = models.CharField(max_length=64)
    arguments = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # Null, not empty: keyless jobs must not collide in the unique index.
    key = models.CharField(max_length=120, null=True, unique=True)  # noqa: DJ001
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("后台任务")
        indexes = [models.Index(fields=["state", "created_at"], name="job_by_state")]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class Answer(models.Model):
    """What the first of several equal requests was answered (trust.md row 65)."""

    key = models.CharField(max_length=64, primary_key=True)
    actor_id = models.BigIntegerField(null=True)
    location = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("重复提交记录")

    def __str__(self) -> str:
        return self.key
