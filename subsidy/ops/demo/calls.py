"""Publish the calls of the demo: prepared by one person, published by another."""

from __future__ import annotations

from datetime import timedelta

from subsidy.calls.editions import in_force
from subsidy.calls.models import Call
from subsidy.calls.prepare import prepare
from subsidy.calls.publish import publish
from subsidy.ops.demo.demo import Demo, measure_of
from subsidy.ops.demo.fixtures import read
from subsidy.ops.demo.moments import at, moment
from workflow import clock

AGENCIES = {"jilin": ["220000-gxt", "220000-czt"], "zhongshan": ["442000-gxj"]}
MAKERS = {"jilin": ("fushen", "qianfa"), "zhongshan": ("zs_fushen", "zs_qianfa")}


def publish_call(demo: Demo, round_: str) -> Call:
    """The call of a round, published an hour before it opens."""
    measure, row = measure_of(round_), read("rounds")[round_]["call"]
    opens, closes = moment(row["opens_at"]), moment(row["closes_at"])
    at(opens - timedelta(days=1))
    values = {**row, "opens_at": opens, "closes_at": closes}
    issuers = [demo.agencies[code] for code in AGENCIES[measure]]
    maker, issuer = (demo.person(name) for name in MAKERS[measure])
    call = prepare(maker, in_force(measure, clock.today()), issuers[0], values, issuers)
    at(opens - timedelta(hours=1))
    demo.calls[round_] = publish(call, issuer, version=call.version)
    demo.say(f"{round_}: published {row['number']}")
    return demo.calls[round_]
