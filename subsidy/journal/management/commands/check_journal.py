from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

PROOFS = (
    (
        "entries whose lines do not make zero",
        "SELECT entry_id FROM journal_posting GROUP BY entry_id HAVING sum(amount) <> 0",
    ),
    (
        "entries with fewer than two lines",
        (
            "SELECT e.id FROM journal_entry e LEFT JOIN journal_posting p ON p.entry_id = e.id"
            " GROUP BY e.id HAVING count(p.id) < 2"
        ),
    ),
    (
        "accounts whose balance is not the sum of their lines",
        (
            "SELECT a.id FROM journal_account a LEFT JOIN journal_posting p ON p.account_id = a.id"
            " GROUP BY a.id, a.balance HAVING a.balance <> coalesce(sum(p.amount), 0)"
        ),
    ),
    (
        "accounts below zero that are no source",
        "SELECT id FROM journal_account WHERE balance < 0 AND kind <> 'source'",
    ),
    (
        "measures and years whose accounts do not make zero",
        "SELECT measure || ' ' || year FROM journal_account GROUP BY measure, year HAVING sum(balance) <> 0",
    ),
)


class Command(BaseCommand):
    help = (
        "Proves the sums of the journal: every entry, every account, every measure and year; fails with the first ids."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every proof and report what does not hold."""
        faults = []
        with connection.cursor() as cursor:
            for what, statement in PROOFS:
                cursor.execute(statement)
                wrong = [str(row[0]) for row in cursor.fetchall()]
                if wrong:
                    faults.append(f"{len(wrong)} {what}: {', '.join(wrong[:10])}")
            cursor.execute("SELECT count(*) FROM journal_entry")
            entries = cursor.fetchone()[0]
        if faults:
            raise CommandError("; ".join(faults))
        self.stdout.write(f"{entries} entries, every sum holds")
