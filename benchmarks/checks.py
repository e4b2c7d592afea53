"""Whether the data are what the system itself would have written: asked of the tables after loading."""

from typing import Any

from benchmarks.ground import must

NONE_OF = {
    "a journal entry that does not balance":
        "SELECT 1 FROM journal_posting GROUP BY entry_id HAVING sum(amount) <> 0 OR count(*) <> 2",
    "an account whose balance is not the sum of its postings":
        "SELECT 1 FROM journal_account a LEFT JOIN (SELECT account_id, sum(amount) AS total FROM journal_posting"
        " GROUP BY account_id) s ON s.account_id = a.id WHERE a.balance <> coalesce(s.total, 0)",
    "an account below zero": "SELECT 1 FROM journal_account WHERE balance < 0 AND kind <> 'source'",
    "a case that should hold money and does not":
        "SELECT 1 FROM cases_case c WHERE state IN ('approved', 'disbursing', 'tracking') AND NOT EXISTS (SELECT FROM"
        " journal_account a WHERE a.case_id = c.id AND a.balance > 0 AND a.kind ="
        " CASE c.state WHEN 'tracking' THEN 'paid' ELSE 'awarded' END)",
    "a case whose chain does not end where its row says":
        "SELECT 1 FROM cases_case c LEFT JOIN workflow_event e ON e.subject_kind = 'cases.case' AND e.subject_id = c.id"
        " AND e.number = c.chain_length WHERE e.digest IS DISTINCT FROM c.chain_head OR e.to_state <> c.state",
    "a link of a chain that is missing":
        "SELECT 1 FROM workflow_event e LEFT JOIN workflow_event b ON b.subject_kind = e.subject_kind"
        " AND b.subject_id = e.subject_id AND b.number = e.number - 1 WHERE e.number > 1"
        " AND e.previous IS DISTINCT FROM b.digest",
    "a signature that the row of its case does not keep":
        "SELECT 1 FROM cases_signature g JOIN cases_case c ON c.id = g.submission_id WHERE NOT g.stage = ANY(c.signed)",
    "a filed case without a submission":
        "SELECT 1 FROM cases_case c WHERE c.filed_at IS NOT NULL AND NOT EXISTS (SELECT FROM cases_submission s"
        " JOIN cases_assessment a ON a.submission_id = s.id WHERE s.case_id = c.id)",
    "a foreign key that leads nowhere":
        "SELECT 1 FROM cases_case c LEFT JOIN enterprises_enterprise e ON e.id = c.enterprise_id"
        " LEFT JOIN calls_call l ON l.id = c.call_id WHERE e.id IS NULL OR l.id IS NULL",
}  # fmt: skip


def all_of(cursor: Any, cases: int) -> None:
    """Raise Wrong for the first that does not hold."""
    cursor.execute("SELECT count(*), count(DISTINCT state), count(DISTINCT local_agency_id) FROM cases_case")
    rows, states, agencies = cursor.fetchone()
    must(rows == cases, f"{rows} cases instead of {cases}")
    if cases >= 10_000:
        must(states > 14 and agencies > 40, f"only {states} states and {agencies} agencies")
    for what, statement in NONE_OF.items():
        cursor.execute(f"SELECT EXISTS ({statement})")
        must(not cursor.fetchone()[0], what)
