"""The places in which a call takes cases, and who is competent there at each stage of its measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from policies.kit.facts import CallKind
from policies.kit.policy import Desk, Policy
from subsidy.accounts.models import Agency, Jurisdiction
from subsidy.accounts.routing import codes_above
from subsidy.accounts.territory import stem
from subsidy.calls.models import Call
from subsidy.reference.models import AreaCode

STAGES: Mapping[Desk, Jurisdiction.Stage] = {
    Desk.LOCAL: Jurisdiction.Stage.LOCAL,
    Desk.LOCAL_FINANCE: Jurisdiction.Stage.LOCAL_FINANCE,
    Desk.UPPER: Jurisdiction.Stage.UPPER,
    Desk.UPPER_FINANCE: Jurisdiction.Stage.UPPER_FINANCE,
}
"""The desks of a procedure at which an agency sits by its jurisdiction; experts and governments are asked otherwise."""


def serves(call: Call, area: str) -> bool:
    """Whether a call takes cases from an area; without areas it takes all of the territory."""
    return not call.areas or any(area.startswith(stem(code)) for code in call.areas)


def stages_needed(policy: Policy, kind: CallKind) -> list[Jurisdiction.Stage]:
    """The stages at which an agency has to be competent for a call of this kind, payment included."""
    needed = [STAGES[stage.desk] for stage in policy.stages(kind) if stage.desk in STAGES]
    if kind is CallKind.SUPPORT:
        needed += [Jurisdiction.Stage.PAY_MAKER, Jurisdiction.Stage.PAY_CHECKER]
    return list(dict.fromkeys(needed))


@dataclass(frozen=True, slots=True)
class Territory:
    """The places under some agencies, and the jurisdictions of some measures, read at once."""

    under: Mapping[int, Sequence[AreaCode]]
    rows: Sequence[Jurisdiction]

    @classmethod
    def of(cls, calls: Iterable[Call]) -> Territory:
        """What has to be known about these calls; three queries."""
        asked = list(calls)
        agencies = Agency.objects.in_bulk({call.agency_id for call in asked})
        places = list(AreaCode.objects.order_by("code"))
        return cls(
            {pk: [one for one in places if one.code.startswith(stem(agency.area))] for pk, agency in agencies.items()},
            list(Jurisdiction.objects.filter(measure__in={call.measure for call in asked})),
        )

    def places(self, call: Call, day: date) -> list[AreaCode]:
        """The smallest places in use on a day from which the call takes cases."""
        known = [one for one in self.under[call.agency_id] if _in_use(one.valid_from, one.valid_to, day)]
        parents = {one.parent_code for one in known}
        return [one for one in known if one.code not in parents and serves(call, one.code)]

    def gaps(self, call: Call, stages: Sequence[Jurisdiction.Stage], day: date) -> dict[str, list[str]]:
        """Name of a place → the stages at which nobody is competent for it on a day."""
        held = {
            (row.stage, row.area) for row in self.rows
            if row.measure == call.measure and _in_use(row.valid_from, row.valid_to, day)
        }  # fmt: skip
        found = {}
        for place in self.places(call, day):
            codes = codes_above(place.code)
            missing = [str(stage.label) for stage in stages if not any((stage, code) in held for code in codes)]
            if missing:
                found[place.name] = missing
        return found


def _in_use(first: date | None, end: date | None, day: date) -> bool:
    return (first is None or first <= day) and (end is None or day < end)
