"""What stands around every page: who is signed in, the menu, messages, display, the last line."""

from functools import cached_property

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from subsidy.accounts.actor import Actor
from subsidy.accounts.entry import PREVIOUS_LOGIN
from subsidy.desk import navigation, preferences
from subsidy.messages.models import Message
from subsidy.reference import formats
from workflow import clock, seals

LANGUAGES = {"zh-hans": "zh-CN", "en": "en"}
LARGE = "large"
Messages = BaseStorage | list[object]


def shell_of(request: HttpRequest) -> "Shell":
    """The shell of this request; made once."""
    made: Shell | None = getattr(request, "shell", None)
    if made is None:
        made = request.shell = Shell(request)  # type: ignore[attr-defined]
    return made


class Shell:
    """Everything is worked out when a template asks; public pages never ask for user, session or messages."""

    home = "/"

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def language(self) -> str:
        return LANGUAGES.get(get_language() or "", "zh-CN")

    @cached_property
    def _actor(self) -> Actor | None:
        actor: Actor | None = getattr(self._request, "actor", None)
        return actor if actor is not None and actor.id is not None else None

    # --- signed in ---

    @property
    def signed_in(self) -> bool:
        return self._actor is not None

    @cached_property
    def menu(self) -> list[navigation.Entry]:
        return navigation.menu(self._actor, self._request.path) if self._actor else self.public_menu

    @property
    def person(self) -> str:
        return self._actor.name if self._actor else ""

    @property
    def unit(self) -> str:
        return self._actor.agency_name if self._actor else ""

    @property
    def post(self) -> str:
        return "、".join(str(seat.role.label) for seat in self._actor.seats[:1]) if self._actor else ""

    @cached_property
    def unread(self) -> int:
        if self._actor is None:
            return 0
        return Message.objects.filter(recipient_id=self._actor.id, read_at__isnull=True).count()

    @property
    def messages(self) -> Messages:
        return get_messages(self._request)

    @property
    def search_url(self) -> str:
        return navigation.address("desk:search") if self._actor else ""

    @property
    def inbox_url(self) -> str:
        return navigation.address("inbox:list")

    @property
    def help_url(self) -> str:
        return navigation.address("desk:help")

    @property
    def posts_url(self) -> str:
        return navigation.address("accounts:posts") if self._actor and len(self._actor.seats) > 1 else ""

    @property
    def display(self) -> list[tuple[str, str]]:
        return preferences.display(self._request)

    @property
    def display_choices(self) -> list[preferences.Choice]:
        return preferences.choices(self._request)

    @property
    def footer(self) -> list[str]:
        return [line for line in (self._demo_clock, self._last_login, *self._owner) if line]

    @property
    def _demo_clock(self) -> str:
        """The demo runs on a clock of its own, and says so; every moment on its pages is of this clock."""
        if not settings.CLOCK_OFFSET:
            return ""
        return _("演示时钟：%(now)s（页面上的时间均为演示时钟，不是实际时间）") % {"now": formats.minute(clock.now())}

    @cached_property
    def _last_login(self) -> str:
        if self._actor is None:
            return ""
        moment = parse_datetime(self._request.session.get(PREVIOUS_LOGIN, ""))
        if moment is None:
            return ""
        return _("上次登录：%(moment)s") % {"moment": formats.minute(clock.on_business_clock(moment))}

    # --- anybody ---

    @property
    def public_home(self) -> str:
        return navigation.address("notices:list") or "/"

    @property
    def public_menu(self) -> list[navigation.Entry]:
        return navigation.public_menu(self._request.path)

    @property
    def large(self) -> bool:
        return self._request.GET.get("size") == LARGE

    @property
    def public_display(self) -> list[tuple[str, str]]:
        return [("size", LARGE)] if self.large else []

    @property
    def public_footer(self) -> list[str]:
        """The site's lines and the last seal, which whoever keeps a copy of a page keeps with it."""
        seal = seals.head()
        if seal is None:
            return [*self._demo_lines, *self._owner]
        words = {"number": seal.number, "digest": seal.digest, "at": formats.minute(seal.business_at)}
        return [*self._demo_lines, *self._owner, _("办理记录封签：第 %(number)s 号 %(digest)s（%(at)s）") % words]

    @property
    def _demo_lines(self) -> list[str]:
        return [line for line in (self._demo_clock,) if line]

    @property
    def _owner(self) -> list[str]:
        """Lines of the agency that runs the site; each is shown when the setting is there."""
        lines = [
            (_("主办单位：%s"), "SITE_OWNER"),
            (_("网站标识码：%s"), "SITE_CODE"),
            (_("技术支持：%s"), "SUPPORT_PHONE"),
            (_("版本 %s"), "SUBSIDY_VERSION"),
        ]
        return [text % value for text, key in lines if (value := getattr(settings, key, ""))]
