"""Registers the jobs of this app with the outbox."""

from subsidy.imports import take

JOBS = (take.CHECK, take.APPLY)
