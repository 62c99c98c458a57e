"""Questions for a figure over the example articles, in all five languages."""

from pathlib import Path

import pytest

from kb.answering import answer_question
from kb.embedding.embedded import EmbeddedModel
from tests.workspace import Workspace

EXAMPLES = Path(__file__).parents[1] / "corpus"


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory, embedded_model: EmbeddedModel) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("examples"))
    for article in EXAMPLES.glob("*/*.md"):
        workspace.write(f"{article.parent.name}/{article.name}", article.read_text("utf-8"))
    workspace.build(embedded_model)
    return workspace


@pytest.mark.parametrize(
    "question",
    [
        "Koliko nezadovoljnih strank se nikoli ne pritoži?",
        "Ilu niezadowolonych klientów nigdy nie składa reklamacji?",
        "कितने नाख़ुश ग्राहक कभी शिकायत नहीं करते?",
        "Câți clienți nemulțumiți nu reclamă niciodată?",
        "How many customers never complain?",
    ],
)
def test_how_many_is_answered_by_a_sentence_with_the_figure(
    examples: Workspace, embedded_model: EmbeddedModel, question: str
) -> None:
    with examples.retriever(embedded_model) as retriever:
        answer = answer_question(
            question,
            retriever,
            examples.corpus.text,
            language=None,
            generation=1,
            sentences=1,
        )

    assert ["96%" in quote.text for quote in answer.quotes] == [True]
