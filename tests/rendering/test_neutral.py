import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.rendering.neutral import neutral, neutral_json
from tests.prose import LANGUAGES, paragraph

BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
TEXTS = st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "L"]) | st.sampled_from("\n\t क्"))


def is_obeyed(character: str) -> bool:
    is_control = unicodedata.category(character) in {"Cc", "Zl", "Zp"} and character != "\n"
    return is_control or character in BIDI_CONTROLS


@given(text=TEXTS)
def test_nothing_is_left_that_a_terminal_obeys(text: str) -> None:
    assert not any(map(is_obeyed, neutral(text)))
    assert "\n" not in neutral(text, line_ends=True)
    assert len(neutral(text)) == len(text)


@given(text=TEXTS)
def test_json_says_the_same_without_what_a_terminal_obeys(text: str) -> None:
    written = neutral_json(json.dumps({text: [text]}, ensure_ascii=False, indent=2))

    assert json.loads(written) == {text: [text]}
    assert not any(map(is_obeyed, written))


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_emoji_and_joiners_stay_as_they_are(language: str) -> None:
    text = paragraph(language) + "\nक्\u200dया 👩🏽\u200d🌾 \U0001f3f4\U000e0067\U000e007f\u200b"

    assert neutral(text) == neutral_json(text) == text
