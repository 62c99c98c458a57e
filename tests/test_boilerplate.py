import unicodedata

import pytest

from kb.boilerplate import is_boilerplate, opens_link_list, share_prompt_start
from kb.normalization import fold
from tests.prose import HEADINGS, LANGUAGES, SENTENCES, SHARE_PROMPTS

LINK_LISTS = {
    "sl": ("Priporočeni članki", "Preberite tudi", "Sorodni članki"),
    "pl": ("Szybkie linki", "Przeczytaj także", "Przeczytaj też", "Zobacz także"),
    "hi": ("यह भी पढ़ें", "संबंधित लेख"),
    "ro": ("Citește și", "Citiți și", "Articole similare", "Articole recomandate"),
    "en": ("Recommended articles", "Related articles", "Read also", "Quick links"),
}


def _each(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(language, phrase) for language, phrases in table.items() for phrase in phrases]


@pytest.mark.parametrize(("language", "prompt"), _each(SHARE_PROMPTS))
@pytest.mark.parametrize("shape", ["{}", "{}!", "→ {} ←", "[{}]", "🐦 {}", "**{}**"])
def test_a_share_prompt_alone_is_boilerplate(language: str, prompt: str, shape: str) -> None:
    line = shape.format(prompt)

    assert is_boilerplate(line)
    assert is_boilerplate(unicodedata.normalize("NFD", line))
    assert is_boilerplate(line.upper())
    assert language == "hi" or is_boilerplate(fold(line))


@pytest.mark.parametrize(("language", "prompt"), _each(SHARE_PROMPTS))
@pytest.mark.parametrize("before_prompt", [" ", " – ", " 🐦 ", "\n", " (", " » "])
def test_a_quote_ends_where_its_share_prompt_begins(
    language: str, prompt: str, before_prompt: str
) -> None:
    for quote in SENTENCES[language]:
        line = f"{quote}{before_prompt}{prompt}"

        start = share_prompt_start(line)

        assert start is not None
        assert line[:start].rstrip() == quote


@pytest.mark.parametrize("language", LANGUAGES)
def test_prose_is_no_boilerplate(language: str) -> None:
    for sentence in SENTENCES[language]:
        assert not is_boilerplate(sentence)
        assert share_prompt_start(sentence) is None


@pytest.mark.parametrize(
    "line",
    [
        "Click to tweet buttons brought the mill forty visitors.",
        "Gumb »Kliknite za Tweet« je na strani mlina od leta 2019.",
        "Przycisk „Kliknij, aby tweetować” zniknął ze strony młyna.",
        "Cennik jest na https://example.com/cennik i w młynie.",
        "[Moara](https://example.com) macină din 1931.",
        "2026-01-31 je mlin obstal.",
        "Mlin je obstal 2026-01-31.",
        "↔ ni puščica na vrh.",
        "CSAT",
        "42",
        "ठीक है",
    ],
)
def test_a_line_with_words_of_its_own_is_no_boilerplate(line: str) -> None:
    assert not is_boilerplate(line)
    assert share_prompt_start(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "↑ Na vrh",
        "⇧ Góra",
        "![Mlin](slike/mlin.jpg)",
        "![चक्की](chakki.png) ![दूसरी](b.png)",
        "[Prvi](a.md) | [Drugi](b.md) • [Tretji](c.md)",
        "https://example.com/a, <https://example.com/b>",
        "<!-- uredi: moka -->",
        "Objavljeno: 2026-01-31",
        "Data publikacji: 2026-01-31",
        "प्रकाशित: 2026-01-31",
        "Publicat 2026-01-31",
        "Published: 2026-01-31",
        "🙂🙂",
        "…",
        "",
    ],
)
def test_a_line_that_only_surrounds_an_article_is_boilerplate(line: str) -> None:
    assert is_boilerplate(line)


@pytest.mark.parametrize(("language", "heading"), _each(LINK_LISTS))
def test_a_heading_of_a_link_list_is_known(language: str, heading: str) -> None:
    assert opens_link_list(heading)
    assert opens_link_list(unicodedata.normalize("NFD", heading.upper()) + " 🔗")
    assert opens_link_list(f"2026: {heading}")
    assert opens_link_list(f"{heading} (12)")
    assert language == "hi" or opens_link_list(fold(heading))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_ordinary_heading_opens_no_link_list(language: str) -> None:
    assert not any(map(opens_link_list, HEADINGS[language]))
