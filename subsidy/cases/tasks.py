"""Registers the jobs of this app with the outbox."""

from subsidy.cases import migrate, receipts

JOBS = (migrate.JOB, receipts.JOB)
