"""The index knows its model, and the commands keep to it."""

from pathlib import Path

import pytest

from kb.corpus import Corpus
from kb.indexing import build_index
from kb.store import IndexWriter
from kb.vector_index import FlatFaissIndex
from tests.cli.articles import QUESTIONS, write_article
from tests.cli.command import Kb
from tests.fakes import FakeEmbedder

QUESTION, ARTICLE, WORDS = QUESTIONS["sl"]


@pytest.fixture
def built_by_another(kb: Kb) -> Kb:
    """The command over an index of another model, whose folder is not there."""
    with IndexWriter(kb.index) as writer:
        build_index(
            Corpus(kb.corpus),
            writer,
            FakeEmbedder(name="models/other one"),
            detect_language=lambda _: None,
            serialize_vectors=lambda ids, vectors: FlatFaissIndex.build(ids, vectors).to_bytes(),
        )
    return kb


@pytest.mark.parametrize("command", ["ask", "search"])
def test_another_model_than_the_index_has_is_refused_with_the_command_that_helps(
    built_by_another: Kb, command: str
) -> None:
    outcome = built_by_another(command, QUESTION, "--model", "embedded")

    assert (outcome.code, outcome.out) == (1, "")
    assert "built with model 'models/other one', not 'embedded'" in outcome.complaint
    assert "`kb build --model embedded`" in outcome.complaint


def test_indexing_changes_first_leaves_the_index_its_model(built_by_another: Kb) -> None:
    write_article(built_by_another.corpus, "new.md", "Something new.")

    outcome = built_by_another("ask", QUESTION, "--fresh", "--model", "embedded")

    assert outcome.code == 1
    assert "`kb build --model embedded`" in outcome.err
    assert "model: models/other one (the index's own)" in built_by_another("status").out


def test_the_command_named_by_a_refusal_helps(built_by_another: Kb) -> None:
    assert built_by_another("build", "--model", "embedded").code == 0

    assert WORDS in built_by_another("ask", QUESTION).out
    assert "model: embedded (the index's own)" in built_by_another("status").out


@pytest.mark.parametrize("command", [("ask", QUESTION), ("search", QUESTION), ("build",)])
def test_an_index_whose_model_is_gone_names_it_and_the_next_step(
    built_by_another: Kb, command: tuple[str, ...]
) -> None:
    outcome = built_by_another(*command)

    assert outcome.code == 1
    assert "no model folder 'models/other one'" in outcome.complaint
    assert "`kb build --model embedded`" in outcome.complaint


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_missing_model_folder_is_one_line(built: Kb, command: str) -> None:
    outcome = built(command, QUESTION, "--model", "no such/folder")

    assert (outcome.code, outcome.out) == (1, "")
    assert "no model folder 'no such/folder'; give the path" in outcome.complaint


def test_the_model_comes_from_a_flag_before_the_environment_before_the_file(built: Kb) -> None:
    settings = Path(built.folder / "kb.toml")
    settings.write_text('model = "from-file"', encoding="utf-8")

    by_file = built("ask", QUESTION)
    by_environment = built("ask", QUESTION, KB_MODEL="from-environment")
    by_flag = built("ask", QUESTION, "--model", "embedded", KB_MODEL="from-environment")

    assert "'from-file'" in by_file.complaint
    assert "'from-environment'" in by_environment.complaint
    assert WORDS in by_flag.out
