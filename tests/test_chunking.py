import unicodedata
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.blocks import BlockKind, blocks_of
from kb.chunking import (
    MAX_WORDS,
    MIN_WORDS,
    embedded_text,
    passages_of,
    sentences_of,
)
from kb.corpus import parse
from kb.domain import DocumentId
from tests.prose import HEADINGS, LANGUAGES, SENTENCES, SHARE_PROMPTS, paragraph
from tests.written import LAYOUTS, WrittenArticle, sentences_in, words_in, written, written_articles

_NASTY = st.lists(
    st.sampled_from(
        [
            *("a", "š", ".", "।", "?", " ", "\n", "\n\n", "-", "#", "|", ">", "*", "5. ", "```\n"),
            *("\u0301", "x\u030c", "क", "\u094d", "\u093f", "\u200d", "👩🏽\u200d🌾"),
            *("Mlin melje. ", "चक्की चलती है। ", "Kaj? ", "| a | b |\n", "|---|---|\n"),
        ]
    ),
    max_size=60,
).map("".join)


@given(article=written_articles())
@settings(max_examples=80)
def test_passages_hold_every_sentence_of_the_body_once_and_in_order(
    article: WrittenArticle,
) -> None:
    passages = passages_of(article.document)

    assert [s for passage in passages for s in sentences_in(passage)] == article.sentences


@given(article=written_articles())
@settings(max_examples=80)
def test_a_passage_stays_under_one_heading(article: WrittenArticle) -> None:
    by_heading: dict[tuple[str, ...], list[str]] = {}
    for passage in passages_of(article.document):
        by_heading.setdefault(passage.headings, []).extend(sentences_in(passage))

    assert by_heading == {
        (section.heading,): list(section.sentences)
        for section in article.sections
        if section.sentences
    }


@given(article=written_articles())
@settings(max_examples=80)
def test_a_passage_has_60_to_150_words_unless_its_section_is_shorter(
    article: WrittenArticle,
) -> None:
    sections: dict[tuple[str, ...], list[int]] = {}
    for passage in passages_of(article.document):
        sections.setdefault(passage.headings, []).append(words_in(passage.text))

    for lengths in sections.values():
        assert all(length <= MAX_WORDS for length in lengths)
        assert len(lengths) == 1 or all(length >= MIN_WORDS for length in lengths)


@given(text=_NASTY)
@settings(max_examples=300)
def test_a_passage_is_an_exact_span_of_its_document_on_its_lines(text: str) -> None:
    document = written(text)

    for passage in passages_of(document):
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip()
        assert passage.first_line == document.line_of(passage.start)
        assert passage.last_line == document.line_of(passage.end - 1)


@given(text=_NASTY)
@settings(max_examples=300)
def test_passages_hold_all_text_but_headings_and_noise_exactly_once(text: str) -> None:
    document = written(text)
    left_out = {BlockKind.HEADING, BlockKind.NOISE, BlockKind.RULE}
    body = [
        i
        for block in blocks_of(document.text)
        if block.kind not in left_out
        for i in range(block.start, block.end)
        if document.text[i].isalnum()
    ]

    held = [
        i
        for passage in passages_of(document)
        for i in range(passage.start, passage.end)
        if document.text[i].isalnum()
    ]

    assert held == body


@given(text=_NASTY)
@settings(max_examples=300)
def test_the_sentences_of_a_passage_hold_its_letters_exactly_once(text: str) -> None:
    for passage in passages_of(written(text)):
        letters = [i for i, character in enumerate(passage.text) if character.isalpha()]

        spans = sentences_of(passage)

        assert [i for start, end in spans for i in range(start, end) if i in letters] == letters


@given(text=_NASTY)
@settings(max_examples=300)
def test_edges_of_passages_and_sentences_are_never_inside_a_grapheme(text: str) -> None:
    document = written(text)

    for passage in passages_of(document):
        spans = [(passage.start + s, passage.start + e) for s, e in sentences_of(passage)]
        for edge in {i for span in [(passage.start, passage.end), *spans] for i in span}:
            assert not _is_inside_a_grapheme(document.text, edge)


def _is_inside_a_grapheme(text: str, offset: int) -> bool:
    """Return whether a mark or joiner ties the characters on both sides of `offset`."""
    if not 0 < offset < len(text) or text[offset - 1] in " \n>":
        return False  # A mark on a space or on the mark of a quotation belongs to no letter.
    return unicodedata.category(text[offset]).startswith("M") or text[offset] == "\u200d"


@given(article=written_articles())
@settings(max_examples=20)
def test_chunking_twice_gives_the_same(article: WrittenArticle) -> None:
    assert passages_of(article.document) == passages_of(replace(article.document))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("decomposed", [False, True], ids=["NFC", "NFD"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_the_file_with_its_front_matter(
    language: str, decomposed: bool, line_end: str
) -> None:
    body = "\n\n".join(f"## {h}\n\n{paragraph(language, sentences=20)}" for h in HEADINGS[language])
    text = f"---\ntitle: Mlin\nlanguage: {language}\n---\n\n{body}\n".replace("\n", line_end)
    content = unicodedata.normalize("NFD", text) if decomposed else text

    document = parse(DocumentId("a.md"), content.encode(), detect_language=lambda _: None)

    lines = text.split(line_end)
    passages = passages_of(document)
    assert len(passages) >= 6
    for passage in passages:
        assert passage.text in "\n".join(lines[passage.first_line - 1 : passage.last_line])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_sentences_are_the_same_however_the_text_is_laid_out(language: str, layout: str) -> None:
    sentences = list(SENTENCES[language] * 4)
    body = LAYOUTS[layout](sentences)
    text = f"## {HEADINGS[language][0]}\n\n{body}\n"

    passages = passages_of(written(text, language=language))

    found = [" ".join(s.split()) for passage in passages for s in sentences_in(passage)]
    assert found == sentences


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_and_link_lists_are_in_no_passage(language: str) -> None:
    body = paragraph(language)
    toc = "\n".join(f"- {heading}" for heading in HEADINGS[language])
    sections = "\n\n".join(f"## {heading}\n\n{body}" for heading in HEADINGS[language])
    links = "- [Mlini](a.md)\n- [Žage](b.md)"

    passages = passages_of(written(f"# Mlin\n\n{toc}\n\n{sections}\n\n{links}"))

    assert [passage.text for passage in passages] == [body] * 3


@pytest.mark.parametrize("prompt", [p for prompts in SHARE_PROMPTS.values() for p in prompts])
@pytest.mark.parametrize("shape", ["\n\n{}", " {}", "\n\n- {}", "\n\n**{}** 🐦"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_share_prompts_are_in_no_passage(language: str, shape: str, prompt: str) -> None:
    body = paragraph(language)

    passages = passages_of(written(f"{body}{shape.format(prompt)}\n\n{body}", language=language))

    assert "\n\n".join(passage.text for passage in passages) in {f"{body}\n\n{body}", body}


def test_a_passage_names_the_headings_above_it_outermost_first() -> None:
    text = "# Mlin\n\na\n\n## Voda\n\nb\n\n#### Poleti\n\nc\n\n### Pozimi\n\nd\n\n## Žito\n\ne"

    headings = [passage.headings for passage in passages_of(written(text))]

    assert headings == [(), ("Voda",), ("Voda", "Poleti"), ("Voda", "Pozimi"), ("Žito",)]


def test_a_first_heading_that_is_not_the_title_is_named() -> None:
    (passage,) = passages_of(written("# Mlin ob reki\n\nMlin melje.", title="Mlin"))

    assert passage.headings == ("Mlin ob reki",)


def test_a_passage_says_where_it_comes_from() -> None:
    document = written("Mlin melje.", language="sl")

    (passage,) = passages_of(document)

    assert (passage.document_id, passage.title, passage.language) == ("mlin.md", "Mlin", "sl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_and_tables_keep_their_lines(language: str) -> None:
    intro, *rest = SENTENCES[language][:5]
    items = "\n".join(f"{i}. {sentence}" for i, sentence in enumerate(rest, 1))
    table = "| 1931 | ज/ł/ș |\n|------|-------|\n| 25 kg | 8 |"

    (passage,) = passages_of(written(f"{intro}\n\n{items}\n\n{table}", language=language))

    assert passage.text == f"{intro}\n\n{items}\n\n{table}"
    assert sentences_in(passage) == [intro, *rest, "| 1931 | ज/ł/ș |", "| 25 kg | 8 |"]


def test_a_sentence_stays_with_the_list_it_announces() -> None:
    intro = f"{paragraph('sl', sentences=9)} Naložimo naslednje vreče:"
    items = "\n".join(f"- vreča številka {i} s pirino moko" for i in range(12))

    passages = passages_of(written(f"{intro}\n\n{items}", language="sl"))

    assert all(not passage.text.endswith(":") for passage in passages)


def test_a_question_goes_with_the_answer_that_no_longer_fits() -> None:
    before = "Mlin " + "melje " * 70 + "ajdo."
    answer = "Zato " + "ker " * 80 + "voda pada."

    text = f"## Voda\n\n{before}\n\nZakaj melje?\n\n{answer}"

    first, second = passages_of(written(text))

    assert first.text == before
    assert second.text == f"Zakaj melje?\n\n{answer}"


def test_a_sentence_of_more_than_150_words_is_a_passage_of_its_own() -> None:
    long = "Mlin " + "melje " * 180 + "ajdo."

    passages = passages_of(written(f"{paragraph('sl')} {long} {paragraph('sl')}", language="sl"))

    assert [passage.text for passage in passages] == [paragraph("sl"), long, paragraph("sl")]


@pytest.mark.parametrize(
    "text",
    ["", "\n \n", "# Mlin\n\n## Voda\n", "---\n\n***\n", "|---|---|\n", "[Voda](a.md)\n", "🙂\n"],
    ids=["nothing", "space", "headings", "rules", "table rule", "links", "emoji"],
)
def test_text_without_sentences_has_no_passages(text: str) -> None:
    assert passages_of(written(text)) == ()


def test_front_matter_is_in_no_passage() -> None:
    content = b"---\ntitle: Mlin\nnote: Voda pada.\n---\nMlin melje.\n"
    document = parse(DocumentId("a.md"), content, detect_language=lambda _: None)

    (passage,) = passages_of(document)

    assert (passage.text, passage.first_line) == ("Mlin melje.", 5)


def test_the_model_reads_the_nearest_heading_and_the_text_but_not_the_title() -> None:
    text = "# Mlin\n\n## Voda\n\n### Poleti\n\nReka je nizka."

    (passage,) = passages_of(written(text))

    assert embedded_text(passage) == "Poleti\nReka je nizka."
    assert embedded_text(replace(passage, headings=())) == "Reka je nizka."


@given(article=written_articles())
@settings(max_examples=30)
def test_passages_of_a_document_do_not_overlap(article: WrittenArticle) -> None:
    for first, second in pairwise(passages_of(article.document)):
        assert first.end <= second.start
        assert first.last_line <= second.first_line
