"""Publishing: everything new becomes visible at once, or nothing does."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kb.changes import FileStamp
from kb.domain import DocumentId, PassageId
from kb.errors import IndexUnwritable
from kb.store import IndexReader, IndexWriter, NewDocument, SkippedFile
from kb.store.generations import SerializeVectors
from kb.vectors import Matrix
from tests.store.publishing import (
    ARTICLES,
    EMBEDDER,
    contents,
    cut,
    keep,
    passages_in,
    publish,
    publish_in,
    serialize,
)

NEW = {"sl/novo.md": "# Nov mlin\n\nNov mlin stoji pri mostu.", "hi/mlin.md": "नई चक्की पुल पर है।"}
OTHER_FINGERPRINT = "drug model"
SKIPPED = SkippedFile(DocumentId("staro.md"), FileStamp(3, 4, 5), "ni UTF-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return publish_in(tmp_path / "index")


def interrupt(_ids: Sequence[PassageId], _vectors: Matrix) -> bytes:
    raise KeyboardInterrupt


def fail(_ids: Sequence[PassageId], _vectors: Matrix) -> bytes:
    raise RuntimeError("no memory left for the vector index")


def test_generations_count_from_1(tmp_path: Path) -> None:
    with IndexWriter(tmp_path) as writer:
        assert writer.state is None
        states = [publish(writer, NEW), publish(writer, ARTICLES), publish(writer, {})]
    with IndexWriter(tmp_path) as writer:
        assert writer.state == states[-1]
        states.append(publish(writer, NEW))

    assert [state.generation for state in states] == [1, 2, 3, 4]


@pytest.mark.parametrize(("stop", "error"), [(interrupt, KeyboardInterrupt), (fail, RuntimeError)])
def test_an_interrupted_publish_leaves_the_old_generation_whole(
    folder: Path, stop: SerializeVectors, error: type[BaseException]
) -> None:
    with IndexReader(folder) as reader:
        before = contents(reader), reader.vectors_file()

    with IndexWriter(folder) as writer, pytest.raises(error):
        publish(writer, NEW, removed=["pl/mlin.md"], serialize_vectors=stop)

    with IndexReader(folder) as reader:
        assert (contents(reader), reader.vectors_file()) == before
        assert before[1] is not None


def test_a_publish_after_an_interrupted_one_succeeds(folder: Path) -> None:
    with IndexWriter(folder) as writer:
        with pytest.raises(KeyboardInterrupt):
            publish(writer, NEW, serialize_vectors=interrupt)
        publish(writer, NEW)

    with IndexReader(folder) as reader:
        assert {document.id for document in reader.documents()} == {*ARTICLES, *NEW}
        assert reader.state.generation == 2
        assert reader.vectors_file() is not None


def test_kept_embeddings_survive_an_interrupted_publish(folder: Path) -> None:
    digests = [digest for name, text in NEW.items() for digest in cut(name, text).embedding_digests]
    with IndexWriter(folder) as writer:
        assert writer.not_embedded(digests, EMBEDDER.fingerprint) == set(digests)
        with pytest.raises(KeyboardInterrupt):
            publish(writer, NEW, serialize_vectors=interrupt)

    with IndexWriter(folder) as writer:
        assert writer.not_embedded(digests, EMBEDDER.fingerprint) == frozenset()


def test_kept_embeddings_are_not_seen_by_readers(folder: Path) -> None:
    with IndexReader(folder) as reader:
        before = contents(reader)

    with IndexWriter(folder) as writer:
        keep(writer, [cut(name, text) for name, text in NEW.items()])

    with IndexReader(folder) as reader:
        assert contents(reader) == before


def test_embeddings_of_a_removed_article_are_kept_for_its_return(folder: Path) -> None:
    digests = cut("pl/mlin.md", ARTICLES["pl/mlin.md"]).embedding_digests

    with IndexWriter(folder) as writer:
        publish(writer, {}, removed=["pl/mlin.md"])

        assert writer.not_embedded(digests, EMBEDDER.fingerprint) == frozenset()


def test_embeddings_belong_to_one_model(folder: Path) -> None:
    digests = cut("pl/mlin.md", ARTICLES["pl/mlin.md"]).embedding_digests

    with IndexWriter(folder) as writer:
        assert writer.not_embedded(digests, OTHER_FINGERPRINT) == set(digests)


def test_a_removed_article_has_no_passages_and_no_vectors(folder: Path) -> None:
    with IndexWriter(folder) as writer:
        publish(writer, {}, removed=["pl/mlin.md"])

    with IndexReader(folder) as reader:
        assert "pl/mlin.md" not in {document.id for document in reader.documents()}
        assert {p.document_id for _, p in passages_in(reader)} == set(ARTICLES) - {"pl/mlin.md"}
        assert reader.vectors()[0] == reader.passage_ids()


def test_passages_of_unchanged_articles_keep_their_numbers(folder: Path) -> None:
    with IndexReader(folder) as reader:
        before = dict(passages_in(reader))

    with IndexWriter(folder) as writer:
        publish(writer, NEW, removed=["pl/mlin.md"])

    with IndexReader(folder) as reader:
        after = dict(passages_in(reader))
    for id_, passage in before.items():
        if passage.document_id not in {"pl/mlin.md", "hi/mlin.md"}:
            assert after[id_] == passage


def test_the_number_of_a_removed_passage_is_never_given_again(folder: Path) -> None:
    with IndexReader(folder) as reader:
        before = set(reader.passage_ids())

    with IndexWriter(folder) as writer:
        publish(writer, {}, removed=ARTICLES)
        publish(writer, NEW)

    with IndexReader(folder) as reader:
        assert not before & set(reader.passage_ids())


def test_vectors_files_of_this_and_the_last_generation_stay_and_older_ones_go(
    folder: Path,
) -> None:
    (folder / "vectors-00000001.faiss.new").write_bytes(b"left by a crash")
    (folder / "README.md").write_text("moje", encoding="utf-8")

    with IndexWriter(folder) as writer:
        for _ in range(4):
            publish(writer, NEW)

    names = {path.name for path in folder.iterdir()}
    assert names == {
        "kb.lock",
        "kb.sqlite3",
        "README.md",
        "vectors-00000004.faiss",
        "vectors-00000005.faiss",
    }


def test_opening_a_writer_collects_what_a_killed_build_left(folder: Path) -> None:
    # Killed after the next generation's file was in place, before the commit.
    (folder / "vectors-00000002.faiss").write_bytes(b"of a generation that never was")
    (folder / "vectors-00000002.faiss.new").write_bytes(b"half")

    IndexWriter(folder).close()

    assert sorted(path.name for path in folder.iterdir()) == [
        "kb.lock",
        "kb.sqlite3",
        "vectors-00000001.faiss",
    ]


def test_a_file_left_by_a_killed_build_is_never_taken_for_the_generation_of_its_number(
    folder: Path,
) -> None:
    with IndexWriter(folder) as writer:
        (folder / "vectors-00000002.faiss").write_bytes(b"of a generation that never was")
        publish(writer, NEW)

    with IndexReader(folder) as reader:
        assert reader.vectors_file() == serialize(*reader.vectors())


def test_confirming_that_nothing_changed_makes_no_generation(folder: Path) -> None:
    stamp = FileStamp(7, 8, 9)
    with IndexReader(folder) as reader, IndexWriter(folder) as writer:
        before, file = contents(reader), reader.vectors_file()
        state = writer.confirm({DocumentId("pl/mlin.md"): stamp}, [SKIPPED], scanned_ns=10)

        assert contents(reader) == before
        with IndexReader(folder) as second:
            assert second.state == state == replace(reader.state, scanned_ns=10)
            assert {d.stamp for d in second.documents() if d.id == "pl/mlin.md"} == {stamp}
            assert second.skipped() == (SKIPPED,)
            assert second.vectors_file() == file


def test_a_whole_vectors_file_is_not_made_again(folder: Path) -> None:
    with IndexWriter(folder) as writer:
        assert not writer.mend_vectors_file(fail)


def test_forgetting_leaves_the_vectors_of_every_passage(folder: Path) -> None:
    with IndexWriter(folder) as writer:
        publish(writer, {}, removed=["pl/mlin.md"])
        before = [*writer.documents()]

        assert writer.forget_unused_embeddings() == 3
        assert writer.forget_unused_embeddings() == 0
        assert [*writer.documents()] == before
    with IndexReader(folder) as reader:
        assert reader.vectors()[0] == reader.passage_ids()


@pytest.mark.parametrize("name", ["mapa s presledki", "100% #1?&x=1", "łódź", "सूचकांक", "'\"🙂"])
def test_an_index_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = publish_in(tmp_path / name / "globoko")

    with IndexReader(folder) as reader:
        assert len(reader.documents()) == len(ARTICLES)
        assert reader.vectors_file() is not None


def test_a_file_in_place_of_the_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "index"
    path.write_text("moje", encoding="utf-8")

    with pytest.raises(IndexUnwritable, match="index"):
        IndexWriter(path)

    assert path.read_text(encoding="utf-8") == "moje"


def test_a_document_needs_a_digest_for_each_passage() -> None:
    new = cut("sl/novo.md", NEW["sl/novo.md"])

    with pytest.raises(ValueError, match="digest"):
        NewDocument(
            document=new.document,
            digest=new.digest,
            stamp=new.stamp,
            passages=new.passages,
            embedding_digests=(),
        )


def test_article_names_come_back_letter_by_letter(tmp_path: Path) -> None:
    names = ["a b/'\"\n.md", "लेख/ज़.md", "ł/🙂.txt", "%23?.md", "DROP TABLE documents;--.md"]
    publish_in(tmp_path, dict.fromkeys(names, "Mlin melje ajdo."))

    with IndexReader(tmp_path) as reader:
        assert {document.id for document in reader.documents()} == set(names)
        excluded = reader.passage_ids(without_documents=list(map(DocumentId, names[1:])))
        assert [passage.document_id for passage in reader.passages(excluded)] == names[:1]
