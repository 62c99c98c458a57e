"""Names keep one key in both scripts, and ordinary short words have none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.spelling import is_devanagari, spelling_key


@pytest.mark.parametrize(
    ("devanagari", "latin"),
    [
        ("खाताघर", "Khataghar"),
        ("यात्रामित्र", "Yatramitra"),
        ("आरोग्य", "Arogya"),
        ("बाज़ार", "Bazaar"),
        ("बाजार", "bazar"),
        ("किसान", "Kisan"),
        ("पुर्ज़े", "Purze"),
        ("लूमिना", "Lumina"),
        ("वेस्ना", "Vesna"),
        ("वेस्ना", "wesna"),
        ("चेतना", "Chetna"),
        ("मोरावा", "Morava"),
    ],
)
def test_a_name_has_one_key_in_both_scripts(devanagari: str, latin: str) -> None:
    assert spelling_key(devanagari) == spelling_key(latin) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Khataghar", "Katarina"), ("Arogya", "Arena"), ("किसान", "किताब"), ("Lumina", "Limit")],
)
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert spelling_key(one) != spelling_key(other)


@pytest.mark.parametrize("word", ["", "in", "kaj", "क्या", "है", "ai", "96", "😀", "łó"])
def test_words_with_too_few_consonants_have_no_key(word: str) -> None:
    assert spelling_key(word) == ""


@pytest.mark.parametrize(
    ("written", "typed"), [("Łódzki", "lodzki"), ("Čebelar", "cebelar"), ("Ștefan", "Ştefan")]
)
def test_diacritics_and_case_do_not_change_a_key(written: str, typed: str) -> None:
    assert spelling_key(written) == spelling_key(typed)


@given(st.text(max_size=30))
def test_any_text_has_a_key_of_plain_letters(text: str) -> None:
    key = spelling_key(text)

    assert key == "" or (key.isascii() and key.isalpha() and len(key) >= 3)


def test_a_script_is_known_by_its_letters() -> None:
    assert is_devanagari("NPS है")
    assert not is_devanagari("Łódź")
