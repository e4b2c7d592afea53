"""What the tests of the review share: cases brought to a station by the people whose step it is."""

from __future__ import annotations

from subsidy.cases.decide import level_of, newest_submission
from subsidy.cases.findings import Judged, findings_of
from subsidy.cases.joint import prepare, send
from subsidy.cases.models import Case, JointSubmission
from subsidy.cases.review import confirm_automatic, decide_finding, recommend, recommend_upper, sign
from tests.world import actor, build, fresh, jilin_submitted
from workflow import clock

OPINION = "材料齐全，同意推荐。"


def judge(case: Case, who: str) -> None:
    """Decide every finding that waits for a person: met, with reason and note."""
    for one in open_findings(case, who):
        decide_finding(
            fresh(case), actor(who), code=one.finding.code, subject=one.finding.subject, decision="met",
            reason_code="evidence", note="已核对原件",
        )  # fmt: skip


def open_findings(case: Case, who: str) -> list[Judged]:
    """The findings that wait for a person at the level where this one reviews."""
    level = level_of(case, actor(who))
    return [one for one in findings_of(newest_submission(case), level) if one.waits]


def recommended(case: Case, who: str = "jl_local") -> Case:
    """The case with the local reviewer's signature; in Zhongshan it is endorsed by that."""
    judge(case, who)
    confirm_automatic(fresh(case), actor(who))
    recommend(fresh(case), actor(who), opinion=OPINION)
    return fresh(case)


def endorsed(case: Case) -> Case:
    """The case with every signature its measure asks for."""
    if case.measure == "zhongshan":
        return recommended(case, "zs_local")
    recommended(case)
    sign(fresh(case), actor("jl_finance"), agrees=True)
    return fresh(case)


def letter(case: Case) -> JointSubmission:
    """A complete draft letter with this one case."""
    who, numbers = ("zs_local", ["榄经〔2026〕5号"])
    if case.measure == "jilin":
        who, numbers = ("jl_local", ["延工信联〔2026〕3号", "延财联〔2026〕8号"])
    return prepare(
        case.call, actor(who), agency_id=case.local_agency_id, cases=[case.pk], numbers=numbers, dated=clock.today(),
        signer="张局长",
    )  # fmt: skip


def sent_up(case: Case) -> Case:
    """The case in the upper review."""
    joint = letter(endorsed(case))
    send(joint, actor("zs_local" if case.measure == "zhongshan" else "jl_local"))
    return fresh(case)


def passed_upper(case: Case) -> Case:
    """The case with the upper bureau's conclusion in favour."""
    who = "zs_upper" if case.measure == "zhongshan" else "jl_upper"
    case = sent_up(case)
    judge(case, who)
    confirm_automatic(fresh(case), actor(who))
    recommend_upper(fresh(case), actor(who), opinion=OPINION)
    return fresh(case)


def filed() -> None:
    """For tests that commit: the world with one filed Jilin case."""
    jilin_submitted(build())
