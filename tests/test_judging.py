"""Which passages answer a judged question, and what is kept of asking it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb.answering import compose_answer
from kb.cli.wiring import OpenIndex, open_index, run_build
from kb.config import load_settings
from kb.domain import Answer, ArticleFilter, DocumentId, LanguageCode
from kb.errors import ExpectedTextMissing
from kb.evaluation.outcomes import Outcome
from kb.evaluation.questions import ExpectedText, JudgedQuestion, Wording
from kb.judging import DEPTH, describe_run, judge
from kb.retrieval import Retrieval

PARAGRAPHS = [
    " ".join(
        f"Stavek {number} v odstavku {paragraph} pove nekaj o kraju številka {number * paragraph}."
        for number in range(1, 16)
    )
    for paragraph in range(1, 6)
]
SEA = "Morje pri Piranu je avgusta toplo 24 stopinj in mirno."
SLOVENIAN = "# Kraji\n\n" + "\n\n".join((*PARAGRAPHS, SEA)) + "\n\n## Nikjer\n"
HINDI = "# समुद्र\n\nपिरान के पास समुद्र अगस्त में 24 डिग्री\nगर्म और शांत रहता है। लोग वहाँ तैरते हैं।\n"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[OpenIndex]:
    for name, text in (("sl/kraji.md", SLOVENIAN), ("hi/समुद्र.md", HINDI)):
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True)
        path.write_text(f"---\nlanguage: {name[:2]}\n---\n{text}", encoding="utf-8")
    settings = load_settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    run_build(settings, full=False, quiet=True)
    with open_index(settings, quiet=True) as opened:
        yield opened


def question(
    *expected: tuple[str, str], facts: Sequence[str] = (), text: str = "Kako toplo je morje?"
) -> JudgedQuestion:
    return JudgedQuestion(
        id="morje",
        kind="number" if expected else "off-topic",
        split="",
        wordings=(Wording("morje", LanguageCode("sl"), text),),
        expected=tuple(ExpectedText(DocumentId(document), words) for document, words in expected),
        facts=tuple(facts),
    )


def ask(index: OpenIndex, *questions: JudgedQuestion) -> tuple[Outcome, ...]:
    def compose(wording: Wording, retrieval: Retrieval) -> Answer:
        return compose_answer(
            wording.text,
            retrieval,
            index.read_text,
            language=wording.language,
            model="embedded",
            generation=1,
            sentences=2,
        )

    return judge(
        questions,
        index.reader,
        index.read_text,
        retrieve=lambda text: index.retriever.retrieve(text, k=DEPTH),
        compose=compose,
    )


def relevant_count(outcome: Outcome) -> int:
    return sum(found.relevant for found in outcome.found)


def test_the_passage_that_holds_the_text_is_relevant_at_its_rank(index: OpenIndex) -> None:
    (outcome,) = ask(index, question(("sl/kraji.md", SEA), facts=["24 stopinj"]))

    (found,) = outcome.found
    retrieval = index.retriever.retrieve(outcome.wording, k=DEPTH)
    ranked = enumerate(retrieval.hits, start=1)
    rank = next(rank for rank, hit in ranked if SEA in hit.passage.text)
    assert (found.language, found.relevant, found.ranks) == ("sl", 1, (rank,))
    assert outcome.confidence == retrieval.confidence


def test_texts_in_two_languages_are_kept_apart(index: OpenIndex) -> None:
    hindi = "पिरान के पास समुद्र अगस्त में 24 डिग्री गर्म और शांत रहता है।"

    (outcome,) = ask(index, question(("sl/kraji.md", SEA), ("hi/समुद्र.md", hindi)))

    assert [(found.language, found.relevant) for found in outcome.found] == [("hi", 1), ("sl", 1)]


def test_a_text_cut_by_passages_is_in_those_that_hold_half_of_it(index: OpenIndex) -> None:
    ids = index.reader.passage_ids(ArticleFilter(languages=(LanguageCode("sl"),)))
    first, second = index.reader.passages(ids)[:2]
    source = index.read_text(first.document_id)
    assert source is not None
    text = source.text
    reach = next(
        count
        for count in range(100, 200)
        if " " not in text[first.end - count] + text[second.start + count - 1]
    )
    mostly_first = text[first.start : second.start + reach]
    alike = text[first.end - reach : second.start + reach]

    (of_one,) = ask(index, question(("sl/kraji.md", mostly_first)))
    (of_both,) = ask(index, question(("sl/kraji.md", alike)))

    assert relevant_count(of_one) == 1
    assert relevant_count(of_both) == 2


def test_a_text_longer_than_two_passages_is_in_the_one_that_holds_most(index: OpenIndex) -> None:
    text = "\n\n".join(PARAGRAPHS)

    (outcome,) = ask(index, question(("sl/kraji.md", text)))

    ids = index.reader.passage_ids(ArticleFilter(languages=(LanguageCode("sl"),)))
    longest = max(index.reader.passages(ids), key=lambda passage: len(passage.text))
    assert len(longest.text) < len(text) / 2
    assert relevant_count(outcome) == 1


def test_a_fact_counts_only_in_a_quote_from_an_expected_article(index: OpenIndex) -> None:
    text = "Kako toplo je morje pri Piranu avgusta?"
    asked = question(("sl/kraji.md", SEA), facts=["24 stopinj"], text=text)
    elsewhere = question(("hi/समुद्र.md", "लोग वहाँ तैरते हैं।"), facts=["24 stopinj"], text=text)

    (right,) = ask(index, asked)
    (wrong,) = ask(index, elsewhere)

    assert any("24 stopinj" in quote.text for quote in right.quotes)
    assert right.has_fact is True
    assert wrong.has_fact is False


def test_an_abstention_has_no_fact(index: OpenIndex) -> None:
    asked = question(("sl/kraji.md", SEA), facts=["24 stopinj"])

    (outcome,) = judge(
        [asked],
        index.reader,
        index.read_text,
        retrieve=lambda text: index.retriever.retrieve(text, k=DEPTH),
        compose=lambda wording, _: Answer(
            question=wording.text,
            language=wording.language,
            quotes=(),
            citations=(),
            model="embedded",
            generation=1,
            asked_at=datetime.now(UTC),
        ),
    )

    assert not outcome.is_answered
    assert outcome.has_fact is False


def test_an_unanswerable_question_has_nothing_to_find(index: OpenIndex) -> None:
    (outcome,) = ask(index, question())

    assert not outcome.is_answerable
    assert outcome.has_fact is None


def test_times_are_taken_by_stage(index: OpenIndex) -> None:
    (outcome,) = ask(index, question())

    assert outcome.retrieve_ms > 0
    assert outcome.answer_ms > 0


@pytest.mark.parametrize(
    ("document", "text", "complaint"),
    [
        ("sl/ni.md", SEA, "no such article"),
        ("../sl/kraji.md", SEA, "no such article"),
        ("sl/kraji.md", "Morje je mrzlo.", "does not hold it"),
        ("sl/kraji.md", "Nikjer", "only in a heading"),
    ],
)
def test_an_expected_text_that_is_not_there_is_named(
    index: OpenIndex, document: str, text: str, complaint: str
) -> None:
    with pytest.raises(ExpectedTextMissing, match=complaint) as caught:
        ask(index, question((document, text)))

    assert "'morje'" in str(caught.value)
    assert repr(document) in str(caught.value)


def test_an_article_changed_since_the_build_is_named(index: OpenIndex) -> None:
    path = index.corpus.folder / "sl" / "kraji.md"
    path.write_text("Uvod. " + path.read_text(encoding="utf-8"), encoding="utf-8")

    with pytest.raises(ExpectedTextMissing, match="changed since the last build"):
        ask(index, question(("sl/kraji.md", SEA)))


def test_a_run_over_other_articles_has_another_digest(index: OpenIndex, tmp_path: Path) -> None:
    before = describe_run(index.reader, ())
    (tmp_path / "corpus" / "novo.md").write_text("# Novo\n\nNov članek.\n", encoding="utf-8")
    settings = load_settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    run_build(settings, full=False, quiet=True)

    with open_index(settings, quiet=True) as newer:
        after = describe_run(newer.reader, ())

    assert (before.articles, after.articles) == (2, 3)
    assert before.articles_sha256 != after.articles_sha256
