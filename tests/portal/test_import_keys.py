import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.importing.keys import Identity, key_of, keys_of, number_repeats, slug, tell_apart
from teams.fields import KEY_LENGTH, KEY_PATTERN

HASHED = re.compile(r"-[0-9a-f]{8}$")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Card fraud scorer", "card-fraud-scorer"),
        ("NCUA_E&I-01", "ncua-e-i-01"),
        ("BIS – 7", "bis-7"),
        ("Übersicht Café", "ubersicht-cafe"),
        ("  --a--b--  ", "a-b"),
        ("東京", ""),
    ],
)
def test_slug_keeps_letters_digits_and_hyphens(text: str, expected: str) -> None:
    assert slug(text) == expected


def test_key_joins_the_parts() -> None:
    assert key_of(Identity(("ED", "Office of Research", "Chatbot"))) == "ed-office-of-research-chatbot"


def test_key_says_a_part_once_that_the_next_begins_with() -> None:
    assert key_of(Identity(("DOJ", "DOJ-0357"))) == "doj-0357"
    assert key_of(Identity(("DOJ", "DOJX-1"))) == "doj-dojx-1"


def test_key_is_cut_at_a_hyphen_and_told_by_a_hash_if_it_is_too_long() -> None:
    key = key_of(Identity(("agency", "a very long name of a use case that goes on and on and on")))
    other = key_of(Identity(("agency", "a very long name of a use case that goes on and on and onwards")))
    assert HASHED.sub("", key) == HASHED.sub("", other) == "agency-a-very-long-name-of-a-use-case-that-goes-on"
    assert key != other
    assert len(key) <= KEY_LENGTH


def test_key_of_letters_that_no_key_knows_is_a_hash() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}", key_of(Identity(("東京",))))
    assert key_of(Identity(("東京",))) != key_of(Identity(("大阪",)))


def test_key_is_never_a_word_of_an_address() -> None:
    assert HASHED.search(key_of(Identity(("new",))))


def test_keys_that_would_be_equal_are_told_by_a_hash() -> None:
    keys = keys_of([Identity(("a.b", "1")), Identity(("a-b", "1")), Identity(("c", "1"))])
    assert keys[0] != keys[1]
    assert all(HASHED.search(key) for key in keys[:2])
    assert keys[2] == "c-1"


def test_keys_are_the_same_in_any_order() -> None:
    identities = [Identity(("a.b",)), Identity(("a b",)), Identity(("c",))]
    assert keys_of(identities) == keys_of(identities[::-1])[::-1]


def test_what_tells_apart_is_dropped_where_the_parts_suffice() -> None:
    twice, twice_too, once = Identity(("1",), ("x",)), Identity(("1",), ("y",)), Identity(("2",), ("x",))
    assert tell_apart([twice, twice_too, once]) == [twice, twice_too, Identity(("2",))]


def test_repeats_are_numbered_from_the_second_on() -> None:
    assert number_repeats([Identity(("1",))] * 3) == [
        Identity(("1",)),
        Identity(("1",), ("2",)),
        Identity(("1",), ("3",)),
    ]


@given(st.lists(st.tuples(st.text(min_size=1, max_size=80), st.text(max_size=80)), unique=True, max_size=20))
def test_keys_are_keys_and_differ_for_whatever_parts(all_parts: list[tuple[str, str]]) -> None:
    keys = keys_of([Identity(parts) for parts in all_parts])
    assert all(re.match(KEY_PATTERN, key) and len(key) <= KEY_LENGTH for key in keys)
    assert len(set(keys)) == len(all_parts)
