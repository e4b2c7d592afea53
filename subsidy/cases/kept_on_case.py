"""What the queue asks of a case's newest submission, kept on the row of the case by the database itself.

A list of a million cases cannot look into signatures, conclusions and findings row by row. These triggers write what
they mean beside the state, whoever inserts the rows; `cases/signatures.py` says the same in full, with names.
"""

import pgtrigger

NEWEST = (
    "FROM cases_submission s WHERE s.id = NEW.submission_id AND c.id = s.case_id"
    " AND NOT EXISTS (SELECT FROM cases_submission n WHERE n.case_id = s.case_id AND n.number > s.number)"
)


UNSIGNED = "UPDATE cases_case c SET signed = '{}'"
SIGNED = "UPDATE cases_case c SET signed = array_append(array_remove(c.signed, NEW.stage::varchar), NEW.stage::varchar)"
CONCLUDED = "UPDATE cases_case c SET signed = array_append(array_remove(c.signed, 'upper'), 'upper')"
NOT_CONCLUDED = "UPDATE cases_case c SET signed = array_remove(c.signed, 'upper')"
COUNTED = "jsonb_array_length(jsonb_path_query_array(NEW.result, '$.findings[*] ? (@.outcome == \"{}\")'))"


def _after_insert(name: str, *statements: str) -> pgtrigger.Trigger:
    func = " ".join(f"{statement};" for statement in (*statements, "RETURN NULL"))
    return pgtrigger.Trigger(name=name, operation=pgtrigger.Insert, when=pgtrigger.After, func=func)


def submission_unsigned() -> pgtrigger.Trigger:
    """Nobody has signed under a new submission yet."""
    return _after_insert("case_unsigned", f"{UNSIGNED} WHERE c.id = NEW.case_id AND c.signed <> '{{}}'")


def signature_kept() -> pgtrigger.Trigger:
    """A signature adds its stage; a refusal voids all before it."""
    return _after_insert("case_signed", f"IF NEW.agrees THEN {SIGNED} {NEWEST}", f"ELSE {UNSIGNED} {NEWEST}", "END IF")


def conclusion_kept() -> pgtrigger.Trigger:
    """What the upper bureau has last concluded in favour is its signature; what it returns is signed by nobody."""
    return _after_insert(
        "case_concluded",
        f"IF NEW.outcome = 'returned' THEN {UNSIGNED} {NEWEST}",
        f"ELSIF NEW.level = 'upper' AND NEW.outcome = 'recommended' THEN {CONCLUDED} {NEWEST}",
        f"ELSIF NEW.level = 'upper' THEN {NOT_CONCLUDED} {NEWEST}",
        "END IF",
    )


def findings_counted() -> pgtrigger.Trigger:
    """How many findings of the newest assessment wait for a person, and how many are not met."""
    to_decide, not_met = COUNTED.format("for_officer"), COUNTED.format("not_met")
    counted = f"UPDATE cases_case c SET to_decide = {to_decide}, not_met = {not_met}"  # noqa: S608 - constants
    return _after_insert("case_findings", f"{counted} {NEWEST}")


def search_text_kept() -> pgtrigger.Trigger:
    """Number and folded title in a table of their own: an index of words on the case itself would slow its moves."""
    return pgtrigger.Trigger(
        name="search_text",
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("number", "title"),  # type: ignore[no-untyped-call]
        when=pgtrigger.After,
        func="""
            INSERT INTO cases_searchtext (case_id, number, text)
            VALUES (NEW.id, NEW.number, reference_fold(NEW.title))
            ON CONFLICT (case_id) DO UPDATE SET number = EXCLUDED.number, text = EXCLUDED.text;
            RETURN NULL;
        """,
    )
