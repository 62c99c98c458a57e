"""Question to hits: laws that hold for a model with token vectors and for one without."""

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from kb.domain import ArticleFilter, DocumentId, Hit, LanguageCode
from kb.embedding import Embedder
from kb.embedding.embedded import EmbeddedModel
from kb.errors import UnknownLanguage
from kb.retrieval import FINALISTS, READ_CLOSELY, Retriever
from kb.scoring import LEAST_LIKELY
from kb.vector_index import FlatFaissIndex
from tests.cli.articles import QUESTIONS
from tests.fakes import FakeEmbedder
from tests.prose import LANGUAGES, SENTENCES, paragraph
from tests.workspace import Workspace, write_library

each_language = pytest.mark.parametrize("language", LANGUAGES)
EVERYTHING = 100_000


@pytest.fixture(scope="module", params=["embedded", "fake"])
def embedder(request: pytest.FixtureRequest, embedded_model: EmbeddedModel) -> Embedder:
    return embedded_model if request.param == "embedded" else FakeEmbedder(dimension=512)


@pytest.fixture(scope="module")
def built(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("built"))
    write_library(workspace)
    workspace.build(embedder)
    return workspace


@pytest.fixture
def retriever(built: Workspace, embedder: Embedder) -> Iterator[Retriever]:
    with built.retriever(embedder) as retriever:
        yield retriever


def find(retriever: Retriever, question: str, k: int = EVERYTHING) -> tuple[Hit, ...]:
    return retriever.retrieve(question, k=k).hits


def in_languages(*codes: str) -> ArticleFilter:
    return ArticleFilter(languages=tuple(map(LanguageCode, codes)))


def in_order(hits: tuple[Hit, ...]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.passage.document_id, hit.passage.start))


@each_language
def test_hits_come_best_first(retriever: Retriever, language: str) -> None:
    hits = find(retriever, QUESTIONS[language][0])

    assert list(hits) == in_order(hits)
    assert hits[0].score > hits[-1].score


@each_language
def test_k_larger_than_the_index_finds_every_passage_once(
    built: Workspace, retriever: Retriever, language: str
) -> None:
    hits = find(retriever, QUESTIONS[language][0])

    with built.reader() as reader:
        assert sorted(hit.passage_id for hit in hits) == list(reader.passage_ids())


@each_language
@pytest.mark.parametrize("k", [1, 3, 10])
def test_fewer_hits_are_the_first_of_more(retriever: Retriever, language: str, k: int) -> None:
    question = QUESTIONS[language][0]

    assert find(retriever, question, k) == find(retriever, question)[:k]


def test_a_stored_passage_finds_itself_first(built: Workspace, retriever: Retriever) -> None:
    with built.reader() as reader:
        passages = reader.passages(reader.passage_ids())
    assert {passage.language for passage in passages} == set(LANGUAGES)

    for passage in passages:
        assert find(retriever, passage.text, 1)[0].passage.text == passage.text


@each_language
def test_a_question_without_diacritics_finds_the_same(retriever: Retriever, language: str) -> None:
    question = QUESTIONS[language][0]
    marks = dict.fromkeys(range(0x300, 0x370))
    plain = unicodedata.normalize("NFD", question.replace("ł", "l")).translate(marks)

    with_them, without = find(retriever, question), find(retriever, plain)

    assert [hit.passage_id for hit in without] == [hit.passage_id for hit in with_them]
    assert [hit.score for hit in without] == pytest.approx([hit.score for hit in with_them])


def read_as(hit: Hit) -> float:
    """Return the logit that close reading gave, 0 by a model that does not read."""
    return next((stage.score for stage in hit.stages if stage.name == "close reading"), 0.0)


def is_read(hit: Hit) -> bool:
    return read_as(hit) > LEAST_LIKELY


def assert_ranked_alike(found: Sequence[Hit], kept: Sequence[Hit]) -> None:
    """What was read closely among more passages has the same scores and order among fewer."""
    before = {hit.passage_id: hit.score for hit in kept if is_read(hit)}
    after = {hit.passage_id: hit.score for hit in found if hit.passage_id in before}
    assert list(after) == list(before)
    assert list(after.values()) == pytest.approx(list(before.values()), abs=1e-4)


@each_language
def test_a_filter_by_language_keeps_every_hit_in_it(retriever: Retriever, language: str) -> None:
    for asked_in in LANGUAGES:
        question = QUESTIONS[asked_in][0]
        everything = retriever.retrieve(question, k=EVERYTHING)

        found = retriever.retrieve(question, k=EVERYTHING, wanted=in_languages(language))

        kept = [hit for hit in everything.hits if hit.passage.language == language]
        assert {hit.passage_id for hit in found.hits} == {hit.passage_id for hit in kept}
        assert_ranked_alike(found.hits, kept)


def test_several_languages_may_be_asked_for(retriever: Retriever) -> None:
    hits = retriever.retrieve("chleb", k=EVERYTHING, wanted=in_languages("hi", "ro")).hits

    assert {hit.passage.language for hit in hits} == {"hi", "ro"}


def test_a_filter_comes_before_the_best_are_taken(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for i in range(FINALISTS + 100):
        workspace.write(f"{i}.md", f"---\nlanguage: qq\n---\nKruh peče pek številka {i}.")
    for language in LANGUAGES:
        workspace.write(language + ".md", f"---\nlanguage: {language}\n---\n{paragraph(language)}")
    embedder = FakeEmbedder()
    workspace.build(embedder)

    with workspace.retriever(embedder) as retriever:
        for language in LANGUAGES:
            found = retriever.retrieve("Kruh peče pek", k=5, wanted=in_languages(language))

            assert [hit.passage.document_id for hit in found.hits] == [language + ".md"]


def test_a_language_without_an_article_is_an_error_that_names_the_others(
    retriever: Retriever,
) -> None:
    with pytest.raises(UnknownLanguage, match=r"'xx'.*en, hi, pl, ro, sl"):
        retriever.retrieve("kruh", k=5, wanted=in_languages("sl", "xx"))


@each_language
def test_documents_left_out_are_never_returned(retriever: Retriever, language: str) -> None:
    question, document, _ = QUESTIONS[language]
    everything = find(retriever, question)

    hits = retriever.retrieve(question, k=EVERYTHING, without_documents=[DocumentId(document)]).hits

    kept = [hit for hit in everything if hit.passage.document_id != document]
    assert {hit.passage_id for hit in hits} == {hit.passage_id for hit in kept}
    assert_ranked_alike(hits, kept)


def test_what_was_not_read_closely_is_never_before_what_was(retriever: Retriever) -> None:
    for question, *_ in QUESTIONS.values():
        read = [is_read(hit) for hit in find(retriever, question)]
        assert read == sorted(read, reverse=True)
        if isinstance(retriever.embedder, EmbeddedModel):
            assert sum(read) == READ_CLOSELY


def test_nothing_is_found_when_every_document_is_left_out(retriever: Retriever) -> None:
    documents = {hit.passage.document_id for hit in find(retriever, "kruh")}

    retrieval = retriever.retrieve("kruh", k=5, without_documents=documents)

    assert retrieval.hits == ()
    assert not retrieval.is_relevant


@each_language
def test_a_question_asked_twice_finds_the_same(retriever: Retriever, language: str) -> None:
    question = QUESTIONS[language][0]

    assert find(retriever, question) == find(retriever, question)


@pytest.mark.parametrize("copies", [2, 7])
@pytest.mark.parametrize("k", [1, 3, EVERYTHING])
def test_equal_passages_come_in_the_order_of_their_articles_whatever_was_indexed_first(
    tmp_path: Path, embedder: Embedder, copies: int, k: int
) -> None:
    workspace = Workspace(tmp_path)
    names = [f"{i:02}.md" for i in range(copies)]
    workspace.write("drugo.md", SENTENCES["pl"][0])
    for name in (*names[::-2], *names[-2::-2]):
        workspace.write(name, SENTENCES["sl"][2])
        workspace.build(embedder)

    with workspace.retriever(embedder) as retriever:
        hits = find(retriever, "Kadar voda pade, se kamen ustavi", k)

    assert [hit.passage.document_id for hit in hits][:copies] == names[:k]
    assert len({hit.score for hit in hits[:copies]}) == 1


@each_language
def test_stored_vectors_find_the_same_as_the_vectors_file(
    built: Workspace, retriever: Retriever, embedder: Embedder, language: str
) -> None:
    question = QUESTIONS[language][0]

    with built.reader() as reader:
        rebuilt = Retriever(reader, FlatFaissIndex.build(*reader.vectors()), embedder)

        assert find(rebuilt, question) == find(retriever, question)


@each_language
def test_a_text_outside_the_index_is_scored_and_read_like_an_equal_passage(
    tmp_path: Path, embedder: Embedder, language: str
) -> None:
    workspace = Workspace(tmp_path)
    for code in LANGUAGES:
        for i, sentence in enumerate(SENTENCES[code]):
            workspace.write(f"{code}-{i}.md", f"---\nlanguage: {code}\n---\n{sentence}")
    workspace.build(embedder)

    with workspace.retriever(embedder) as retriever:
        found = retriever.retrieve(QUESTIONS[language][0], k=EVERYTHING)
        texts = [hit.passage.text for hit in found.hits]
        languages = [hit.passage.language for hit in found.hits]
        within = [""] * len(texts)
        scores = found.scorer.score(texts, languages, within=within)
        read = found.scorer.score(texts, languages, within=within, reading_weight=0.02)

    passages = np.array([hit.score for hit in found.hits])
    not_read = passages - [0.02 * read_as(hit) for hit in found.hits]
    assert scores == pytest.approx(not_read, abs=1e-5)
    are_read = list(map(is_read, found.hits))
    assert read[are_read] == pytest.approx(passages[are_read], abs=0.0003)


@each_language
def test_a_score_is_what_its_stages_gave(retriever: Retriever, language: str) -> None:
    for hit in find(retriever, QUESTIONS[language][0]):
        mean, *of_words = (stage.score for stage in hit.stages)
        passage, windows, evened, read = of_words or (mean, mean, 0, 0)

        score = 0.3 * mean + 0.35 * (passage + windows) + evened + 0.02 * read
        assert hit.score == pytest.approx(score, abs=1e-6)


@each_language
def test_stages_rank_all_that_they_looked_at(retriever: Retriever, language: str) -> None:
    hits = find(retriever, QUESTIONS[language][0])

    for stages in zip(*(hit.stages for hit in hits), strict=True):
        given = sorted((stage.score for stage in stages), reverse=True)
        assert [stage.rank for stage in stages] == [given.index(s.score) + 1 for s in stages]
        assert {stage.of for stage in stages} == {len(hits)}


@pytest.mark.parametrize("question", ["", "???", "🙂", "।", "\u200d"])
def test_a_question_without_words_is_answered_by_nothing(
    retriever: Retriever, question: str
) -> None:
    retrieval = retriever.retrieve(question, k=5)

    assert len(retrieval.hits) == 5
    assert not retrieval.is_relevant


def test_a_very_long_question_finds_its_subject(retriever: Retriever) -> None:
    question = " ".join([QUESTIONS["pl"][0]] * 500)

    assert find(retriever, question, 1)[0].passage.document_id == QUESTIONS["pl"][1]


def test_an_index_without_passages_finds_nothing(tmp_path: Path, embedder: Embedder) -> None:
    workspace = Workspace(tmp_path)
    workspace.write("naslovi.md", "# Naslov\n\n## Podnaslov\n")
    workspace.build(embedder)

    with workspace.retriever(embedder) as retriever:
        retrieval = retriever.retrieve("naslov", k=5)

    assert retrieval.hits == ()
    assert not retrieval.is_relevant
