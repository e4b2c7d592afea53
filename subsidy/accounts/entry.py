"""The one door through which somebody is signed in.

    begin(request, user, next)    the password was right: the browser now waits for the other steps, signed in nowhere
    go_on(request)                where it goes next; after the last step the session is opened there
    stamp, fault                  what a session says about its beginning, and what is wrong with it now

Between password and last step there is no signed-in user at all, so a page that needs one cannot be reached half-way
(trust.md row 4). The key of the session is another one after each step (row 9).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from subsidy.accounts import access_log, attempts, factors, passwords, sessions
from subsidy.accounts.actor import Actor
from subsidy.accounts.models import User
from subsidy.accounts.sessions import SIGN_IN
from subsidy.accounts.tell import tell
from workflow import clock

WAITING = "waiting_for_sign_in"
PREVIOUS_LOGIN = "previous_login"
WAITING_SECONDS = 10 * 60
TRIES = 5
BACKEND = "django.contrib.auth.backends.ModelBackend"
AGENT_LETTERS = 200


# --- the steps ----------------------------------------------------------------


def begin(request: HttpRequest, user: User, to: str) -> str:
    """The password was right. Gives the address of the next step."""
    request.session.cycle_key()
    request.session[WAITING] = {
        "user": user.pk, "password": user.get_session_auth_hash(), "factor": False,
        "at": clock.real_now().timestamp(), "tries": 0, "to": to,
    }  # fmt: skip
    return go_on(request)


def waiting(request: HttpRequest) -> User | None:
    """Who has given the password in this browser and not finished yet."""
    kept = request.session.get(WAITING)
    if kept is None or clock.real_now().timestamp() - kept["at"] > WAITING_SECONDS:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not constant_time_compare(kept["password"], user.get_session_auth_hash()):
        return None
    return user


def step_of(request: HttpRequest, user: User) -> str:
    """The name of the page that is next for somebody waiting; empty when nothing is left to ask."""
    if not request.session[WAITING]["factor"]:
        if factors.has_factor(user):
            return "login_code"
        if Actor.of(user).needs_factor:
            return "login_enrol"
    return "login_password" if passwords.is_due(user) else ""


def go_on(request: HttpRequest) -> str:
    """The address of the next step, or of the page that was asked for, once the session is opened."""
    user = waiting(request)
    if user is None:
        return "/" if request.user.is_authenticated else reverse("login")
    if step := step_of(request, user):
        return reverse(step)
    to: str = request.session[WAITING]["to"]
    _open(request, user)
    return to


def passed_factor(request: HttpRequest) -> None:
    """The second factor was given."""
    request.session[WAITING] = {**request.session[WAITING], "factor": True}


def knows_new_password(request: HttpRequest, user: User) -> None:
    """The person has just set a new password on the way in."""
    request.session[WAITING] = {**request.session[WAITING], "password": user.get_session_auth_hash()}


def failed(request: HttpRequest, user: User) -> int:
    """A wrong code. Gives how many tries are left; after the last one the password must be given again."""
    kept = request.session[WAITING]
    left: int = TRIES - kept["tries"] - 1
    if left > 0:
        request.session[WAITING] = {**kept, "tries": kept["tries"] + 1}
        return left
    give_up(request)
    access_log.write_for(request, user, access_log.REFUSED, "sign-in: five wrong codes")
    tell(user, _("验证码多次输错"), _("有人输对了您的密码，但连续 %s 次输错验证码，未能登录。") % TRIES)
    return 0


def give_up(request: HttpRequest) -> None:
    """Forget that a password was given."""
    request.session.pop(WAITING, None)


# --- the session --------------------------------------------------------------


def _open(request: HttpRequest, user: User) -> None:
    before = user.last_login
    address = request.META.get("REMOTE_ADDR", "")
    passed: bool = request.session[WAITING]["factor"]
    with transaction.atomic():
        # Two sign-ins of one person at a time are counted one after the other.
        User.objects.select_for_update().get(pk=user.pk)
        give_up(request)
        login(request, user, backend=BACKEND)
        request.session[SIGN_IN] = stamp(user, request, factor=passed)
        request.session[PREVIOUS_LOGIN] = before.isoformat() if before else ""
        request.session.save()
        _keep_at_most(user)
        attempts.forgive(attempts.SIGN_IN, user.username, address)
        access_log.write_for(request, user, access_log.SIGNED_IN, "")


def stamp(user: User, request: HttpRequest, *, factor: bool) -> dict[str, Any]:
    """What a session remembers of its beginning."""
    now = clock.real_now()
    return {
        "at": now.isoformat(), "factor": factor, "fresh": now.timestamp(), "seats": _seats(Actor.of(user)),
        "address": request.META.get("REMOTE_ADDR", "")[:64],
        "agent": request.headers.get("User-Agent", "")[:AGENT_LETTERS].replace("\0", ""),
    }  # fmt: skip


def _keep_at_most(user: User) -> None:
    open_ones = sessions.open_sessions().filter(user=user)
    late = open_ones.values_list("session_key", flat=True)[settings.SESSIONS_AT_MOST :]
    sessions.end(open_ones.filter(session_key__in=list(late)))


def fault(request: HttpRequest) -> str:
    """Why the session of a signed-in request must end, as a sentence; empty when it may go on."""
    began = request.session.get(SIGN_IN)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if began is None or (actor.needs_factor and not began["factor"]):
        return _("请完成两步验证后使用。")
    if settings.SUBSIDY_MODE == "production" and request.user.is_demo:  # type: ignore[union-attr]
        return _("演示账号不能在正式环境使用。")
    if set(began["seats"]) - set(_seats(actor)):
        return _("您的岗位已变更，请重新登录。")
    return ""


def _seats(actor: Actor) -> list[str]:
    return [f"{seat.role}:{seat.agency_id or ''}:{seat.enterprise_id or ''}" for seat in actor.seats]


# --- once more ----------------------------------------------------------------


def is_fresh(request: HttpRequest) -> bool:
    """Whether code or password was given within the last ten minutes (`settings.FRESH_SECONDS`)."""
    return 0 <= clock.real_now().timestamp() - float(request.session[SIGN_IN]["fresh"]) < settings.FRESH_SECONDS


def refresh(request: HttpRequest) -> None:
    """Code or password was given again: a new key for the session."""
    request.session.cycle_key()
    request.session[SIGN_IN] = {**request.session[SIGN_IN], "fresh": clock.real_now().timestamp()}


def now_has_factor(request: HttpRequest) -> None:
    """A phone was bound within the session: its code has just been given."""
    request.session.cycle_key()
    fresh = clock.real_now().timestamp()
    request.session[SIGN_IN] = {**request.session[SIGN_IN], "factor": True, "fresh": fresh}


def stay_after_new_password(request: HttpRequest) -> None:
    """The session in which the password was changed goes on under a new key; every other one is at its end."""
    request.user.refresh_from_db()  # type: ignore[union-attr]
    update_session_auth_hash(request, request.user)  # type: ignore[arg-type]
