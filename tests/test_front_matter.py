"""What an article says of itself, in its front matter or its first lines."""

import unicodedata
from typing import Literal

import pytest

from kb.corpus import parse
from kb.domain import Document, DocumentId, LanguageCode
from kb.errors import ArticleUnreadable
from kb.language import document_language
from tests.prose import LANGUAGES, paragraph

Form = Literal["NFC", "NFD"]


def _parse(content: bytes | str, *, detected: str | None = None) -> Document:
    data = content.encode() if isinstance(content, str) else content
    found = LanguageCode(detected) if detected else None
    return parse(DocumentId("mlin.md"), data, detect_language=lambda _: found)


# Front matter


def test_front_matter_gives_title_language_date_and_source() -> None:
    text = (
        "---\ntitle: 'Mlin: žito & मूल'\nlanguage: sl\ndate: 2026-01-31\nsource: ustno\n---\nMlin."
    )

    document = _parse(text, detected="hr")

    assert document.title == "Mlin: žito & मूल"
    assert (document.language, document.date, document.source) == ("sl", "2026-01-31", "ustno")
    assert document.text[document.body_start :] == "Mlin."


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("close", ["---", "...", "---  "])
def test_front_matter_ends_at_its_second_line_of_marks(line_end: str, close: str) -> None:
    text = line_end.join(
        ["---", "title: Mlin", "note: a --- b", close, "Voda.", "", "---", "Reka."]
    )

    document = _parse(text)

    assert document.text[document.body_start :] == "Voda.\n\n---\nReka."


def test_empty_front_matter_is_no_part_of_the_body() -> None:
    document = _parse("---\n---\nMlin melje.\n")

    assert document.text[document.body_start :] == "Mlin melje.\n"


@pytest.mark.parametrize("text", ["---\n\nMlin melje.\n\n---\n\nVoda teče.", "---\nMlin melje."])
def test_a_horizontal_rule_at_the_top_is_no_front_matter(text: str) -> None:
    document = _parse(text)

    assert (document.body_start, document.title) == (0, "Mlin melje.")


@pytest.mark.parametrize(
    ("matter", "line"),
    [("title: a: b", 2), ("language: sl\ntitle: 'Mlin", 3), ("a: b\n\n- c", 4), ("a: *b", 2)],
)
def test_broken_front_matter_is_named_with_its_line(matter: str, line: int) -> None:
    with pytest.raises(ArticleUnreadable, match=rf"not valid YAML in line {line}; correct or"):
        _parse(f"---\n{matter}\n---\nMlin melje.")


@pytest.mark.parametrize("matter", ["a: " + "[" * 5000 + "]" * 5000, "[" * 5000])
def test_front_matter_nested_beyond_reason_is_named(matter: str) -> None:
    with pytest.raises(ArticleUnreadable, match="nested too deeply"):
        _parse(f"---\n{matter}\n---\nMlin melje.")


def test_front_matter_makes_no_objects() -> None:
    text = "---\ntitle: !!python/object/apply:os.getcwd []\nlanguage: no\n---\nMøllen maler."

    document = _parse(text)

    assert (document.title, document.language) == ("Møllen maler.", "no")


@pytest.mark.parametrize("value", ["sl", "SL", " sl ", "'sl'", "sl-SI", "sl_SI"])
def test_the_declared_language_wins_over_the_detected(value: str) -> None:
    document = _parse(f"---\nlanguage: {value}\n---\n{paragraph('pl')}", detected="pl")

    assert document.language == "sl"


@pytest.mark.parametrize("value", ["", "polski", "Slovenian", "slv", "12", "[sl, pl]", "~"])
def test_a_declared_language_that_is_no_code_is_detected(value: str) -> None:
    document = _parse(f"---\nlanguage: {value}\n---\n{paragraph('pl')}", detected="pl")

    assert document.language == "pl"


def test_the_language_is_detected_in_the_body_alone() -> None:
    text = f"---\nsummary: {paragraph('en', sentences=20)!r}\n---\n{paragraph('sl')}"

    document = parse(DocumentId("a.md"), text.encode(), detect_language=document_language)

    assert document.language == "sl"


def test_an_unknown_language_stays_unknown() -> None:
    assert _parse("Mlin melje.", detected=None).language is None


@pytest.mark.parametrize(
    "written",
    [
        "tags: [Žetev, चक्की, młyn]",
        "tags:\n  - Žetev\n  - ' चक्की '\n  - młyn\n  - ŽETEV",
        "tags: Žetev, चक्की, młyn,, z\u030cetev",
        "tags: 'Žetev,चक्की ,młyn'",
        "tags: [Žetev, [nested], चक्की, {a: b}, młyn, '']",
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_tags_are_a_list_or_a_text_with_commas_each_tag_once(written: str, form: Form) -> None:
    text = unicodedata.normalize(form, f"---\n{written}\n---\nMlin.")

    assert _parse(text).tags == ("Žetev", "चक्की", "młyn")


@pytest.mark.parametrize("written", ["", "tags:", "tags: []", "tags: {a: b}", "tag: x"])
def test_an_article_without_tags_has_none(written: str) -> None:
    assert _parse(f"---\n{written}\n---\nMlin.").tags == ()


@pytest.mark.parametrize("written", ["2026", "2026-01", "20. 1. 2026", "२०२६-०१-२०"])
def test_a_date_is_kept_as_it_is_written(written: str) -> None:
    assert _parse(f"---\ndate: {written}\n---\nMlin.").date == written


# Titles


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Uvod brez oznake.\n\n## Mlin  in  voda ##\n\nBesedilo.", "Mlin in voda"),
        ("Stari mlin\n==========\n\n## Voda\n\nTeče.", "Stari mlin"),
        ("\n\n  चक्की की कहानी  \n\nपानी बहता है।", "चक्की की कहानी"),
        ("```sh\n# ukaz\n```\n\nMlin melje.", "Mlin melje."),
        ("![slika](m.png)\n\n[A](a.md) [B](b.md)\n\n2026\n\nMlin.", "2026"),
        ("<!-- opomba -->\n---\nMłyn miele.\nWoda płynie.", "Młyn miele."),
        ("🙂", "🙂"),
    ],
    ids=["heading", "underlined", "first line", "code", "links", "comment", "emoji"],
)
def test_the_title_is_the_first_heading_or_the_first_line_that_says_something(
    text: str, title: str
) -> None:
    assert _parse(text).title == title


@pytest.mark.parametrize("declared", ["''", "", "[a, b]", "{a: b}"])
def test_a_declared_title_without_text_is_looked_for_in_the_body(declared: str) -> None:
    assert _parse(f"---\ntitle: {declared}\n---\n# Mlin\n").title == "Mlin"


def test_a_title_is_one_line() -> None:
    assert _parse("---\ntitle: |\n  Mlin\n  ob reki\n---\nVoda.").title == "Mlin ob reki"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_line_that_is_a_paragraph_is_shortened_at_a_word(language: str) -> None:
    body = paragraph(language)

    title = _parse(body).title

    assert len(title) <= 122
    assert title.endswith(" …")
    assert body.startswith(title.removesuffix("…"))
