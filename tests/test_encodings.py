"""Bytes that are not UTF-8: read when it is certain what they are, never read wrong."""

import codecs
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.corpus import decode
from kb.corpus.encodings import ENCODINGS
from kb.domain import DocumentId
from kb.errors import ArticleUnreadable
from kb.language import document_language
from tests.encoding_table import EncodedFile, encoded_files, is_read_right
from tests.fakes import FakeEmbedder
from tests.prose import LANGUAGES, SENTENCES, paragraph
from tests.workspace import Workspace

FILES = tuple(encoded_files())

SLOVENIAN = "Ko je žanjica končala, so mlatiči že čakali pred skednjem in peli."


@cache
def read(content: bytes) -> str | None:
    try:
        return decode(DocumentId("a.md"), content, detect_language=document_language)
    except ArticleUnreadable:
        return None


# All texts of the table in all encodings


@pytest.mark.parametrize("encoding", dict.fromkeys(file.encoding for file in FILES))
def test_no_file_is_read_wrong(encoding: str) -> None:
    for file in (file for file in FILES if file.encoding == encoding):
        text = read(file.content)
        assert text is None or is_read_right(text, file.text)


def test_every_file_in_unicode_is_read() -> None:
    for file in FILES:
        if file.encoding.startswith("utf"):
            assert read(file.content) == file.text


@pytest.mark.parametrize(
    "file",
    [file for file in FILES if "## " in file.text],
    ids=lambda file: f"{file.language}-{file.encoding}",
)
def test_a_whole_article_is_read_in_every_encoding(file: EncodedFile) -> None:
    assert is_read_right(read(file.content) or "", file.text)


def test_the_table_is_the_one_in_the_documentation() -> None:
    path = Path(__file__).parents[1] / "docs" / "articles.md"
    documented = path.read_text(encoding="utf-8")
    for encoding in dict.fromkeys(file.encoding for file in FILES):
        cells = " | ".join(_cell(encoding, language) for language in LANGUAGES)
        assert f"| {encoding} | {cells} |" in documented


def _cell(encoding: str, language: str) -> str:
    files = [file for file in FILES if (file.encoding, file.language) == (encoding, language)]
    right = sum(read(file.content) is not None for file in files)
    return f"{right} / {len(files) - right} / 0" if files else "–"


# What decides


def test_a_text_that_two_encodings_make_sense_of_is_not_read() -> None:
    text = "Kaša se je kuhala na ognju, dokler ni prišla mati in pogledala v lonec."

    assert read(text.encode("iso8859_2")) is None
    assert read((text + " Žena je čakala.").encode("iso8859_2")) == text + " Žena je čakala."


def test_a_text_too_short_for_its_language_is_not_read() -> None:
    assert read("Žito.".encode("cp1250")) is None


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859_2"])
def test_cedillas_stay_as_they_were_written(encoding: str) -> None:
    text = "Morarul ţine făina în saci şi îi duce la târg în fiecare sâmbătă dimineaţa."

    assert read(text.encode(encoding)) == text


def test_commas_below_are_read_where_other_letters_tell_the_encoding() -> None:
    text = "Morarul a zis: „Făina și grâul țin de foame”, apoi a plecat la târg cu căruța."

    assert read(text.encode("iso8859_16")) == text


@pytest.mark.parametrize("encoding", ["mac_latin2", "cp852", "cp1257", "koi8_r", "cp1254"])
def test_an_encoding_that_is_not_known_is_not_read(encoding: str) -> None:
    texts = {
        "koi8_r": "Мельница у реки мелет гречку с тысяча девятьсот тридцать первого года.",
        "cp1254": "Değirmen ırmağın kıyısında, şafakta işçiler çuvalları güçlükle taşıyor.",
        "cp1257": "Malūnas prie upės mala grikius, o šeimininkas kas rytą žiūri į vandenį.",
    }

    assert read(texts.get(encoding, SLOVENIAN).encode(encoding)) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_utf_8_with_one_broken_letter_is_not_taken_for_another_encoding(language: str) -> None:
    content = paragraph(language).encode() + b"\xe2\x82"

    assert read(content) is None


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
@pytest.mark.parametrize("content", [b"a", b"\xd8\xd8aa", b"\x00\x00", b"\xe0\xe0aa"])
def test_bytes_behind_a_mark_that_are_no_text_are_not_read(mark: bytes, content: bytes) -> None:
    assert read(mark + content) is None


@given(content=st.binary(min_size=1, max_size=300))
@settings(max_examples=200)
def test_random_bytes_are_read_as_utf_8_or_utf_16_or_not_at_all(content: bytes) -> None:
    text = read(b"\xff" + content)

    assert text is None or content.startswith(b"\xfe") or 0 in content


@given(
    content=st.lists(
        st.sampled_from([line for lines in SENTENCES.values() for line in lines]), max_size=4
    ).map("\n".join),
    encoding=st.sampled_from(sorted(ENCODINGS)),
)
@settings(max_examples=100)
def test_lines_of_several_languages_are_read_right_or_not_at_all(
    content: str, encoding: str
) -> None:
    written = content.encode(encoding, "ignore").decode(encoding)

    text = read(written.encode(encoding))

    assert text is None or is_read_right(text, written)


# In an index


@pytest.mark.parametrize("language", ["sl", "pl", "ro"])
def test_an_article_of_an_older_encoding_is_indexed_and_stays_fresh(
    tmp_path: Path, language: str
) -> None:
    text = paragraph(language, sentences=6)
    workspace = Workspace(tmp_path)
    workspace.path("staro.txt").write_bytes(text.encode("iso8859_16"))
    workspace.settle()

    report = workspace.build(FakeEmbedder())

    assert report.skipped == ()
    assert workspace.freshness().is_fresh
    assert workspace.build(FakeEmbedder()).plan.is_empty
    with workspace.reader() as reader:
        (passage,) = reader.passages(reader.passage_ids())
    assert is_read_right(passage.text, text)
    assert passage.language == language
