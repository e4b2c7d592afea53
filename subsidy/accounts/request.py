from django.http import HttpRequest

from subsidy.accounts.actor import Actor
from subsidy.accounts.models import User


class Request(HttpRequest):
    """A request as the views see it: with the actor that the middleware put in place."""

    actor: Actor
    user: User
