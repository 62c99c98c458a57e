"""A network that is trained on some subjects learns, and reads in `kb` as it did in training."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from kb import answering
from kb.answering import compose_answer
from kb.close_reading import Comparison
from kb.domain import ArticleFilter
from kb.embedding.close_reading_file import FILE_NAME
from kb.embedding.embedded import MODEL_FILE, EmbeddedModel
from kb.embedding.model_file import read_model_file
from kb.matching import question_terms, similarities
from kb.words import TextWords
from tests.workspace import Workspace
from training.close_reading import HELD_BACK, Network, Recipe, Rows, told_apart, trained
from training.contrasts import ANY_SUBJECT, CONTRASTS, examples, read_contrasts

RECIPE = Recipe(width=8, hidden=12, epochs=4, rate=0.005)


@pytest.fixture(scope="module")
def rows(embedded_model: EmbeddedModel) -> Rows:
    given = list(examples(read_contrasts()[:40], embedded_model, np.random.default_rng(1)))
    return Rows.of(given, embedded_model)


@pytest.fixture(scope="module")
def network(rows: Rows) -> Network:
    seen = [row for row in rows.rows if row.example.subject % 4]
    return trained(replace(rows, rows=seen), RECIPE)


def test_what_was_learned_holds_for_subjects_that_were_not_seen(
    rows: Rows, network: Network
) -> None:
    unseen = [row for row in rows.rows if not row.example.subject % 4]
    assert told_apart(network, replace(rows, rows=unseen))[ANY_SUBJECT] > 0.75


def test_kb_reads_as_the_network_that_was_trained(
    rows: Rows, network: Network, embedded_model: EmbeddedModel
) -> None:
    reader = network.reader()
    some = [row for row in rows.rows[::97] if row.example.text]
    with torch.no_grad():
        trained_logits = network(*rows.batch(some)).numpy()

    for row, expected in zip(some, trained_logits, strict=True):
        (ids,) = embedded_model.token_ids([row.example.question])
        terms = question_terms(ids, embedded_model)
        words = TextWords(embedded_model.token_ids([row.example.text]), embedded_model)
        similarity = similarities(terms, words.distinct, embedded_model)
        compared = Comparison.of(terms, similarity, words.order, words.directions)
        # Training keeps vectors in half the bits.
        assert reader.logits(compared)[0] == pytest.approx(expected, abs=0.02)


def test_the_shipped_network_was_trained_on_the_contrasts_that_are_here() -> None:
    with safe_open(MODEL_FILE.with_name(FILE_NAME), "numpy") as file:
        stated = file.metadata()
    assert stated["data"] == sha256(CONTRASTS.read_bytes()).hexdigest()
    assert stated["model"] == read_model_file(MODEL_FILE).fingerprint


def test_the_same_seed_gives_the_same_network(rows: Rows, network: Network) -> None:
    seen = [row for row in rows.rows if row.example.subject % 4]
    again = trained(replace(rows, rows=seen), RECIPE)
    for one, other in zip(network.parameters(), again.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_the_sentence_that_answers_is_quoted_more_often_when_sentences_are_read(
    tmp_path: Path, embedded_model: EmbeddedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path)
    unseen = [passage for subject in read_contrasts()[:: 12 * HELD_BACK] for passage in subject]
    for number, passage in enumerate(unseen):
        front = f"---\nlanguage: {passage.language}\n---\n"
        workspace.write(f"{number}.md", f"{front}{passage.text}\n")
    workspace.build(embedded_model)
    with workspace.retriever(embedded_model) as retriever:
        found = [
            (question, retriever.retrieve(question.text, k=1, wanted=article, min_score=0))
            for number, passage in enumerate(unseen)
            for article in [ArticleFilter(paths=(f"{number}.md",))]
            for question in passage.questions
            if question.is_answered
        ]

    def share_quoted_right() -> float:
        right = []
        for question, retrieval in found:
            answer = compose_answer(
                question.text,
                retrieval,
                workspace.corpus.text,
                language=None,
                model="",
                generation=1,
                sentences=1,
            )
            right += [quote.text in question.answer for quote in answer.quotes]
        return float(np.mean(right))

    when_read = share_quoted_right()
    monkeypatch.setattr(answering, "_READING_WEIGHT", 0)
    assert when_read > share_quoted_right()
