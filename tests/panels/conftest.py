"""The small world of real verbs, for what an expert sees of a case that was really filed."""

from tests.world import world

__all__ = ["world"]
