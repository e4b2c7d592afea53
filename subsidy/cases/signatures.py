"""Which signatures hold under the newest submissions of some cases (Jilin Art. 8, Zhongshan Art. 11)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import OuterRef, Subquery

from subsidy.cases.models import Case, Level, Review, Signature, Submission


@dataclass(slots=True)
class Standing:
    """Stage → the signature that holds; and the refusal that voided those before it, while nobody signed anew."""

    agreed: dict[str, Signature] = field(default_factory=dict)
    refused: Signature | None = None

    def add(self, signature: Signature) -> None:
        """The next signature in time: a refusal voids all before it."""
        if signature.agrees:
            self.agreed[signature.stage] = signature
        else:
            self.agreed.clear()
        self.refused = None if signature.agrees else signature


def standing(cases: Sequence[Case]) -> defaultdict[int, Standing]:
    """Case id → its signatures, in one query; what was signed before a return by the upper bureau no longer holds."""
    newest = Submission.objects.filter(case=OuterRef("submission__case")).order_by("-number").values("pk")[:1]
    returned = (
        Review.objects.filter(submission=OuterRef("submission"), outcome=Review.Outcome.RETURNED)
        .order_by("-id").values("reviewed_at")[:1]
    )  # fmt: skip
    rows = (
        Signature.objects.filter(submission__case__in=[case.pk for case in cases], submission=Subquery(newest))
        .annotate(returned_at=Subquery(returned)).select_related("submission", "signed_by", "agency").order_by("id")
    )  # fmt: skip
    found: defaultdict[int, Standing] = defaultdict(Standing)
    for row in rows:
        if row.returned_at is None or row.signed_at > row.returned_at:
            found[row.submission.case_id].add(row)
    return found


def recommended_upper(cases: Sequence[Case]) -> set[int]:
    """Ids of the cases whose newest submission the upper bureau has last concluded on in favour, as their rows say."""
    return {case.pk for case in cases if Level.UPPER in case.signed}


def local_hands(cases: Sequence[Case]) -> defaultdict[int, set[int]]:
    """Case id → the people who reviewed or signed it at the local level, whichever submission; one query."""
    ids = [case.pk for case in cases]
    reviews = Review.objects.filter(submission__case__in=ids, level=Level.LOCAL)
    signatures = Signature.objects.filter(submission__case__in=ids)
    found: defaultdict[int, set[int]] = defaultdict(set)
    for case_id, person in reviews.values_list("submission__case", "reviewed_by").union(
        signatures.values_list("submission__case", "signed_by")
    ):
        found[case_id].add(person)
    return found
