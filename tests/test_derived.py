"""The stored index of words: always that of the stored words, and never missed when it is gone."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from kb.diagnosis import Diagnosis, Fault
from kb.doctor import Instruments, diagnose, repair
from kb.embedding.embedded import EmbeddedModel
from kb.errors import IndexUnusable
from kb.store import (
    IndexInspector,
    IndexWriter,
    restore_backup,
    survey_folder,
    write_backup,
)
from kb.store.database import database_path
from kb.vector_index import FlatFaissIndex
from kb.word_index import WordIndex, serialize_words
from tests.cli.articles import QUESTIONS
from tests.damage import Damage, flip, run
from tests.fakes import FakeEmbedder
from tests.prose import LANGUAGES, SENTENCES
from tests.workspace import Workspace, serialize, write_library


def flip_words(folder: Path) -> None:
    with closing(sqlite3.connect(database_path(folder), isolation_level=None)) as connection:
        (content,) = connection.execute("SELECT content FROM words").fetchone()
        damaged = flip(content, len(content) // 2)
        connection.execute("UPDATE words SET content = ?", (damaged,))


each_loss = pytest.mark.parametrize(
    "damage", [run("DELETE FROM words"), flip_words, run("UPDATE words SET content = x''")]
)


@pytest.fixture
def workspace(tmp_path: Path, embedded_model: EmbeddedModel) -> Workspace:
    workspace = Workspace(tmp_path)
    write_library(workspace)
    workspace.settle()
    workspace.build(embedded_model)
    return workspace


def stored(workspace: Workspace) -> bytes | None:
    with workspace.reader() as reader:
        return reader.word_index()


def made_again(workspace: Workspace, model: EmbeddedModel) -> bytes:
    """Return the index of the words that are stored for the passages."""
    with workspace.reader() as reader:
        ids = reader.passage_ids()
        _, languages, _ = reader.all_tokens()
        return WordIndex.build(ids, languages, reader.tokens(ids), model).to_bytes()


def ask(workspace: Workspace, model: EmbeddedModel, question: str) -> None:
    """Ask as `kb ask` and `kb search` do, which compare the hits with one another."""
    with workspace.retriever(model) as retriever:
        assert retriever.retrieve(question, k=20).distinct(5)


def examine(workspace: Workspace, model: EmbeddedModel, *, deep: bool = False) -> Diagnosis:
    instruments = Instruments(
        survey=survey_folder(workspace.index_folder),
        open_inspector=lambda: IndexInspector(workspace.index_folder),
        open_vectors=FlatFaissIndex.from_bytes,
        open_model=lambda _: model,
        open_corpus=lambda: workspace.corpus,
    )
    return diagnose(instruments, deep=deep)


def test_after_every_build_the_words_are_those_of_the_passages(
    workspace: Workspace, embedded_model: EmbeddedModel
) -> None:
    changes: list[Callable[[], object]] = [
        lambda: workspace.write("hi/nadi.md", SENTENCES["hi"][0]),
        lambda: workspace.write("hi/nadi.md", SENTENCES["ro"][1]),
        lambda: workspace.path("hi/nadi.md").unlink(),
        lambda: None,
    ]
    for change in changes:
        change()
        workspace.build(embedded_model)

        assert stored(workspace) == made_again(workspace, embedded_model)


def test_a_model_without_words_stores_no_index_of_them(
    workspace: Workspace, embedded_model: EmbeddedModel
) -> None:
    workspace.build(FakeEmbedder())
    assert stored(workspace) is None

    workspace.build(embedded_model)
    assert stored(workspace) is not None


@each_loss
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_it_a_question_finds_the_same(
    workspace: Workspace, embedded_model: EmbeddedModel, damage: Damage, language: str
) -> None:
    question = QUESTIONS[language][0]
    with workspace.retriever(embedded_model) as retriever:
        before = retriever.retrieve(question, k=100).hits
    damage(workspace.index_folder)

    with workspace.retriever(embedded_model) as retriever:
        assert retriever.retrieve(question, k=100).hits == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_index_of_the_words_of_other_passages_is_a_damaged_index(
    workspace: Workspace, embedded_model: EmbeddedModel, language: str
) -> None:
    question, name, _ = QUESTIONS[language]
    before, text = stored(workspace), workspace.text(name)
    workspace.path(name).unlink()
    workspace.build(embedded_model)
    workspace.write(name, text)  # The same words, in passages with other numbers.
    workspace.build(embedded_model)
    ask(workspace, embedded_model, question)
    run("UPDATE words SET content = ?", before)(workspace.index_folder)

    with pytest.raises(IndexUnusable, match="kb build"):
        ask(workspace, embedded_model, question)


@pytest.mark.parametrize("tokens", ["x'01'", "x'ffffff7f'", "x'feffffff'", "'text'"])
def test_words_that_the_model_does_not_have_are_a_damaged_index(
    workspace: Workspace, embedded_model: EmbeddedModel, tokens: str
) -> None:
    run(f"UPDATE embeddings SET tokens = {tokens}")(workspace.index_folder)  # noqa: S608
    run("DELETE FROM words")(workspace.index_folder)

    with pytest.raises(IndexUnusable), workspace.retriever(embedded_model) as retriever:
        retriever.retrieve("mlin", k=1)
    with pytest.raises(IndexUnusable):
        workspace.build(embedded_model)

    workspace.build(embedded_model, full=True)
    assert stored(workspace) == made_again(workspace, embedded_model)


def flip_tokens(folder: Path, bit: int) -> None:
    """Turn over this bit, counted around, in the words stored for each text."""
    with closing(sqlite3.connect(database_path(folder), isolation_level=None)) as connection:
        for digest, tokens in connection.execute(
            "SELECT digest, tokens FROM embeddings"
        ).fetchall():
            damaged = flip(tokens, bit // 8 % len(tokens), bit % 8)
            connection.execute(
                "UPDATE embeddings SET tokens = ? WHERE digest = ?", (damaged, digest)
            )


each_index_of_words = pytest.mark.parametrize(
    "change", [lambda _: None, run("DELETE FROM words")], ids=["whole", "gone"]
)


@each_index_of_words
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_flipped_bit_that_makes_a_word_of_no_model_is_a_damaged_index(
    workspace: Workspace, embedded_model: EmbeddedModel, change: Damage, language: str
) -> None:
    question = QUESTIONS[language][0]
    ask(workspace, embedded_model, question)
    change(workspace.index_folder)

    for bit in (17, 30, 31):
        flip_tokens(workspace.index_folder, bit)
        with pytest.raises(IndexUnusable, match="kb build"):
            ask(workspace, embedded_model, question)
        flip_tokens(workspace.index_folder, bit)


@each_index_of_words
def test_any_flipped_bit_in_stored_words_leaves_hits_or_is_a_damaged_index(
    workspace: Workspace, embedded_model: EmbeddedModel, change: Damage
) -> None:
    places = np.random.default_rng(0)
    questions = [question for question, *_ in QUESTIONS.values()]
    ask(workspace, embedded_model, questions[0])
    change(workspace.index_folder)

    for question in questions * 6:
        bit = int(places.integers(8 * 400))
        flip_tokens(workspace.index_folder, bit)
        with suppress(IndexUnusable):
            ask(workspace, embedded_model, question)
        flip_tokens(workspace.index_folder, bit)


@each_loss
def test_a_build_with_nothing_to_do_makes_it_again_in_the_same_generation(
    workspace: Workspace, embedded_model: EmbeddedModel, damage: Damage
) -> None:
    before = stored(workspace)
    damage(workspace.index_folder)

    report = workspace.build(embedded_model)

    assert report.state.generation == 1
    assert stored(workspace) == before


@each_loss
def test_the_doctor_names_its_loss_and_repairs_it(
    workspace: Workspace, embedded_model: EmbeddedModel, damage: Damage
) -> None:
    before = stored(workspace)
    damage(workspace.index_folder)
    diagnosis = examine(workspace, embedded_model)

    with IndexWriter(workspace.index_folder) as writer:
        done = repair(diagnosis, writer, serialize, partial(serialize_words, embedded_model))

    assert diagnosis.faults == {Fault.WORD_INDEX_DAMAGED}
    assert done == ("made the index of words again from the stored words",)
    assert stored(workspace) == before
    assert examine(workspace, embedded_model, deep=True).findings == ()


def test_stray_passages_are_repaired_with_their_words(
    workspace: Workspace, embedded_model: EmbeddedModel
) -> None:
    run("DELETE FROM documents WHERE id = (SELECT min(id) FROM documents)")(workspace.index_folder)
    diagnosis = examine(workspace, embedded_model)

    with IndexWriter(workspace.index_folder) as writer:
        repair(diagnosis, writer, serialize, partial(serialize_words, embedded_model))

    assert stored(workspace) == made_again(workspace, embedded_model)


@pytest.mark.parametrize("tokens", ["x'01000000'", "x'01'", "x'ffffff7f'", "NULL"])
def test_words_that_are_not_those_stored_are_found_when_everything_is_compared(
    workspace: Workspace, embedded_model: EmbeddedModel, tokens: str
) -> None:
    run(
        f"UPDATE embeddings SET tokens = {tokens} WHERE digest ="  # noqa: S608
        " (SELECT embedding_digest FROM passages ORDER BY id LIMIT 1)"
    )(workspace.index_folder)

    assert Fault.WORD_INDEX_DIFFERS in examine(workspace, embedded_model, deep=True).faults

    workspace.build(embedded_model, full=True)
    assert examine(workspace, embedded_model, deep=True).findings == ()


def test_a_restored_index_has_its_words(
    workspace: Workspace, embedded_model: EmbeddedModel, tmp_path: Path
) -> None:
    before = stored(workspace)
    write_backup(workspace.index_folder, tmp_path / "copy.kb")
    workspace.write("sl/novo.md", SENTENCES["sl"][3])
    workspace.build(embedded_model)

    restore_backup(workspace.index_folder, tmp_path / "copy.kb", serialize_vectors=serialize)

    assert stored(workspace) == before == made_again(workspace, embedded_model)
