"""Write the history to a file that subsidy/ops/verify_history.py can check without the database."""

import hashlib
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from subsidy.ops.verify_history import BLOCK_LINES, BLOCKS
from workflow import export, seals


class Command(BaseCommand):
    help = "Export the history with its seals, and FILE.blocks, by which a copy is compared quickly."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        is_outermost = not connection.in_atomic_block
        with transaction.atomic(), file.open("w", encoding="utf-8") as out:
            if is_outermost:
                _stand_still()
            head = seals.head()
            last = ""
            for last in export.whole():
                out.write(f"{last}\n")
        digest = write_blocks(file)
        _end, entries, sealed = last.split("\t")
        self.stdout.write(f"{entries} entries, {sealed} seals; SHA-256 of {file.name}.blocks: {digest}")
        if head is not None:
            self.stdout.write(f"last seal {head.number}: {head.digest}")


def _stand_still() -> None:
    """One moment for the whole file: what is sealed meanwhile is in the next export."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def write_blocks(file: Path) -> str:
    """Write the manifest: of each block of lines their number, size and SHA-256. Its digest is to be kept elsewhere."""
    parts = [BLOCKS + b"\n"]
    with file.open("rb") as source:
        while lines := list(islice(source, BLOCK_LINES)):
            block = b"".join(lines)
            parts.append(f"{len(lines)}\t{len(block)}\t{hashlib.sha256(block).hexdigest()}\n".encode())
    manifest = b"".join(parts)
    file.with_name(f"{file.name}.blocks").write_bytes(manifest)
    return hashlib.sha256(manifest).hexdigest()
