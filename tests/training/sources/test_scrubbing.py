import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.sources.scrubbing import is_translation, scrub


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("Delete <b>all</b> files?", "Delete all files?"),
        ("&lt;emph&gt;Delo&lt;/emph&gt; in življenje", "Delo in življenje"),
        ("%d files at %(place)s, {0} and ${name}.", "files at, and."),
        ("Zapri ($1)", "Zapri"),
        ("50% of users", "50% of users"),
        ("&Open", "Open"),
        ("Ma_tch case", "Match case"),
        ("खोलें (_O)", "खोलें"),
        ("R&D and Q&A", "R&D and Q&A"),
        ("Name it my_own_file", "Name it my_own_file"),
        ("{N, plural, =1 {1 leto} few {# leta} other {{N} let}} dela", "let dela"),
        ("[Learn more](example.html) about it", "Learn more about it"),
        ("एक मोर|", "एक मोर।"),
        ("5.27.1. Activating\n the command", "Activating the command"),
    ],
)
def test_what_a_reader_would_not_see_is_taken_out(message: str, text: str) -> None:
    assert scrub(message) == text


PLAIN = (
    "Račun je zapadel 3. maja; plačajte do petka!",
    "Zażółć gęślą jaźń (prawie 50 % osób)?",
    "कृपया प्रतीक्षा करें। आपका बिल 3.5 हज़ार का है।",
    "Țara are 41 de județe: „Ș” și „ț” se scriu cu virgulă.",
    "The invoice isn't due until 5 p.m., is it?",
)


@given(st.lists(st.sampled_from(PLAIN)))
def test_plain_text_is_left_as_it_is(sentences: list[str]) -> None:
    text = " ".join(sentences)

    assert scrub(text) == text


@given(st.text())
def test_result_is_one_line_without_double_spaces(message: str) -> None:
    assert scrub(message) == " ".join(scrub(message).split())


@pytest.mark.parametrize(
    ("english", "translation", "language"),
    [
        ("Open the file", "Odprite datoteko", "sl"),
        ("Firefox browser", "Brskalnik Firefox", "sl"),
        ("Export as PDF", "PDF के रूप में निर्यात करें", "hi"),
    ],
)
def test_translation_may_keep_names(english: str, translation: str, language: str) -> None:
    assert is_translation(english, translation, language)


@pytest.mark.parametrize(
    ("english", "translation", "language"),
    [
        ("Open the file", "Open the file", "pl"),
        ("Example for the Cubism filter", "Figure 17: Example for the Cubism filter", "ro"),
        ("Open the file", "Open the file जी", "hi"),
        ("Open the file", "Odprite datoteko", "hi"),
        ("%", "%", "sl"),
        ("Open the file", "", "sl"),
        ("file " * 300, "datoteka " * 300, "sl"),
    ],
)
def test_text_left_in_english_is_no_translation(
    english: str, translation: str, language: str
) -> None:
    assert not is_translation(english, translation, language)
