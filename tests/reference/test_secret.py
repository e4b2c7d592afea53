"""Values that lie encrypted in the database."""

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection
from pytest_django import Settings

from subsidy.enterprises.models import Enterprise
from subsidy.reference.secret import CannotDecrypt, decrypt, encrypt, lookup_digest, masked

ACCOUNT = "6222020200112233445"
OTHER_KEY = "new:" + "7b" * 32


def test_what_is_encrypted_opens_again_and_looks_different_every_time() -> None:
    one, two = encrypt(ACCOUNT, "account"), encrypt(ACCOUNT, "account")
    assert ACCOUNT not in one
    assert one != two
    assert decrypt(one, "account") == decrypt(two, "account") == ACCOUNT


def test_a_value_moved_to_another_column_does_not_open() -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(encrypt(ACCOUNT, "enterprises.bankaccount.number"), "enterprises.enterprise.contact_phone")


def test_one_changed_letter_is_noticed() -> None:
    stored = encrypt(ACCOUNT, "account")
    place = stored.rindex("$") + 20
    other = "A" if stored[place] != "A" else "B"
    with pytest.raises(CannotDecrypt):
        decrypt(stored[:place] + other + stored[place + 1 :], "account")


@pytest.mark.parametrize("stored", ["", ACCOUNT, "enc1$gone$AAAA", "enc1$sample$%%%", "enc1$sample$"])
def test_what_was_never_encrypted_here_does_not_open(stored: str) -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(stored, "account")


def test_after_a_change_of_keys_old_values_open_and_new_ones_use_the_new_key(settings: Settings) -> None:
    old = encrypt(ACCOUNT, "account")
    settings.FIELD_KEYS = f"{OTHER_KEY},{settings.FIELD_KEYS}"
    assert decrypt(old, "account") == ACCOUNT
    assert encrypt(ACCOUNT, "account").startswith("enc1$new$")


@pytest.mark.parametrize("keys", ["", "short:5a", "UPPER:" + "5a" * 32, "x:" + "zz" * 32])
def test_a_malformed_list_of_keys_is_refused(keys: str, settings: Settings) -> None:
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        encrypt(ACCOUNT, "account")


def test_the_look_up_digest_finds_the_same_number_however_it_is_written() -> None:
    assert lookup_digest("6222 0202 0011", "account") == lookup_digest("６２２２０２０２００１１", "account")
    assert lookup_digest("6222", "account") != lookup_digest("6222", "phone")
    assert "6222" not in lookup_digest("6222", "account")


def test_lists_show_the_last_four_digits_only() -> None:
    assert masked(ACCOUNT) == "**** 3445"
    assert masked("1234") == "****"


@pytest.mark.django_db
def test_the_database_holds_no_readable_phone_and_refuses_to_search_one() -> None:
    Enterprise.objects.create(
        credit_code="91220101MA0Y1234X5", name="甲公司", name_key="甲公司", area="220101", contact_phone="13800000000"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_phone FROM enterprises_enterprise")
        stored = cursor.fetchone()[0]
    assert "13800000000" not in stored
    assert Enterprise.objects.get().contact_phone == "13800000000"
    with pytest.raises(FieldError):
        Enterprise.objects.filter(contact_phone="13800000000").exists()
