#!/usr/bin/env python
"""The door to every management command.

Without DATABASE_URL and REDIS_URL the embedded servers are started for the time of the command.
"""

import os
import sys

WITHOUT_SERVERS = frozenset({"help", "version", "--help", "--version", "makemessages", "compilemessages"})


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "subsidy.settings")
    os.environ.setdefault("SUBSIDY_STATEMENT_SECONDS", "600")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command not in WITHOUT_SERVERS and os.environ.get("SUBSIDY_MODE") != "production":
        from subsidy import embedded

        embedded.hold()

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
