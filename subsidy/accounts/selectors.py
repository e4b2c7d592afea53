"""Sessions and people, for their owners and for those who look after them."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest

from subsidy.accounts import sessions
from subsidy.accounts.actor import Actor
from subsidy.accounts.models import Post, RecoveryCodes, Session, User
from subsidy.accounts.rights import Right
from workflow import clock


def sessions_of(user: User) -> QuerySet[Session]:
    """A person's own sessions that are open, the one seen last first."""
    return sessions.open_sessions().filter(user=user)


def sessions_visible_to(actor: Actor, name: str = "") -> QuerySet[Session]:
    """Everybody's open sessions, for who looks after security; `name` looks in user names and names."""
    found = sessions.open_sessions().select_related("user")
    if not actor.has(Right.SECURE):
        return found.none()
    return found.filter(Q(user__username__icontains=name) | Q(user__name__icontains=name)) if name else found


def people_visible_to(actor: Actor, name: str = "") -> QuerySet[User]:
    """Everybody with an account, with `phones`, the number of bound ones, for who looks after security."""
    if not actor.has(Right.SECURE):
        return User.objects.none()
    found = User.objects.annotate(phones=Count("authenticators", filter=Q(authenticators__confirmed=True)))
    found = found.filter(Q(username__icontains=name) | Q(name__icontains=name)) if name else found
    return found.order_by("username")


def accounts_visible_to(actor: Actor) -> QuerySet[User]:
    """Every account, for system administrators; nobody else sees any."""
    return User.objects.all() if actor.has(Right.ADMINISTER) else User.objects.none()


def with_posts_now(people: QuerySet[User]) -> QuerySet[User]:
    """The same people, each with the posts of today in `posts_now`."""
    posts = Post.objects.on(clock.today()).select_related("agency", "enterprise").order_by("pk")
    return people.prefetch_related(Prefetch("posts", queryset=posts, to_attr="posts_now"))


def in_post(people: QuerySet[User], agency: int | None, role: str) -> QuerySet[User]:
    """Those of the people who hold today a post at the agency, in the role, or both in one."""
    posts = Post.objects.on(clock.today()).filter(user=OuterRef("pk"))
    if agency is not None:
        posts = posts.filter(agency=agency)
    if role:
        posts = posts.filter(role=role)
    return people.filter(Exists(posts)) if agency is not None or role else people


def is_current(session: Session, request: HttpRequest) -> bool:
    """Whether it is the one of this request."""
    key = request.session.session_key
    return key is not None and session.session_key == sessions.digest_of(key)


def recovery_codes_left(user: User) -> int:
    """How many recovery codes a person has left."""
    sheet = RecoveryCodes.objects.filter(user=user).first()
    return len(sheet.digests) if sheet else 0
