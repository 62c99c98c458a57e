"""The index knows its model, and the commands keep to it."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from kb.corpus import Corpus
from kb.indexing import build_index
from kb.store import IndexReader, IndexWriter
from kb.vector_index import FlatFaissIndex
from tests.cli.articles import QUESTIONS, write_article
from tests.cli.command import Kb, Outcome
from tests.embedding.tiny_transformer import (
    DIMENSION,
    write_tiny_cross_encoder,
    write_tiny_xlm_roberta,
)
from tests.fakes import FakeEmbedder
from tests.hub import serve_model

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
    assert "no model folder 'no such/folder', and none downloaded" in outcome.complaint


def test_the_model_comes_from_a_flag_before_the_environment_before_the_file(built: Kb) -> None:
    settings = Path(built.folder / "kb.toml")
    settings.write_text('model = "from-file"', encoding="utf-8")

    by_file = built("ask", QUESTION)
    by_environment = built("ask", QUESTION, KB_MODEL="from-environment")
    by_flag = built("ask", QUESTION, "--model", "embedded", KB_MODEL="from-environment")

    assert "'from-file'" in by_file.complaint
    assert "'from-environment'" in by_environment.complaint
    assert WORDS in by_flag.out


# Other models


@pytest.fixture(scope="module")
def embedder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "e5-small"
    write_tiny_xlm_roberta(folder)
    return folder


@pytest.fixture(scope="module")
def reranker_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "razvrščevalec"
    write_tiny_cross_encoder(folder)
    return folder


def found(outcome: Outcome) -> list[tuple[str, float]]:
    """Return where the hits of a search are, best first, with their scores."""
    return [
        (f"{hit['path']}:{hit['start']}", hit["score"]) for hit in json.loads(outcome.out)["hits"]
    ]


def test_an_index_keeps_to_its_model_and_dimension(built: Kb, embedder_folder: Path) -> None:
    rebuilt = built("build", "--model", embedder_folder, "--dim", "8", "--batch-size", "2")
    write_article(built.corpus, "new.md", "Something new.")

    answered = built("ask", QUESTION)
    renewed = built("build")
    full = built("build", "--dim", str(DIMENSION))

    assert rebuilt.code == answered.code == renewed.code == full.code == 0
    assert f"embedded with {str(embedder_folder)!r}" in rebuilt.out
    assert WORDS in answered.out
    assert "1 embedded" in renewed.out
    with IndexReader(built.index) as reader:
        assert reader.state.dimension == DIMENSION
    assert "0 embedded" in built("build", "--dim", "8").out


def test_another_dimension_than_the_index_has_is_refused(built: Kb, embedder_folder: Path) -> None:
    built("build", "--model", embedder_folder)

    outcome = built("ask", QUESTION, KB_DIMENSION="8")

    assert outcome.code == 1
    assert "as it is now" in outcome.complaint
    assert built("build", KB_DIMENSION="8").code == 0
    assert built("ask", QUESTION, KB_DIMENSION="8").code == 0


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--dim", "0"), 2, "--dim 0 is not possible"),
        (("--batch-size", "0"), 2, "--batch-size 0 is not possible"),
        (("--dim", "99"), 1, f"vectors have {DIMENSION} numbers, and not 99 (--dim)"),
        (("--device", "mikrovalovka"), 1, "e5-small' cannot be used"),
    ],
)
def test_what_a_model_cannot_do_is_one_line(
    built: Kb, embedder_folder: Path, options: tuple[str, ...], code: int, words: str
) -> None:
    outcome = built("build", "--model", embedder_folder, *options)

    assert outcome.code == code
    assert words in outcome.complaint
    assert WORDS in built("ask", QUESTION).out


@pytest.mark.parametrize("language", QUESTIONS)
def test_a_model_with_random_weights_still_answers_by_the_words(
    built: Kb, embedder_folder: Path, language: str
) -> None:
    question, _, words = QUESTIONS[language]
    built("build", "--model", embedder_folder)

    assert words in built("ask", question).out
    assert built("ask", "Wie hoch ist der Eiffelturm im Sommer?").code == 3


def test_a_question_for_any_model_is_read_with_its_typing_errors(
    built: Kb, embedder_folder: Path
) -> None:
    built("build", "--model", embedder_folder)

    right = built("search", "Ile kosztuje zwiedzanie latarni?", "--json")
    typed = built("search", "Ile kosztuje zwiedzzanie latarni?", "--json")

    assert found(typed) == found(right)


def test_passages_that_a_model_does_not_read_to_their_end_are_told(
    kb: Kb, embedder_folder: Path
) -> None:
    outcome = kb("build", "--model", embedder_folder)

    assert outcome.code == 0
    assert "the model does not read" in outcome.complaint
    assert "choose a model with a longer window (docs/models.md)" in outcome.complaint
    assert kb("build").err == ""


def test_the_doctor_knows_the_window_of_the_model(built: Kb, embedder_folder: Path) -> None:
    built("build", "--model", embedder_folder, "--dim", "8")

    outcome = built("doctor", "--deep")

    assert "cut again" in outcome.out
    assert outcome.code == 0, outcome.out


def test_a_closed_model_folder_is_one_line(built: Kb, embedder_folder: Path) -> None:
    closed = shutil.copytree(embedder_folder, built.folder / "models/closed")
    partly = shutil.copytree(embedder_folder, built.folder / "models/partly")
    (partly / "notes.bin").touch(mode=0o000)
    closed.chmod(0o000)
    try:
        outcomes = [
            built.process("build", "--model", folder, as_ordinary_user=True)
            for folder in (closed, partly)
        ]
        listed = built.process("models", "--folder", closed.parent, as_ordinary_user=True)
    finally:
        closed.chmod(0o700)

    for outcome, folder in zip(outcomes, (closed, partly), strict=True):
        assert outcome.code == 1
        assert f"the model {str(folder)!r} cannot be used" in outcome.complaint
    assert listed.code == 0
    assert str(partly) in listed.out


# Reranking


@pytest.mark.parametrize("language", QUESTIONS)
def test_a_reranker_orders_the_same_passages_anew(
    built: Kb, reranker_folder: Path, language: str
) -> None:
    question = QUESTIONS[language][0]

    before = found(built("search", question, "-k", "50", "--json"))
    after = found(built("search", question, "-k", "50", "--json", "--rerank", reranker_folder))

    assert sorted(place for place, _ in after) == sorted(place for place, _ in before)
    assert [place for place, _ in after] != [place for place, _ in before]
    assert [score for _, score in after] == sorted((score for _, score in after), reverse=True)


def test_a_reranker_leaves_it_to_the_words_whether_there_is_an_answer(
    built: Kb, reranker_folder: Path
) -> None:
    (built.folder / "kb.toml").write_text(f'rerank = "{reranker_folder}"', encoding="utf-8")

    assert built("ask", QUESTION).code == 0
    assert built("ask", "Wie hoch ist der Eiffelturm im Sommer?").code == 3
    without = found(built("search", QUESTION, "--json", "--rerank", ""))
    assert without != found(built("search", QUESTION, "--json"))


@pytest.mark.parametrize("command", ["ask", "search"])
def test_what_is_no_reranker_is_one_line(built: Kb, embedder_folder: Path, command: str) -> None:
    absent = built(command, QUESTION, "--rerank", "ni-modela")
    wrong = built(command, QUESTION, KB_RERANK=str(embedder_folder))

    assert (absent.code, wrong.code) == (1, 1)
    assert "no model folder 'ni-modela'" in absent.complaint
    assert "it is a model for --model, not --rerank" in wrong.complaint


# The list, and the one way to a network


def test_a_pulled_model_is_listed_and_used_without_a_network(
    kb: Kb, embedder_folder: Path, tmp_path: Path
) -> None:
    home = str(tmp_path / "home")
    with serve_model("own/e5-tiny", embedder_folder) as hub:
        pulled = kb.process("models", "pull", "own/e5-tiny", HF_ENDPOINT=hub, HF_HOME=home)
        absent = kb.process("models", "pull", "own/absent", HF_ENDPOINT=hub, HF_HOME=home)

    listed = kb.process("models", HF_ENDPOINT=hub, HF_HOME=home)
    built = kb.process("build", "--model", "own/e5-tiny", HF_ENDPOINT=hub, HF_HOME=home)

    assert pulled.code == listed.code == built.code == 0, pulled.err + built.err
    assert Path(pulled.out.strip()).is_dir()
    assert "`kb build --model own/e5-tiny` uses it" in pulled.err
    assert "embedder  'own/e5-tiny' (" in listed.out
    assert "embedded with 'own/e5-tiny'" in built.out
    assert absent.code == 1
    assert "the hub has no public model of that name" in absent.err


@pytest.mark.parametrize(
    ("name", "environment", "words"),
    [
        ("own/tiny", {"HF_ENDPOINT": "http://127.0.0.1:9"}, "the hub cannot be reached"),
        ("own/tiny", {"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE forbids it"),
        ("ni ime", {}, "this is no name of a model"),
    ],
)
def test_without_a_hub_pulling_is_one_line(
    kb: Kb, tmp_path: Path, name: str, environment: dict[str, Any], words: str
) -> None:
    outcome = kb.process(
        "--quiet", "models", "pull", name, HF_HOME=str(tmp_path / "home"), **environment
    )

    assert (outcome.code, outcome.out) == (1, "")
    assert words in outcome.complaint
    assert "the embedded one needs nothing else" in outcome.complaint


def test_the_light_environment_lists_models_and_says_what_others_need(
    built: Kb, embedder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in ("huggingface_hub", "transformers.utils"):
        monkeypatch.setitem(sys.modules, library, None)

    assert "embedder  'embedded'" in built("models").out
    assert "no model folder 'own/tiny'" in built("build", "--model", "own/tiny").complaint
    for command in (("build", "--model", embedder_folder), ("-q", "models", "pull", "own/tiny")):
        complaint = built(*command).complaint
        assert "run `pip install sentence-transformers`" in complaint


def test_an_index_finds_its_model_from_another_folder(
    built: Kb, embedder_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(embedder_folder, built.folder / "models/tiny")
    built("build", "--model", "models/tiny")
    elsewhere = Kb(tmp_path / "elsewhere")
    elsewhere.folder.mkdir()

    outcome = elsewhere("--corpus", built.corpus, "--index", built.index, "ask", QUESTION)

    assert WORDS in outcome.out


def test_models_in_a_folder_are_listed_by_what_they_are_for(
    kb: Kb, embedder_folder: Path, reranker_folder: Path
) -> None:
    outcome = kb("models", "--folder", embedder_folder.parent, "--folder", reranker_folder)

    assert outcome.code == 0
    assert "embedder  'embedded' (comes with kb)" in outcome.out
    assert f"embedder  {str(embedder_folder)!r} (" in outcome.out
    assert f"reranker  {str(reranker_folder)!r} (" in outcome.out
    assert "intfloat/multilingual-e5-small" in outcome.out
