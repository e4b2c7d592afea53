"""Print who can log in to the demo."""

import os
from typing import Any
from unicodedata import east_asian_width

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from subsidy.ops.demo.people import logins, password

HEAD = ("姓名", "岗位", "单位", "用户名", "密码")


class Command(BaseCommand):
    help = "Print the address and the people of the demo with their passwords (not in production)."

    def add_arguments(self, parser: CommandParser) -> None:
        host = os.environ.get("HOST", "127.0.0.1")
        address = f"http://{f'[{host}]' if ':' in host else host}:{os.environ.get('PORT', '8000')}/"
        parser.add_argument("--address", default=address, help="where the demo answers")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        if settings.SUBSIDY_MODE == "production":
            raise CommandError("there are no demo people in production")
        rows = [tuple(login) for login in logins()]
        if not rows:
            self.stdout.write("there are no demo people yet; load_demo makes them")
            return
        widths = [max(_width(row[place]) for row in [HEAD, *rows]) for place in range(len(HEAD))]
        self.stdout.write(address)
        for row in [HEAD, *rows]:
            cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())
        self.stdout.write(
            f"其他县（市、区）和镇街：岗位用户名加区划代码，如 chushen_220184、chushen_442000101；密码同为 {password()}"
        )
        self.stdout.write("工作人员的验证码显示在登录第二步的页面上")


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
