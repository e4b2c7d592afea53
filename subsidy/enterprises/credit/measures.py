"""What measures are called on these pages, which lie below the calls."""

from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _

from policies.kit.registry import load


def titles() -> dict[str, str]:
    """Key → short title of every measure in use."""
    return _titles(tuple(settings.SUBSIDY_POLICIES))


def title(measure: str) -> str:
    """What a scope is called: a measure, or all of them."""
    return titles().get(measure, measure) if measure else _("全部政策")


@cache
def _titles(names: tuple[str, ...]) -> dict[str, str]:
    return {policy.measure: policy.short_title for policy in load(names).editions}
