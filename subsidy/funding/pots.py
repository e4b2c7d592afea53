"""Where the money of a plan stands in the journal."""

from subsidy.funding.models import Plan
from subsidy.journal.models import Account
from subsidy.journal.post import Pot


def quota_pot(plan: Plan) -> Pot:
    """The pot a plan draws on: the quota of its agency for its measure and year."""
    return Pot(Account.Kind.QUOTA, plan.call.measure, plan.year, plan.agency_id)


def case_pot(kind: Account.Kind, plan: Plan, case_id: int) -> Pot:
    """A case's pot of one kind within the plan's measure and year."""
    return Pot(kind, plan.call.measure, plan.year, None, case_id)
