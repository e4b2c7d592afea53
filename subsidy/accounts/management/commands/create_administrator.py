from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction
from django.urls import reverse

from subsidy.accounts import links
from subsidy.accounts.models import OFFICES, Link, Post, User
from subsidy.accounts.people import spoken
from workflow import clock
from workflow.perform import created
from workflow.protocols import SYSTEM


class Command(BaseCommand):
    help = "Create one of the first three administrators, and print the link with which he sets his own password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=[role.value for role in OFFICES])
        parser.add_argument("username")
        parser.add_argument("name")
        parser.add_argument("email")

    def handle(self, *args: Any, role: str, username: str, name: str, email: str, **options: Any) -> None:
        """Three people, three runs. The password is set with the link alone."""
        try:
            with transaction.atomic():
                user = User.objects.create_user(username, email, name=name)
                post = Post.objects.create(user=user, role=role, valid_from=clock.today())
                created(user, SYSTEM, evidence={"what": spoken(post)})
        except IntegrityError as refused:
            raise CommandError(f"there is somebody called {username}: three offices, three new people") from refused
        path = reverse(links.PAGES[Link.Purpose.WELCOME], args=[links.make(user, Link.Purpose.WELCOME)])
        self.stdout.write(f"within 30 minutes, once: {settings.PUBLIC_ADDRESS}{path}")
