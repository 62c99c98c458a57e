"""HTML articles: the main text, in the letters of the page and with the lines of its file."""

import sys
import unicodedata
from functools import partial
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.answering import answer_question
from kb.chunking import passages_of
from kb.corpus import parse
from kb.corpus.alignment import without_markup
from kb.domain import Answer, Document, DocumentId, LanguageCode
from kb.embedding.embedded import EmbeddedModel
from kb.errors import ArticleUnreadable
from kb.freshness import standing_text
from kb.language import document_language
from tests.prose import HEADINGS, LANGUAGES, SENTENCES, paragraph
from tests.workspace import Workspace

MENU = "<nav\n class='a > b'><a href='/'>Domov</a><!-- opomba\n --> <a\nhref='/o'>O nas</a></nav>"


def page(language: str, *, head: str = "", extra: str = "") -> str:
    """Return a page with menus around an article whose sentences stand in lines of their own."""
    lines = "\n".join(map(escape, SENTENCES[language]))
    sections = "\n".join(
        f"<h2>{escape(heading)}</h2>\n<p>{lines}</p>" for heading in HEADINGS[language]
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head><title>{HEADINGS[language][0]} | Mlin'
        f"</title>{head}\n<style>p {{ color: red }}</style></head>\n<body>{MENU}\n"
        f"<article>\n<h1>{HEADINGS[language][1]}</h1>\n{sections}\n{extra}</article>\n"
        "<script>var text = '<p>skrito</p>';</script><!-- opomba\n --><footer>(c) Mlin</footer>\n"
        "</body></html>\n"
    )


def read(html: str | bytes, name: str = "mlin.html") -> Document:
    content = html.encode() if isinstance(html, str) else html
    return parse(DocumentId(name), content, detect_language=document_language)


def assert_words_stand_in_their_lines(document: Document, html: str) -> None:
    """Every word is in the line of the file that is cited for it."""
    source = html.replace("\r\n", "\n").split("\n")
    at = 0
    for word in document.text.split():
        at = document.text.index(word, at)
        line = without_markup(source[document.line_of(at) - 1])
        assert word in unicodedata.normalize("NFC", line) or word in {"#", "##", "-", "|"}
        at += len(word)


# The text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_article_is_read_without_what_surrounds_it(language: str) -> None:
    document = read(page(language))

    sections = [line for line in document.text.split("\n") if line]
    for heading in HEADINGS[language]:
        assert f"## {heading}" in sections
    assert " ".join(SENTENCES[language]) in sections
    assert not any(word in document.text for word in ("Domov", "skrito", "opomba", "(c)", "color"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_has_the_line_of_its_file(language: str) -> None:
    html = page(language)
    document = read(html)

    assert_words_stand_in_their_lines(document, html)
    for passage in passages_of(document):
        assert passage.first_line == document.line_of(passage.start)
        assert passage.last_line == document.line_of(passage.end - 1)
        assert document.text[passage.start : passage.end] == passage.text
    for sentence in SENTENCES[language]:
        line = document.line_of(document.text.index(sentence))
        assert escape(sentence) in html.split("\n")[line - 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_title_language_date_and_address_come_from_the_tags(language: str) -> None:
    head = (
        '<meta property="article:published_time" content="2026-01-31T08:00:00Z">'
        '<link rel="canonical" href="https://example.org/mlin">'
    )
    document = read(page(language, head=head))

    assert document.title == HEADINGS[language][1]
    assert document.language == language
    assert (document.date, document.source) == ("2026-01-31", "https://example.org/mlin")


def test_a_page_that_names_another_language_is_in_its_own() -> None:
    assert read(page("pl").replace('lang="pl"', 'lang="en-US"')).language == "pl"
    for name in ("lang", "xml:lang"):
        assert read(f"<html {name}='sl-SI'><body><p>Mlin melje.</p></body></html>").language == "sl"


def test_entities_are_letters_and_inline_tags_part_no_words() -> None:
    extra = (
        "<p>Caf&eacute; &amp; &#x10D;aj: be<b>se</b>da &lt;p&gt;,\n"
        "<em>pre</em>lom<br>vrstice.&nbsp;Konec bese&shy;dila in še en stavek.</p>"
    )
    document = read(page("sl", extra=extra))

    expected = "Café & čaj: beseda <p>, prelom\nvrstice. Konec besedila in še en stavek."
    assert document.text.endswith(f"\n\n{expected}")
    line = page("sl", extra=extra).split("\n").index(extra.split("\n", maxsplit=1)[0]) + 1
    start = len(document.text) - len(expected)
    assert document.line_of(start) == line
    assert document.line_of(document.text.index("prelom", start)) == line + 1


def test_the_joiners_of_hindi_are_kept() -> None:
    text = "क्‍या यह पुरानी चक्की आज भी उसी नदी के किनारे चलती है और गेहूँ पीसती है?"

    assert "\u200d" in text
    assert read(f"<article><p>{text}</p></article>").text == text


def test_lists_and_tables_are_read_line_by_line() -> None:
    extra = (
        "<ul><li>Prva vreča tehta petindvajset kilogramov<ul><li>manjša samo pet</li></ul></li>"
        "<li><p>Druga vreča je prazna.</p></li></ul>\n"
        "<table><tr><th>Dan</th><th>Vreče</th></tr>\n<tr><td>Sobota</td><td>12</td></tr></table>"
    )
    document = read(page("sl", extra=extra))

    lines = [line for line in document.text.split("\n") if line]
    assert lines[-5:] == [
        "- Prva vreča tehta petindvajset kilogramov",
        "- manjša samo pet",
        "- Druga vreča je prazna.",
        "| Dan | Vreče |",
        "| Sobota | 12 |",
    ]
    assert_words_stand_in_their_lines(document, page("sl", extra=extra))


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_page_in_one_line_and_one_with_other_line_ends_are_read(line_end: str) -> None:
    whole = page("ro")

    assert read(whole.replace("\n", line_end)).text == read(whole).text
    in_one_line = read(whole.replace("\n", " "))
    assert {in_one_line.line_of(at) for at in range(len(in_one_line.text))} == {1}


def test_composed_and_decomposed_pages_are_the_same_article() -> None:
    assert read(unicodedata.normalize("NFD", page("ro"))).text == read(page("ro")).text


# Encodings


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("sl", "cp1250"), ("pl", "iso8859-2"), ("ro", "iso8859-16"), ("en", "cp1252")],
)
@pytest.mark.parametrize("declares", [True, False])
def test_a_page_from_before_unicode_is_read(language: str, encoding: str, declares: bool) -> None:
    head = f'<meta charset="{encoding}">' if declares else ""
    whole = page(language, head=head).replace("🙂 ", "")

    document = read(whole.encode(encoding))

    assert_same_but_for_cedillas(document.text, read(whole).text)


def assert_same_but_for_cedillas(text: str, other: str) -> None:
    cedillas = str.maketrans("șțȘȚ", "şţŞŢ")
    assert text.translate(cedillas) == other.translate(cedillas)


def test_a_declared_encoding_decides_what_the_letters_leave_open() -> None:
    kasa = "<p>Kaša se je kuhala na ognju, dokler ni prišla mati in pogledala v lonec.</p>"
    declared = f'<meta http-equiv="Content-Type" content="text/html; CHARSET=ISO-8859-2">{kasa}'

    assert "Kaša" in read(declared.encode("iso8859-2")).text
    with pytest.raises(ArticleUnreadable, match="several other encodings fit"):
        read(kasa.encode("iso8859-2"))


@pytest.mark.parametrize("declared", ["iso-8859-1", "utf-8", "cp037", "rot13", "mlin"])
def test_a_declared_encoding_that_is_not_true_is_not_believed(declared: str) -> None:
    whole = page("pl", head=f'<meta charset="{declared}">').replace("🙂 ", "")

    assert read(whole.encode("cp1250")).text == read(whole).text


def test_the_encoding_of_an_xml_declaration_is_known() -> None:
    text = "Мельница у реки мелет гречку с 1931 года. " * 9
    whole = f'<?xml version="1.0" encoding="windows-1251"?><html><body><p>{text}</p></body></html>'

    document = read(whole.encode("cp1251"), "mlin.xhtml")

    assert document.text == text.strip()


# Pages that are broken, hostile or no articles


@pytest.mark.parametrize(
    "html",
    [
        "<html><body></body></html>",
        "<html><body><script>let a = 1</script></body></html>",
        "<!--",
        "<p",
        "&nbsp;",
        "<html><body>" + "<div>" * 50_000,
    ],
    ids=["empty", "script", "comment", "tag", "space", "deep"],
)
def test_a_page_without_an_article_is_named(html: str) -> None:
    with pytest.raises(ArticleUnreadable, match=r"mlin\.html.*no article is found.*save it as"):
        read(html)


@pytest.mark.parametrize("deep", ["<b>", "<ul><li>Moka", "<table><tr><td>Moka", "<blockquote>"])
def test_deep_nesting_is_read_or_named(deep: str) -> None:
    try:
        read(f"<html><body><p>{paragraph('sl')}</p>{deep * 20_000}")
    except ArticleUnreadable as error:
        assert "no article is found" in error.reason  # noqa: PT017


def test_a_tag_of_a_hundred_thousand_attributes_costs_no_more_than_its_letters() -> None:
    attributes = " ".join(f"a{number}=1" for number in range(100_000))

    assert read(f"<body><p {attributes}>{paragraph('pl')}</p>").text == paragraph("pl")


def test_a_page_of_more_tags_than_an_article_has_is_named() -> None:
    with pytest.raises(ArticleUnreadable, match="more than 100,000 tags"):
        read("<p>" * 100_001)


def test_without_trafilatura_a_page_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)

    with pytest.raises(ArticleUnreadable, match="pip install trafilatura lxml-html-clean"):
        read(page("sl"))


@given(
    parts=st.lists(
        st.sampled_from(
            [
                *("<p>", "</p>", "<b>", "<br>", "<ul><li>", "</ul>", "<table><tr><td>", "\n"),
                *(
                    "<!--",
                    "-->",
                    "<script>",
                    "</script>",
                    "<a href='>",
                    "'>",
                    '="',
                    "&amp;",
                    "&#0;",
                ),
                *(
                    "<div",
                    ">",
                    "&nbsp;",
                    "\u200d",
                    "\ud7ff",
                    "\x00",
                    "<pre><code>a\nb</code></pre>",
                ),
                *(SENTENCES[language][0] for language in LANGUAGES),
            ]
        ),
        max_size=25,
    )
)
@settings(max_examples=150)
def test_any_page_is_named_or_an_article_whose_words_stand_in_their_lines(
    parts: list[str],
) -> None:
    html = "".join(parts)
    try:
        document = parse(
            DocumentId("a.html"), html.encode(), detect_language=lambda _: LanguageCode("sl")
        )
    except ArticleUnreadable:
        return
    assert document.text.strip()
    lines = [document.line_of(at) for at in range(len(document.text))]
    assert lines == sorted(lines)
    assert lines[-1] <= html.count("\n") + 1


# In an index


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quote_of_a_page_names_the_line_of_the_file(
    tmp_path: Path, language: str, embedded_model: EmbeddedModel
) -> None:
    workspace = Workspace(tmp_path)
    workspace.write("mlin.html", page(language))
    workspace.settle()
    workspace.build(embedded_model)
    asked = SENTENCES[language][1]

    def ask() -> Answer:
        with workspace.retriever(embedded_model) as retriever, workspace.reader() as reader:
            return answer_question(
                asked,
                retriever,
                partial(standing_text, corpus=workspace.corpus, reader=reader),
                language=None,
                generation=1,
            )

    quote = ask().quotes[0]
    assert quote.text == asked
    assert quote.first_line == quote.last_line
    assert escape(asked) in page(language).split("\n")[quote.first_line - 1]

    workspace.rewrite_unnoticed("mlin.html", page(language).replace("</article>", "</Article>"))
    assert not ask().quotes
