"""Any bytes as articles and any text as a question: answered or named, in bounded time."""

import tempfile
import unicodedata
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.answering import answer_question
from kb.blocks import blocks_of
from kb.chunking import MAX_WORDS, passages_of
from kb.cli.options import checked_question
from kb.corpus import parse
from kb.domain import DocumentId, LanguageCode
from kb.embedding.embedded import EmbeddedModel
from kb.errors import EmptyQuestion, QuestionTooLong
from kb.freshness import standing_text
from kb.indexing import build_index
from kb.sentences import LONGEST_SENTENCE, sentence_spans
from kb.store import IndexWriter
from tests.prose import LANGUAGES, paragraph
from tests.workspace import Workspace, serialize

GOOD = "dober.md"

# What articles are made of, and what they should not be made of.
_PIECES = st.sampled_from(
    [
        *(paragraph(language, sentences=2).encode() for language in LANGUAGES),
        *(paragraph("pl").encode("cp1250", "ignore"), paragraph("hi").encode("utf-16")),
        *(
            b"---\n",
            b"title: a\n",
            b"\n\n",
            b"# ",
            b"| a | b |\n",
            b"```\n",
            b"- ",
            b"<p>",
            b"</p>",
        ),
        *(b"\x1b[2J", b"\xe2\x80\xae", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"&#55296;", b"<!--"),
    ]
)
CONTENTS = st.binary(max_size=200) | st.lists(_PIECES, max_size=12).map(b"".join)
NAMES = st.sampled_from(["a.md", "b.txt", "c.html", "d.xhtml", "e/f.md"])


@given(files=st.dictionaries(NAMES, CONTENTS, min_size=1), question=st.text(max_size=60))
@settings(max_examples=40)
def test_any_bytes_are_indexed_or_named_and_any_question_is_answered(
    embedded_model: EmbeddedModel, files: dict[str, bytes], question: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        workspace.write(GOOD, paragraph("sl"))
        for name, content in files.items():
            workspace.path(name).parent.mkdir(exist_ok=True)
            workspace.path(name).write_bytes(content)

        report = workspace.build(embedded_model)

        assert report.documents + len(report.skipped) == len(files) + 1
        assert GOOD not in {file.id for file in report.skipped}
        assert all(file.reason and "\n" not in file.reason for file in report.skipped)
        try:
            asked = checked_question(question)
        except (EmptyQuestion, QuestionTooLong):
            return
        with workspace.retriever(embedded_model) as retriever, workspace.reader() as reader:
            read_text = partial(standing_text, corpus=workspace.corpus, reader=reader)
            answer = answer_question(asked, retriever, read_text, language=None, generation=1)
            for quote in answer.quotes:
                source = read_text(answer.citations[quote.citation - 1].passage.document_id)
                assert source is not None
                assert source.text[quote.start : quote.end] == quote.text


def test_an_article_that_vanishes_while_the_corpus_is_read_is_named(
    tmp_path: Path, embedded_model: EmbeddedModel
) -> None:
    workspace = Workspace(tmp_path)
    for name in ("a.md", "b.md", "c.md"):
        workspace.write(name, paragraph("ro"))

    def detect_and_remove(_: str) -> LanguageCode:
        workspace.path("b.md").unlink(missing_ok=True)
        return LanguageCode("ro")

    with IndexWriter(workspace.index_folder) as writer:
        report = build_index(
            workspace.corpus,
            writer,
            embedded_model,
            detect_language=detect_and_remove,
            serialize_vectors=serialize,
        )

    assert [(file.id, file.reason) for file in report.skipped] == [
        ("b.md", "No such file or directory")
    ]
    assert report.documents == 2


# Texts that are long where no text is. A quadratic step would take minutes for any of them.

LONG = {
    "one word": "m" * 1_000_000,
    "one line": paragraph("hi") * 500,
    "no end marks": "mlin melje ajdo " * 40_000,
    "no end marks, in lines": "mlin melje ajdo\n" * 20_000,
    "spaces": " " * 1_000_000 + "a",
    "tabs": "\t" * 500_000 + "|",
    "spaces in a heading": "# a" + " " * 300_000 + "b",
    "a long heading": "# " + "naslov " * 20_000 + "\n\n" + "Mlin melje.\n\n" * 500,
    "headings": "".join(
        f"# Naslov {i}\n\n{paragraph('sl', sentences=1)}\n\n" for i in range(3_000)
    ),
    "deep list": "".join("  " * depth + "- moka\n" for depth in range(700)),
    "pipes": "|" * 500_000,
    "dashes": "- " * 300_000,
    "quotes": "> " * 300_000,
    "brackets": "[" * 300_000,
    "joined marks": "a" + "\u0301" * 300_000,
    "initials": "1. " * 20_000,
    "rules": "---\n" * 50_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_text_makes_passages_of_bounded_length(text: str) -> None:
    document = parse(
        DocumentId("a.md"), text.encode(), detect_language=lambda _: LanguageCode("sl")
    )

    passages = passages_of(document)

    longest = max((len(passage.text) for passage in passages), default=0)
    assert longest <= max(50 * MAX_WORDS, LONGEST_SENTENCE)
    assert all(len(heading) <= 500 for passage in passages for heading in passage.headings)


@given(
    text=st.lists(
        st.sampled_from(["a" * 4_000, " ", "क्षि" * 900, "e\u0301" * 2_000, "\n"]), max_size=9
    ).map("".join)
)
@settings(max_examples=60)
def test_what_is_too_long_for_a_sentence_is_cut_without_a_loss(text: str) -> None:
    spans = sentence_spans(text, "hi")

    assert "".join("".join(text[slice(*span)].split()) for span in spans) == "".join(text.split())
    assert all(end - start <= LONGEST_SENTENCE for start, end in spans)
    assert not any(unicodedata.category(text[start]).startswith("M") for start, _ in spans)


def test_a_marked_line_too_long_for_a_heading_is_text() -> None:
    kinds = [block.kind.name for block in blocks_of("# " + "moka " * 99 + "\n\n# " + "moka " * 101)]

    assert kinds == ["HEADING", "PARAGRAPH"]
