"""What the settings promise whatever the mode."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings

from subsidy import demo_clock, embedded
from subsidy.database import Address


def directives() -> Iterator[tuple[str, str]]:
    for name, values in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items():
        for value in values:
            yield name, value


def test_the_content_policy_allows_nothing_inline_and_no_other_host() -> None:
    assert {value for _, value in directives()} <= {"'self'", "'none'", "data:"}
    assert [name for name, value in directives() if value == "data:"] == ["img-src"]
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["default-src"] == ["'none'"]


def test_every_page_needs_a_login_unless_it_says_otherwise() -> None:
    names = [path.rpartition(".")[2] for path in settings.MIDDLEWARE]

    assert names.index("LoginRequiredMiddleware") == names.index("AuthenticationMiddleware") + 1
    assert names[0] == "CSPMiddleware"
    assert "CsrfViewMiddleware" in names


def test_jobs_travel_as_json_only_and_end_before_they_are_delivered_again() -> None:
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_TASK_SERIALIZER == "json"
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT


def test_a_session_ends_after_thirty_idle_minutes_and_twelve_hours_in_all() -> None:
    assert settings.SESSION_COOKIE_AGE == 1800
    assert settings.SESSION_TOTAL_AGE == 43200
    assert settings.SESSION_SAVE_EVERY_REQUEST is True


def test_time_is_shanghai_and_pages_are_chinese() -> None:
    assert (settings.TIME_ZONE, settings.USE_TZ, settings.LANGUAGE_CODE) == ("Asia/Shanghai", True, "zh-hans")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://subsidy_app@/subsidy?host=/run/postgresql",
        "postgresql://subsidy_app:p%40ss%2Fword@db.example:6432/subsidy?sslmode=verify-full",
        "postgresql://subsidy_app:x@[2001:db8::1]:5432/subsidy",
    ],
)
def test_a_database_address_survives_being_taken_apart(url: str) -> None:
    assert Address.parse(url).url == url


def test_a_database_address_keeps_password_and_options_apart() -> None:
    address = Address.parse("postgres://a:p%40ss@db.example/n?sslmode=require&application_name=web")

    assert (address.user, address.password, address.host, address.name) == ("a", "p@ss", "db.example", "n")
    assert address.options == (("application_name", "web"), ("sslmode", "require"))


@pytest.mark.parametrize("url", ["", "mysql://a@b/c", "postgresql://a@b", "postgresql://a@b/"])
def test_an_address_of_no_postgresql_database_is_an_error(url: str) -> None:
    with pytest.raises(ValueError, match="PostgreSQL"):
        Address.parse(url)


def test_the_broker_s_socket_is_written_as_celery_reads_it() -> None:
    assert embedded.broker_url("unix:///a/b.sock?db=3") == "redis+socket:///a/b.sock?virtual_host=3"
    assert embedded.broker_url("redis://h:1/0") == "redis://h:1/0"


def test_a_long_folder_still_has_sockets_short_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SUBSIDY_VAR", str(tmp_path / ("deep" * 30)))

    assert len(f"{embedded.app_address().host}/.s.PGSQL.5432") < 108
    assert len(embedded.redis_url()) < 108


def test_the_demo_s_clock_begins_on_its_day_and_runs_on(tmp_path: Path) -> None:
    file = tmp_path / "demo-clock"
    real = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    with time_machine.travel(real, tick=False):
        demo_clock.fix(file, "2026-05-20")
    with time_machine.travel(real + timedelta(days=3), tick=False):
        demo_clock.fix(file, "2026-05-20")
        shown = datetime.now(UTC) + timedelta(seconds=demo_clock.offset(file, "2026-05-20"))

    assert shown.astimezone(demo_clock.SHANGHAI).date() == date(2026, 5, 23)
    assert shown.astimezone(demo_clock.SHANGHAI).hour == 9


def test_without_a_demo_day_the_clock_is_the_real_one(tmp_path: Path) -> None:
    assert demo_clock.offset(tmp_path / "demo-clock", "") == 0
