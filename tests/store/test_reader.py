"""A reader sees one published generation, whole, for as long as it is open."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kb.changes import FileStamp
from kb.chunking import embedded_text
from kb.domain import ArticleFilter, DocumentId, LanguageCode
from kb.errors import IndexMissing, IndexUnusable
from kb.store import IndexInspector, IndexReader, IndexWriter, SkippedFile
from kb.vector_index import FlatFaissIndex
from tests.prose import LANGUAGES, paragraph
from tests.store.publishing import (
    ARTICLES,
    EMBEDDER,
    contents,
    cut,
    passages_in,
    publish,
    publish_documents,
    publish_in,
    tokens_of,
)

NEW = {"sl/novo.md": "# Nov mlin\n\nNov mlin stoji pri mostu.", "hi/mlin.md": "नई चक्की पुल पर है।"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return publish_in(tmp_path / "index")


def vectors_file(folder: Path) -> Path:
    (path,) = folder.glob("vectors-*.faiss")
    return path


def test_what_was_published_is_read_back(folder: Path) -> None:
    published = {name: cut(name, text) for name, text in ARTICLES.items()}

    with IndexReader(folder) as reader:
        documents = reader.documents()
        passages = [passage for _, passage in passages_in(reader)]

    assert [document.id for document in documents] == sorted(published)
    for document in documents:
        new = published[document.id]
        assert (document.digest, document.stamp) == (new.digest, new.stamp)
        assert (document.title, document.language) == (new.document.title, new.document.language)
        assert document.passages == len(new.passages) == 3
    assert passages == [passage for new in published.values() for passage in new.passages]


def test_tags_lines_and_the_language_of_each_passage_are_read_back(tmp_path: Path) -> None:
    new = cut("sl/mlin.md", ARTICLES["sl/mlin.md"])
    languages = (LanguageCode("sl"), None, LanguageCode("hi"))
    lines = (0, 0, 7, len(new.document.text))
    new = replace(
        new,
        document=replace(new.document, tags=("Žetev", "चक्की", "młyn"), lines=lines),
        passages=tuple(
            replace(passage, language=language, tags=("Žetev", "चक्की", "młyn"))
            for passage, language in zip(new.passages, languages, strict=True)
        ),
    )
    with IndexWriter(tmp_path) as writer:
        publish_documents(writer, [new])

    with IndexReader(tmp_path) as reader, IndexInspector(tmp_path) as inspector:
        (document,), (stored,) = reader.documents(), inspector.documents()
        assert (document.tags, document.date) == (("Žetev", "चक्की", "młyn"), "2026-02-03")
        assert (stored.tags, stored.lines) == (document.tags, lines)
        assert tuple(passage for _, passage in passages_in(reader)) == new.passages
        assert reader.all_tokens()[:2] == (reader.passage_ids(), languages)
        assert document.languages == {"sl", "hi", None}
        in_hindi = reader.passage_ids(ArticleFilter(languages=(LanguageCode("hi"),)))
        assert in_hindi == reader.passage_ids()[2:]


def test_passages_come_in_the_order_asked_for(folder: Path) -> None:
    with IndexReader(folder) as reader:
        by_id = dict(passages_in(reader))
        ids = [*reversed(by_id), *by_id]

        assert reader.passages(ids) == tuple(by_id[id_] for id_ in ids)


def test_vectors_are_those_that_the_embedder_gave_each_passage(folder: Path) -> None:
    with IndexReader(folder) as reader:
        ids, vectors = reader.vectors()
        passages = reader.passages(ids)

    assert ids == tuple(sorted(ids))
    assert vectors.dtype == np.float32
    assert np.array_equal(vectors, EMBEDDER.embed_passages([*map(embedded_text, passages)]))


def test_tokens_are_those_kept_for_each_passage_in_the_order_asked_for(folder: Path) -> None:
    with IndexReader(folder) as reader:
        ids = reader.passage_ids()[::-1]
        tokens = reader.tokens(ids)
        passages = reader.passages(ids)

    assert [of_one.tolist() for of_one in tokens] == [tokens_of(p).tolist() for p in passages]


def test_a_model_without_token_vectors_leaves_tokens_empty(tmp_path: Path) -> None:
    with IndexWriter(tmp_path) as writer:
        publish(writer, ARTICLES, tokens=False)

    with IndexReader(tmp_path) as reader:
        tokens = reader.tokens(reader.passage_ids())

    assert {len(of_one) for of_one in tokens} == {0}


@pytest.mark.parametrize("language", LANGUAGES)
def test_passages_are_chosen_by_language_and_by_document(folder: Path, language: str) -> None:
    own = f"{language}/mlin.md"
    with IndexReader(folder) as reader:
        of_language = reader.passages(
            reader.passage_ids(ArticleFilter(languages=(LanguageCode(language),)))
        )
        of_others = reader.passages(reader.passage_ids(without_documents=[DocumentId(own)]))
        of_neither = reader.passage_ids(
            ArticleFilter(languages=(LanguageCode(language),)), without_documents=[DocumentId(own)]
        )

    assert [passage.document_id for passage in of_language] == [own] * 3
    assert len(of_others) == 3 * (len(LANGUAGES) - 1)
    assert own not in {passage.document_id for passage in of_others}
    assert of_neither == ()


def test_any_number_of_documents_and_passages_is_read(tmp_path: Path) -> None:
    many = {f"{i}.md": f"Mlin številka {i} melje ajdo." for i in range(1100)}
    publish_in(tmp_path, many)

    with IndexReader(tmp_path) as reader:
        ids = reader.passage_ids(without_documents=[DocumentId("7.md")])
        texts = {passage.text for passage in reader.passages(ids)}
        tokens = reader.tokens(ids)

    assert texts == {text for name, text in many.items() if name != "7.md"}
    assert len(tokens) == len(many) - 1


def test_a_reader_keeps_its_generation_while_others_are_published(folder: Path) -> None:
    with IndexReader(folder) as reader:
        before = contents(reader)
        with IndexWriter(folder) as writer:
            publish(writer, NEW, removed=["pl/mlin.md"])
            publish(writer, {}, removed=["en/mlin.md"])
            publish(writer, {"ro/mlin.md": paragraph("ro")})

        assert contents(reader) == before


def test_the_next_reader_sees_the_new_generation(folder: Path) -> None:
    with IndexReader(folder) as reader, IndexWriter(folder) as writer:
        state = publish(writer, NEW, removed=["pl/mlin.md"])

        with IndexReader(folder) as second:
            assert second.state == state
            assert second.state.generation == reader.state.generation + 1
            assert {d.id for d in second.documents()} == {*ARTICLES, *NEW} - {"pl/mlin.md"}


def test_an_old_reader_can_still_search_when_its_vectors_file_is_gone(folder: Path) -> None:
    with IndexReader(folder) as reader:
        own = reader.vectors_file()
        with IndexWriter(folder) as writer:
            for _ in range(3):
                publish(writer, NEW)

        assert reader.vectors_file() is None
        assert FlatFaissIndex.build(*reader.vectors()).to_bytes() == own


def test_a_missing_vectors_file_is_noticed(folder: Path) -> None:
    vectors_file(folder).unlink()

    with IndexReader(folder) as reader:
        assert reader.vectors_file() is None


@pytest.mark.parametrize("length", [0, 1, 100, -1])
def test_a_truncated_vectors_file_is_noticed(folder: Path, length: int) -> None:
    path = vectors_file(folder)
    path.write_bytes(path.read_bytes()[:length])

    with IndexReader(folder) as reader:
        assert reader.vectors_file() is None


@pytest.mark.parametrize("position", [0, 50, 1000, -1])
def test_a_changed_byte_in_the_vectors_file_is_noticed(folder: Path, position: int) -> None:
    path = vectors_file(folder)
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)

    with IndexReader(folder) as reader:
        assert reader.vectors_file() is None


def test_the_vectors_file_of_another_generation_is_noticed(folder: Path) -> None:
    old = vectors_file(folder).read_bytes()
    with IndexWriter(folder) as writer:
        state = publish(writer, NEW)
    (folder / f"vectors-{state.generation:08}.faiss").write_bytes(old)

    with IndexReader(folder) as reader:
        assert reader.vectors_file() is None


def test_a_folder_in_place_of_the_vectors_file_is_noticed(folder: Path) -> None:
    path = vectors_file(folder)
    path.unlink()
    path.mkdir()

    with IndexReader(folder) as reader:
        assert reader.vectors_file() is None


def test_stored_vectors_make_the_same_vectors_file_again(folder: Path) -> None:
    with IndexReader(folder) as reader:
        assert FlatFaissIndex.build(*reader.vectors()).to_bytes() == reader.vectors_file()


def test_a_moved_index_is_read_as_before(folder: Path, tmp_path: Path) -> None:
    with IndexReader(folder) as reader:
        before = contents(reader), reader.vectors_file()
    moved = folder.rename(tmp_path / "drugje #1? 100% अनुक्रमणिका")

    with IndexReader(moved) as reader:
        assert (contents(reader), reader.vectors_file()) == before


def test_skipped_files_are_read_back_sorted(tmp_path: Path) -> None:
    skipped = [
        SkippedFile(DocumentId(name), FileStamp(3, 4, 5), "ni UTF-8") for name in ("ž.md", "a.md")
    ]
    with IndexWriter(tmp_path) as writer:
        publish(writer, ARTICLES, skipped=skipped)

    with IndexReader(tmp_path) as reader:
        assert reader.skipped() == tuple(reversed(skipped))


def test_articles_without_a_passage_are_still_documents(tmp_path: Path) -> None:
    publish_in(tmp_path, {"naslovi.md": "# Naslov\n\n## Podnaslov\n"})

    with IndexReader(tmp_path) as reader:
        ids, vectors = reader.vectors()

        assert [(document.id, document.passages) for document in reader.documents()] == [
            ("naslovi.md", 0)
        ]
        assert ids == reader.passage_ids() == reader.all_tokens()[0] == ()
        assert vectors.shape == (0, EMBEDDER.dimension)


def test_a_folder_where_nothing_was_published_holds_no_index(tmp_path: Path) -> None:
    IndexWriter(tmp_path / "index").close()

    for folder in (tmp_path / "index", tmp_path, tmp_path / "nowhere"):
        with pytest.raises(IndexMissing, match="kb build"):
            IndexReader(folder)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM embeddings",
        "DELETE FROM documents",
        "UPDATE embeddings SET tokens = x'0102'",
        "UPDATE embeddings SET vector = x'01020304'",
        "UPDATE passages SET headings = '['",
        "UPDATE passages SET start = -1",
    ],
)
def test_rows_that_are_gone_or_are_none_of_ours_are_a_damaged_index(
    folder: Path, damage: str
) -> None:
    with IndexReader(folder) as reader:
        ids = reader.passage_ids()
    with closing(sqlite3.connect(folder / "kb.sqlite3", isolation_level=None)) as connection:
        connection.execute(damage)

    with IndexReader(folder) as reader, pytest.raises(IndexUnusable, match="fit together"):
        (reader.passages(ids), reader.tokens(ids), reader.all_tokens(), reader.vectors())
