"""The inbox: one message a person, own paths only, nobody reads another's."""

from datetime import datetime

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from subsidy.accounts.models import User
from subsidy.messages.models import Message
from subsidy.messages.notify import notify
from subsidy.messages.selectors import unread
from workflow.clock import SHANGHAI

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[User]:
    return [User.objects.create_user(f"u{number}", name=f"人{number}") for number in range(3)]


@pytest.fixture
def reader(people: list[User], client: Client) -> Client:
    client.force_login(people[0])
    return client


def test_a_set_of_people_gets_one_message_each_in_a_number_of_queries_that_does_not_grow(people: list[User]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        notify(people[:1], "一")
    with CaptureQueriesContext(connection) as many:
        notify([*people, people[0]], "受理通知", "已受理。", "/cases/1/")
    assert len(few) == len(many) == 1
    assert sorted(Message.objects.filter(title="受理通知").values_list("recipient__username", flat=True)) == [
        "u0",
        "u1",
        "u2",
    ]


def test_a_message_bears_business_time(people: list[User]) -> None:
    with time_machine.travel(datetime(2026, 5, 20, 10, 30, tzinfo=SHANGHAI), tick=False):
        (message,) = notify(people[:1], "受理通知")
    assert message.created.isoformat() == "2026-05-20T10:30:00+08:00"


@pytest.mark.parametrize(
    "link", ["https://example.com/", "//example.com/", "javascript:alert(1)", "/\\example.com", "cases/1/"]
)
def test_a_message_leads_to_no_other_site(people: list[User], link: str) -> None:
    with pytest.raises(ValueError, match="path of this site"):
        notify(people, "受理通知", link=link)


def test_the_database_refuses_a_link_to_another_site(people: list[User]) -> None:
    with pytest.raises(IntegrityError):
        Message.objects.create(recipient=people[0], title="x", link="//example.com/")


def test_an_empty_inbox_says_what_will_be_there(reader: Client) -> None:
    page = reader.get("/inbox/")
    assert page.status_code == 200
    assert "还没有消息" in page.content.decode()


def test_the_inbox_shows_ones_own_messages_and_no_others(reader: Client, people: list[User]) -> None:
    notify(people[:1], "给您的消息", "内容<b>")
    notify(people[1:], "别人的消息")
    text = reader.get("/inbox/").content.decode()
    assert "给您的消息" in text
    assert "内容&lt;b&gt;" in text
    assert "别人的消息" not in text


def test_opening_a_message_marks_it_as_read_and_goes_where_it_leads(reader: Client, people: list[User]) -> None:
    (message,) = notify(people[:1], "受理通知", link="/cases/1/")
    answer = reader.post(f"/inbox/{message.pk}/")
    assert (answer.status_code, answer["Location"]) == (303, "/cases/1/")
    message.refresh_from_db()
    first = message.read_at
    assert first is not None
    reader.post(f"/inbox/{message.pk}/")
    message.refresh_from_db()
    assert message.read_at == first


def test_another_persons_message_does_not_exist_for_me(reader: Client, people: list[User]) -> None:
    (message,) = notify(people[1:2], "别人的消息")
    assert reader.post(f"/inbox/{message.pk}/").status_code == 404
    assert unread(people[1]).count() == 1


def test_reading_changes_nothing_by_get(reader: Client, people: list[User]) -> None:
    (message,) = notify(people[:1], "受理通知")
    assert reader.get(f"/inbox/{message.pk}/").status_code == 405
    assert reader.get("/inbox/read/").status_code == 405
    assert unread(people[0]).count() == 1


def test_everything_can_be_marked_as_read_at_once_for_oneself_only(reader: Client, people: list[User]) -> None:
    notify(people, "受理通知")
    assert reader.post("/inbox/read/").status_code == 303
    assert unread(people[0]).count() == 0
    assert unread(people[1]).count() == 1


def test_only_unread_messages_can_be_asked_for(reader: Client, people: list[User]) -> None:
    notify(people[:1], "第一条")
    reader.post("/inbox/read/")
    notify(people[:1], "第二条")
    text = reader.get("/inbox/?unread=1").content.decode()
    assert "第二条" in text
    assert "第一条" not in text


def test_the_inbox_needs_a_login(client: Client) -> None:
    assert client.get("/inbox/").status_code == 302


def test_the_list_costs_the_same_at_five_and_at_thirty_messages(reader: Client, people: list[User]) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get("/inbox/").status_code == 200
        return len(queries)

    notify(people[:1], "预热")
    reader.get("/inbox/")
    for number in range(4):
        notify(people[:1], f"第 {number} 条")
    at_five = cost()
    for number in range(25):
        notify(people[:1], f"第 {number} 条")
    assert cost() == at_five
