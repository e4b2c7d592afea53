"""Cases with everything that hangs on them, each table in one statement or one for each step of a path."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmarks.documents import Documents
from benchmarks.make_data import NOW
from benchmarks.registers import CALLS, LIVE_CALLS, MEASURE

Step = Callable[[Any], None]

CHAIN = (
    ("submit", "applicant"), ("endorse", "local_finance"), ("send_up", "local"), ("send_to_experts", "upper"),
    ("shortlist", "upper"), ("publish", "upper"), ("reserve", "upper"), ("allocate", "upper"), ("approve", "upper"),
    ("start_payment", "upper"), ("first_paid", "upper"), ("close", "upper"),
)  # fmt: skip
SIDE = {"correcting": ("ask_correction", "local"), "declined": ("decline_local", "local"),
        "withdrawn": ("withdraw", "applicant")}  # fmt: skip
WEIGHTS = {
    "draft": 2, "local_review": 9, "correcting": 2, "endorsed": 3, "upper_review": 7, "expert_review": 3,
    "shortlisted": 2, "public_notice": 2, "reserved": 5, "allocated": 2, "approved": 2, "disbursing": 2, "tracking": 6,
    "declined": 15, "withdrawn": 4, "closed": 34,
}  # fmt: skip
"""How many of a hundred cases stand in each state."""
MONEY = {"allocated": 1, "approved": 2, "disbursing": 2, "tracking": 3, "closed": 3}
POTS = ("planned", "awarded", "paid")
TITLE = "(%s::text[])[1 + floor(p.e * 10)::int] || (%s::text[])[1 + floor(p.f * 4)::int] || (p.i & 63) || '期项目群'"
TABLES = (
    "cases_case", "cases_submission", "cases_assessment", "cases_review", "cases_signature", "workflow_event",
    "journal_account", "journal_entry", "journal_posting", "cases_searchtext",
)  # fmt: skip


def steps(cases: int) -> Iterator[tuple[str, Step]]:
    """Label and act of each step, in order."""
    yield "ready", _ready
    yield "indexes away", _take_indexes
    yield "planned", lambda cursor: _plan(cursor, cases)
    for number in range(1, len(CHAIN) + 2):
        yield f"history, step {number}", lambda cursor, number=number: _events(cursor, number)  # type: ignore[misc]
    yield "cases", _cases
    yield "submissions", _submissions
    yield "signatures", _signatures
    yield "journal", _journal
    yield (
        "search",
        lambda cursor: cursor.execute(
            "INSERT INTO cases_searchtext (case_id, number, text)"
            " SELECT id, number, reference_fold(title) FROM cases_case"
        ),
    )
    yield "indexes back", _give_indexes
    yield "sequences", _sequences
    yield "statistics", lambda cursor: cursor.execute("VACUUM (ANALYZE)")


def paths() -> list[tuple[str, int, str, str, str, str]]:
    """State, step, move, from, to, who: checked against the machine's own table."""
    from workflow.machine import CASE_MOVES

    found = []
    for state in WEIGHTS:
        taken, now = [("create", "draft", "draft", "applicant")], "draft"
        wanted = [] if state == "draft" else [CHAIN[0], SIDE[state]] if state in SIDE else list(CHAIN)
        for move, who in wanted:
            if now == state:
                break
            sources, target = CASE_MOVES[move]
            if now not in sources:
                raise ValueError(f"{move} does not leave {now}")
            taken.append((move, now, str(target), who))
            now = str(target)
        if now != state:
            raise ValueError(f"no path reaches {state}")
        found += [(state, step, *one) for step, one in enumerate(taken, start=1)]
    return found


Given = str | tuple[str, tuple[Any, ...]]
"""An SQL expression, with its parameters if it has any."""


def insert(cursor: Any, model: Any, given: Mapping[str, Given], source: str) -> None:
    """INSERT … SELECT; columns that are not given get the default of the model's field."""
    from django.db import connection
    from django.db.models import NOT_PROVIDED

    columns: list[str] = []
    expressions: list[str] = []
    values: list[Any] = []
    for field in model._meta.concrete_fields:
        if field.column in given:
            one = given[field.column]
            sql, params = (one, ()) if isinstance(one, str) else one
        elif field.generated or field.primary_key or field.db_default is not NOT_PROVIDED:
            continue
        else:
            sql = f"%s::{field.db_type(connection)}"
            params = (field.get_db_prep_save(field.get_default(), connection),)
        columns.append(field.column)
        expressions.append(sql)
        values.extend(params)
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(expressions)} {source}",
        values,
    )


def _ready(cursor: Any) -> None:
    """Triggers and foreign keys off for this session, and the small functions of the statements."""
    cursor.execute(
        """
        SET session_replication_role = replica; SET synchronous_commit = off; SET jit = off;
        SET work_mem = '256MB'; SET maintenance_work_mem = '512MB';
        SET timezone = 'Asia/Shanghai';
        CREATE FUNCTION pg_temp.r(i bigint, k int) RETURNS float8 LANGUAGE sql IMMUTABLE AS
        $$ SELECT (hashint8extended(i, k) & 9007199254740991)::float8 / 9007199254740992 $$;
        CREATE FUNCTION pg_temp.part(x text) RETURNS text LANGUAGE sql IMMUTABLE AS
        $$ SELECT octet_length(coalesce(x, ''))::text || ':' || coalesce(x, '') || ',' $$;
        CREATE FUNCTION pg_temp.iso(x timestamptz) RETURNS text LANGUAGE sql STABLE AS
        $$ SELECT to_char(x AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') $$;
        CREATE TEMP TABLE people AS
        SELECT p.role, p.agency_id, min(u.id) AS id, min(u.name) AS name, a.short_name
        FROM accounts_post p JOIN accounts_user u ON u.id = p.user_id LEFT JOIN accounts_agency a ON a.id = p.agency_id
        GROUP BY p.role, p.agency_id, a.short_name ORDER BY 1, 2;
        CREATE TEMP TABLE desks AS
        SELECT row_number() OVER (ORDER BY l.area) - 1 AS place, count(*) OVER () AS many, l.area, l.agency_id AS local,
               f.agency_id AS finance, u.agency_id AS upper
        FROM accounts_jurisdiction l
        JOIN accounts_jurisdiction f ON f.area = l.area AND f.measure = l.measure AND f.stage = 'local_finance'
        JOIN accounts_jurisdiction u ON u.measure = l.measure AND u.stage = 'upper'
        WHERE l.measure = 'jilin' AND l.stage = 'local';
        """
    )
    cursor.execute("CREATE TEMP TABLE path (state text, step int, move text, source text, target text, who text)")
    for row in paths():
        cursor.execute("INSERT INTO path VALUES (%s, %s, %s, %s, %s, %s)", row)


def _take_indexes(cursor: Any) -> None:
    cursor.execute(
        """
        CREATE TEMP TABLE away AS
        SELECT c.conname IS NULL AS plain, i.indexrelid::regclass::text AS name, i.indrelid::regclass::text AS on_table,
               coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)) AS definition
        FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
        WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary
        """,
        [list(TABLES)],
    )
    cursor.execute("SELECT plain, name, on_table FROM away")
    for plain, name, table in cursor.fetchall():
        cursor.execute(f"DROP INDEX {name}" if plain else f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def _give_indexes(cursor: Any) -> None:
    cursor.execute("SELECT plain, name, on_table, definition FROM away")
    for plain, name, table, definition in cursor.fetchall():
        cursor.execute(definition if plain else f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _plan(cursor: Any, cases: int) -> None:
    """One row a case: everything that the other tables are made from."""
    bounds, total = [], 0
    for weight in WEIGHTS.values():
        bounds.append(total / 100)
        total += weight
    cursor.execute(
        f"""
        CREATE TEMP TABLE plan AS
        WITH drawn AS (
            SELECT i, (%(states)s::text[])[width_bucket(pg_temp.r(i, 1), %(bounds)s::float8[])] AS state,
                   floor(pg_temp.r(i, 2) ^ 1.5 * (SELECT max(many) FROM desks))::int AS place,
                   1 + floor(pg_temp.r(i, 3) * firms.many)::bigint AS firm, firms.many AS firms,
                   round((1000000 + pg_temp.r(i, 4) ^ 2 * 50000000)::numeric, 2) AS claimed,
                   pg_temp.r(i, 5) AS c, pg_temp.r(i, 6) AS d, pg_temp.r(i, 7) AS e, pg_temp.r(i, 8) AS f
            FROM generate_series(1, %(cases)s) AS i, (SELECT count(*) AS many FROM enterprises_enterprise) AS firms
        ), pathed AS (
            SELECT d.i, d.state, d.place, d.claimed, d.c, d.d, d.e, d.f, s.steps, d.firms,
                   -- A firm has one draft in a call.
                   CASE d.state WHEN 'draft' THEN 1 + mod(d.i - 1, d.firms) ELSE d.firm END AS firm
            FROM drawn d JOIN (SELECT state, max(step) AS steps FROM path GROUP BY state) AS s ON s.state = d.state
        )
        SELECT p.*, k.area, k.local, k.finance, k.upper, l.id AS call, l.fiscal_year,
               'JL-2026-' || lpad(p.i::text, 8, '0') AS number,
               round(p.claimed * 0.1, 2) AS amount,
               %(now)s - make_interval(hours => (24 * (p.steps * 4 + 20 * p.c))::int) AS filed_at,
               CASE WHEN p.state = 'local_review' AND p.e < 0.4 THEN '{{local}}'
                    WHEN p.state = 'upper_review' AND p.e < 0.3 OR p.steps > 4 THEN '{{local,local_finance,upper}}'
                    WHEN p.steps > 2 AND p.state NOT IN ('correcting', 'declined', 'withdrawn')
                    THEN '{{local,local_finance}}'
                    ELSE '{{}}' END::varchar[] AS signed,
               CASE WHEN p.state IN ('local_review', 'correcting', 'upper_review') AND p.d < 0.97
                    THEN date_trunc('day', %(now)s::timestamptz) + make_interval(days => (p.f * 30 - 8)::int)
                         + interval '23:59:59' END AS due_at
        FROM pathed p JOIN desks k ON k.place = p.place
        JOIN calls_call l ON l.id = (SELECT min(id) FROM calls_call) + CASE
            WHEN p.state = 'draft' THEN {CALLS - 1} - (p.i - 1) / p.firms
            WHEN p.steps > 8 OR p.state IN ('declined', 'withdrawn') THEN floor(p.d * {CALLS - LIVE_CALLS})
            ELSE {CALLS - LIVE_CALLS} + floor(p.d * {LIVE_CALLS}) END
        """,
        {"states": list(WEIGHTS), "bounds": bounds, "cases": cases, "now": NOW},
    )
    cursor.execute("CREATE TEMP TABLE heads (i bigint, steps int, head text)")
    cursor.execute("CREATE TEMP TABLE before (i bigint, head text)")
    cursor.execute("ANALYZE plan, path, people, desks")


def _events(cursor: Any, number: int) -> None:
    """The entries of one step of every chain, each hashed over the one before."""
    fields = (
        "'cases.case'", "w.i::text", "w.number", f"'{number}'", "w.move", "w.source", "w.target", "w.actor::text",
        "w.name", "w.agency::text", "w.short_name", "'127.0.0.1'", "''", "'{}'", "pg_temp.iso(w.at)",
        "pg_temp.iso(w.at)", "'sha256'",
    )  # fmt: skip
    canonical = " || ".join(f"pg_temp.part({field})" for field in fields)
    genesis = "pg_temp.part('cases.case') || pg_temp.part(w.i::text) || pg_temp.part(w.number)"
    cursor.execute(
        f"""
        CREATE TEMP TABLE now AS
        WITH who AS (
            SELECT n.i, n.number, p.move, p.source, p.target, n.steps, h.id AS actor, h.name, h.agency_id AS agency,
                   coalesce(h.short_name, '') AS short_name,
                   n.filed_at + make_interval(hours => 96 * (p.step - 2)) AS at
            FROM plan n JOIN path p ON p.state = n.state AND p.step = {number}
            JOIN people h ON h.role = (CASE p.who WHEN 'local' THEN 'local_reviewer' WHEN 'upper' THEN 'upper_reviewer'
                                       ELSE p.who END)
             AND coalesce(h.agency_id, 0) = (CASE p.who WHEN 'local' THEN n.local WHEN 'local_finance' THEN n.finance
                                             WHEN 'upper' THEN n.upper ELSE 0 END)
        ), written AS (
            SELECT w.*, convert_to({canonical}, 'UTF8') AS canonical,
                   coalesce(b.head, encode(sha256(convert_to({genesis}, 'UTF8')), 'hex')) AS previous
            FROM who w LEFT JOIN before b ON b.i = w.i
        )
        SELECT *, encode(sha256(convert_to(previous || E'\\n', 'UTF8') || canonical), 'hex') AS digest FROM written
        """
    )
    cursor.execute(
        f"""
        INSERT INTO workflow_event (subject_kind, subject_id, subject_number, number, move, from_state, to_state,
            actor_id, actor_name, agency_id, agency_name, address, note, evidence, business_at, real_at, algorithm,
            previous, digest, canonical)
        SELECT 'cases.case', i, number, {number}, move, source, target, actor, name, agency, short_name, '127.0.0.1',
               '', '{{}}', at, at, 'sha256', previous, digest, canonical FROM now ORDER BY i
        """
    )
    cursor.execute(f"INSERT INTO heads SELECT i, {number}, digest FROM now WHERE steps = {number}")
    cursor.execute("DROP TABLE before")
    cursor.execute("CREATE TEMP TABLE before AS SELECT i, digest AS head FROM now")
    cursor.execute("DROP TABLE now")


def _cases(cursor: Any) -> None:
    from benchmarks.registers import TRADES
    from subsidy.cases.models import Case

    filed = "CASE WHEN p.state <> 'draft' THEN p.filed_at END"
    insert(
        cursor, Case,
        {
            "id": "p.i", "version": "h.steps", "chain_length": "h.steps", "chain_head": "h.head", "state": "p.state",
            "number": "p.number", "call_id": "p.call", "measure": f"'{MEASURE}'", "track": "'group'",
            "enterprise_id": "p.firm", "area": "p.area", "local_agency_id": "p.local",
            "local_finance_agency_id": "p.finance", "upper_agency_id": "p.upper",
            "pay_maker_agency_id": "p.finance", "pay_checker_agency_id": "p.finance",
            "title": (TITLE, (list(TRADES), ["产业链协同", "智能化改造", "产业链扩能", "数字化"])),
            "handler_id": "CASE WHEN p.c < 0.5 THEN (SELECT u.id FROM people u WHERE u.role = 'local_reviewer'"
                          " AND u.agency_id = p.local) END",
            "requested": "p.amount", "claimed": "p.claimed", "recognised": "CASE WHEN p.steps > 3 THEN p.claimed END",
            "cap": "p.amount", "due_at": "p.due_at", "correcting_level": "CASE WHEN p.state = 'correcting' THEN 'local'"
            " ELSE '' END", "filed_at": filed, "submitted_at": filed, "opened_at": filed,
            "ended_reason": "CASE WHEN p.state IN ('declined', 'withdrawn') THEN '不符合条件' ELSE '' END",
            "created_by_id": "(SELECT u.id FROM people u WHERE u.role = 'applicant')",
            "created_at": "p.filed_at - interval '4 days'", "signed": "p.signed",
        },
        "FROM plan p JOIN heads h ON h.i = p.i ORDER BY p.i",
    )  # fmt: skip


def _submissions(cursor: Any) -> None:
    """A submission and an assessment of each filed case; those of ended cases are short."""
    from subsidy.cases.models import Assessment, Submission

    documents = Documents.plain()
    live = "p.state IN ('local_review', 'correcting', 'endorsed', 'upper_review', 'expert_review')"
    rows = "FROM plan p WHERE p.state <> 'draft' ORDER BY p.i"
    person = "(SELECT u.id FROM people u WHERE u.role = 'applicant')"

    def either(long: object, short: object) -> Given:
        pair = tuple(json.dumps(one, ensure_ascii=False) for one in (long, short))
        return f"CASE WHEN {live} THEN %s::jsonb ELSE %s::jsonb END", pair

    facts = either(documents.facts, {})
    insert(
        cursor, Submission,
        {
            "id": "p.i", "case_id": "p.i", "number": "1", "facts": facts,
            "content": either(documents.content, documents.short_content),
            "digest": "encode(sha256(convert_to(p.number, 'UTF8')), 'hex')", "declaration": "'本单位承诺'",
            "submitted_by_id": person, "submitted_at": "p.filed_at",
        },
        rows,
    )  # fmt: skip
    insert(
        cursor, Assessment,
        {
            "id": "p.i", "submission_id": "p.i", "occasion": "'submit'", "edition": f"'{documents.edition}'",
            "facts": facts, "result": either(documents.result, documents.short_result), "cap": "p.amount",
            "assessed_at": "p.filed_at",
        },
        rows,
    )  # fmt: skip


def _signatures(cursor: Any) -> None:
    """What the signed stages of each case rest on."""
    from subsidy.cases.models import Review, Signature

    for stage, agency, role in (
        ("local", "p.local", "local_reviewer"),
        ("local_finance", "p.finance", "local_finance"),
    ):
        insert(
            cursor, Signature,
            {
                "submission_id": "p.i", "stage": f"'{stage}'", "agency_id": agency, "agrees": "true",
                "opinion": "'同意'",
                "signed_by_id": "h.id", "signed_at": "p.filed_at + interval '2 days'",
            },
            f"FROM plan p JOIN people h ON h.role = '{role}' AND h.agency_id = {agency}"
            f" WHERE '{stage}' = ANY(p.signed) ORDER BY p.i",
        )  # fmt: skip
    for level, agency, role in (("local", "p.local", "local_reviewer"), ("upper", "p.upper", "upper_reviewer")):
        insert(
            cursor, Review,
            {
                "submission_id": "p.i", "level": f"'{level}'", "agency_id": agency, "outcome": "'recommended'",
                "opinion": "'同意'", "recognised": "p.claimed", "reviewed_by_id": "h.id",
                "reviewed_at": "p.filed_at + interval '2 days'",
            },
            f"FROM plan p JOIN people h ON h.role = '{role}' AND h.agency_id = {agency}"
            f" WHERE '{level}' = ANY(p.signed) ORDER BY p.i",
        )  # fmt: skip


def _journal(cursor: Any) -> None:
    """From the source to the quota of each year, on to what was planned, awarded and paid: three accounts a case."""
    reached = " ".join(f"WHEN '{state}' THEN {depth}" for state, depth in MONEY.items())
    cursor.execute(
        f"""
        CREATE TEMP TABLE money AS
        SELECT *, CASE state {reached} ELSE 0 END AS depth FROM plan WHERE state = ANY(%s);
        CREATE TEMP TABLE legs AS
        SELECT m.i, m.fiscal_year AS year, m.upper, m.amount, m.filed_at, k.kind, k.depth,
               (ARRAY['quota'] || %s::text[])[k.depth] AS source, m.depth = k.depth AS last
        FROM money m JOIN unnest(%s::text[]) WITH ORDINALITY AS k(kind, depth) ON k.depth <= m.depth;
        INSERT INTO journal_account (kind, measure, year, agency_id, case_id, balance)
        SELECT s.kind, '{MEASURE}', year, upper, NULL, s.sign * sum(amount) FILTER (WHERE depth = 1) + s.more
        FROM legs, (VALUES ('source', -1, -1000000), ('quota', 0, 1000000)) AS s(kind, sign, more)
        GROUP BY s.kind, s.sign, s.more, year, upper ORDER BY year;
        INSERT INTO journal_account (kind, measure, year, agency_id, case_id, balance)
        SELECT kind, '{MEASURE}', year, NULL, i, CASE WHEN last THEN amount ELSE 0 END FROM legs ORDER BY i, depth;
        CREATE TEMP TABLE entries AS
        SELECT row_number() OVER (ORDER BY i, depth) AS id, * FROM (
            SELECT i, depth::int, kind, source, year, upper, amount, filed_at FROM legs
            UNION ALL
            SELECT 0, 0, 'quota', 'source', year, upper, sum(amount) FILTER (WHERE depth = 1) + 1000000, min(filed_at)
            FROM legs GROUP BY year, upper
        ) AS every;
        INSERT INTO journal_entry (id, what, subject_kind, subject_id, at, actor_id, transaction)
        SELECT id, kind, CASE WHEN i = 0 THEN 'funding.quota' ELSE 'cases.case' END, i, filed_at, NULL, txid_current()
        FROM entries;
        INSERT INTO journal_posting (entry_id, account_id, amount)
        SELECT e.id, a.id, side.sign * e.amount
        FROM entries e CROSS JOIN (VALUES (-1), (1)) AS side(sign)
        CROSS JOIN LATERAL (SELECT CASE side.sign WHEN 1 THEN e.kind ELSE e.source END AS kind) AS pot
        JOIN journal_account a ON a.kind = pot.kind AND a.year = e.year
         AND coalesce(a.case_id, 0) = CASE WHEN pot.kind IN ('source', 'quota') THEN 0 ELSE e.i END
        ORDER BY e.id
        """,
        [list(MONEY), list(POTS), list(POTS)],
    )


def _sequences(cursor: Any) -> None:
    for table in TABLES[:-1]:
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}) + 1)")
