"""The registers of the demo: enterprises, and Jilin's clusters."""

from __future__ import annotations

from datetime import date
from typing import Any

from subsidy.clusters.models import Cluster, Membership, Recognition
from subsidy.enterprises.models import Enterprise, FormerName
from subsidy.ops.demo.demo import Demo
from subsidy.ops.demo.fixtures import read
from subsidy.ops.demo.moments import moment
from subsidy.ops.demo.tickets import firms_wanted
from subsidy.projects.models import Project
from subsidy.reference.text import fold
from workflow import clock
from workflow.perform import created_many

LEAST = 150
PROVINCE = "220000"
ENTERED = "2025-01-06"
KEEPERS = {"22": "fushen", "44": "zs_fushen"}


def enterprises(demo: Demo) -> None:
    """As many enterprises as the rounds need in each place, at least 150 in the whole demo."""
    wanted = firms_wanted(demo)
    spare = max(0, round(LEAST * demo.scale) - sum(wanted.values()))
    for area, count in wanted.items():
        places = range(count + spare // len(wanted))
        demo.firms[area] = Enterprise.objects.bulk_create(_firm(demo, area, place) for place in places)
    total = sum(map(len, demo.firms.values()))
    _former_names(demo)
    demo.say(f"enterprises: {total}")


def _firm(demo: Demo, area: str, place: int) -> Enterprise:
    invent = demo.invent
    measure = "jilin" if area.startswith("22") else "zhongshan"
    trade = _trade(demo, measure, area, place)
    town = "中山" if measure == "zhongshan" else read("names")["places"][area]
    ending = ("有限公司", "股份有限公司", "科技有限公司", "（集团）有限公司")[place % 4]
    brand, code = invent.brand(), invent.credit_code(area)
    name = f"{town}{brand}{trade['word']}{ending}"
    demo.short[code] = town, brand
    street = f"{read('names')['places'][area]}{invent.pick(invent.given['streets'])}{place + 1}号"
    return Enterprise(
        credit_code=code, name=name, name_key=fold(name), legal_person=invent.person(), area=area,
        production_area=area, address=street,
        established_on=date(2004 + place % 15, 1 + place % 12, 1 + place % 28), industry=trade["code"],
        contact_name=invent.person(), contact_phone=invent.phone(),
    )  # fmt: skip


def _trade(demo: Demo, measure: str, area: str, place: int) -> Any:
    """In Jilin the trade of the cluster the enterprise will belong to."""
    if measure != "jilin":
        rows = demo.invent.given["industries"][measure]
        return rows[place % len(rows)]
    return demo.invent.industry(measure, _cluster_row(area, place)["industry"])


def _cluster_row(area: str, place: int) -> Any:
    """The row of clusters.yaml for the enterprise at a place of an area; two clusters share one county."""
    rows = [row for row in read("clusters") if area in row["areas"]]
    return rows[place % len(rows)]


def _former_names(demo: Demo) -> None:
    firm = demo.firms[read("rounds")["main"]["jilin"]][0]
    FormerName.objects.create(enterprise=firm, name=firm.name.replace("有限公司", "厂"), valid_to=date(2018, 6, 1))


def clusters(demo: Demo) -> None:
    """Clusters with their recognitions; every Jilin enterprise of a place is a member, and may lead a group."""
    made: dict[str, Cluster] = {}
    for row in read("clusters"):
        made[row["code"]] = Cluster.objects.create(code=row["code"], name=row["name"], area=PROVINCE)
        Recognition.objects.bulk_create(Recognition(cluster=made[row["code"]], **level) for level in row["levels"])
    rows = []
    for area, firms in demo.firms.items():
        if not area.startswith("22"):
            continue
        for place, firm in enumerate(firms):
            row = _cluster_row(area, place)
            demo.clusters[firm.pk] = made[row["code"]]
            since = row["levels"][-1]["valid_from"]
            rows.append(Membership(cluster=made[row["code"]], enterprise=firm, is_head=True, valid_from=since))
    Membership.objects.bulk_create(rows)
    demo.say(f"clusters: {len(made)} with {len(rows)} members")


def entered(demo: Demo) -> None:
    """The first entry of every row of the registers, by whoever keeps them in each province."""
    clock.travel_to(moment(ENTERED))
    for stem, keeper in KEEPERS.items():
        actor = demo.person(keeper)
        for model in (Enterprise, Cluster, Project):
            created_many(list(model.objects.filter(area__startswith=stem)), actor)
