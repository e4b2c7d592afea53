"""A case may only stand in a state that means money while the journal holds that money for it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION funding_case_has_its_money() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    present text;
BEGIN
    -- Deferred: what counts is the state in which the transaction leaves the case.
    SELECT state INTO present FROM cases_case WHERE id = NEW.id;
    IF present IN ('approved', 'disbursing') AND NOT EXISTS (
        SELECT 1 FROM journal_account
        WHERE case_id = NEW.id AND kind IN ('awarded', 'payable', 'sent') AND balance > 0
    ) THEN
        RAISE EXCEPTION 'case % is % without money awarded to it', NEW.id, present USING ERRCODE = '23514';
    END IF;
    IF present = 'tracking' AND NOT EXISTS (
        SELECT 1 FROM journal_account WHERE case_id = NEW.id AND kind = 'paid' AND balance > 0
    ) THEN
        RAISE EXCEPTION 'case % is tracking without money paid to it', NEW.id USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER funding_case_has_its_money
AFTER INSERT OR UPDATE OF state ON cases_case
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.state IN ('approved', 'disbursing', 'tracking'))
EXECUTE FUNCTION funding_case_has_its_money();
"""

BACKWARD = """
DROP TRIGGER funding_case_has_its_money ON cases_case;
DROP FUNCTION funding_case_has_its_money();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        ("funding", "0001_initial"),
        ("journal", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
