"""Texts that say the same are told from those that do not, in every pair of languages."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.answering import MAX_SENTENCES, answer_question
from kb.domain import Answer, LanguageCode
from kb.embedding.embedded import EmbeddedModel
from kb.grouping import Statement, figures_in, grouped, likeness, say_the_same, statements_of
from kb.words import TextWords
from tests.prose import LANGUAGES, SENTENCES
from tests.workspace import Workspace

# Names of millers, and what a ticket costs in other words, differ by more than their language.
TRANSLATED = (0, 2, 5, 6)

# One fact in each language, and one more in Slovenian only.
BRIDGES = {
    "sl": "Most čez reko Savo je dolg 214 metrov in so ga odprli leta 1934.",
    "pl": "Most przez rzekę Sawę ma 214 metrów długości i został otwarty w 1934 roku.",
    "hi": "सावा नदी का पुल २१४ मीटर लंबा है और १९३४ में खोला गया।",
    "ro": "Podul peste râul Sava are o lungime de 214 metri și a fost deschis în anul 1934.",
    "en": "The bridge over the river Sava is 214 metres long and was opened in 1934.",
}
NARROW = "Čez most lahko hodijo samo pešci, ker je ožji od dveh metrov."

pairs = pytest.mark.parametrize(("one", "other"), list(combinations(LANGUAGES, 2)))
each_language = pytest.mark.parametrize("language", LANGUAGES)


def statement(text: str, model: EmbeddedModel, language: str | None = None) -> Statement:
    (said,) = statements([(language, text)], model)
    return said


def statements(
    texts: Sequence[tuple[str | None, str]], model: EmbeddedModel
) -> tuple[Statement, ...]:
    written = [text for _, text in texts]
    codes = [LanguageCode(code) if code else None for code, _ in texts]
    return statements_of(written, TextWords(model.token_ids(written), model), codes)


# Likeness


@pairs
def test_translations_say_the_same_and_other_sentences_do_not(
    embedded_model: EmbeddedModel, one: str, other: str
) -> None:
    ours = [statement(SENTENCES[one][place], embedded_model, one) for place in TRANSLATED]
    theirs = [statement(SENTENCES[other][place], embedded_model, other) for place in TRANSLATED]

    same = {
        (i, j)
        for i, ours_says in enumerate(ours)
        for j, theirs_says in enumerate(theirs)
        if say_the_same(ours_says, theirs_says)
    }

    assert all(i == j for i, j in same)
    assert len(same) >= len(TRANSLATED) / 2


@each_language
def test_another_figure_is_another_statement(embedded_model: EmbeddedModel, language: str) -> None:
    said = BRIDGES[language]
    other = said.replace("214", "412").replace("२१४", "४१२").replace("1934", "1943")

    assert likeness(statement(said, embedded_model), statement(said, embedded_model)) > 0.99
    assert not say_the_same(statement(said, embedded_model), statement(other, embedded_model))


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("sl", "Podpora strankam rešuje težave strank.", "Uspeh strank pomaga strankam do ciljev."),
        ("pl", "Obsługa klienta rozwiązuje problemy.", "Sukces klienta prowadzi klienta do celu."),
        ("hi", "ग्राहक सहायता समस्याएँ हल करती है।", "ग्राहक सफलता ग्राहक को लक्ष्य तक ले जाती है।"),
        (
            "ro",
            "Asistența pentru clienți rezolvă probleme.",
            "Succesul clienților duce la scopuri.",
        ),
        ("en", "Customer support solves problems.", "Customer success leads customers to goals."),
    ],
)
def test_what_one_language_says_of_one_subject_is_not_all_the_same(
    embedded_model: EmbeddedModel, language: str, one: str, other: str
) -> None:
    first, second = (statement(text, embedded_model, language) for text in (one, other))

    assert not say_the_same(first, second)
    assert say_the_same(first, first)


@given(
    one=st.sampled_from(LANGUAGES),
    other=st.sampled_from(LANGUAGES),
    i=st.integers(0, 7),
    j=st.integers(0, 7),
)
def test_likeness_is_the_same_both_ways_and_at_most_1(
    embedded_model: EmbeddedModel, one: str, other: str, i: int, j: int
) -> None:
    first = statement(SENTENCES[one][i], embedded_model)
    second = statement(SENTENCES[other][j], embedded_model)

    assert likeness(first, second) == pytest.approx(likeness(second, first))
    assert 0 <= likeness(first, second) <= 1.0001


@pytest.mark.parametrize("text", ["", "…", "🙂 !"])
def test_a_text_without_words_is_like_nothing(embedded_model: EmbeddedModel, text: str) -> None:
    nothing = statement(text, embedded_model)

    assert likeness(nothing, nothing) == 0
    assert likeness(nothing, statement(BRIDGES["en"], embedded_model)) == 0


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("od 7 do 8-krat", {"7", "8"}),
        ("१९,४०० रुपये में २.६ प्रतिशत", {"19400", "26"}),
        ("19.400 de euro, 2,6 %", {"19400", "26"}),
        ("19 400 zł w 1934 r.", {"19400", "1934"}),
        ("24/7", {"24", "7"}),
        ("nobena", set()),
    ],
)
def test_figures_are_the_same_in_every_way_of_writing(text: str, figures: set[str]) -> None:
    assert figures_in(text) == figures


# Groups


@given(st.lists(st.tuples(st.sampled_from(LANGUAGES), st.integers(0, 7)), max_size=12))
def test_groups_hold_every_place_once_in_the_order_of_their_first(
    embedded_model: EmbeddedModel, texts: list[tuple[str, int]]
) -> None:
    groups = grouped(statements([(code, SENTENCES[code][i]) for code, i in texts], embedded_model))

    assert sorted(place for group in groups for place in group) == list(range(len(texts)))
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    assert all(list(group) == sorted(group) for group in groups)


@given(
    st.lists(st.tuples(st.sampled_from(LANGUAGES), st.integers(0, 7)), max_size=12),
    st.integers(0, 5),
)
def test_a_limit_keeps_the_first_groups_whole(
    embedded_model: EmbeddedModel, texts: list[tuple[str, int]], at_most: int
) -> None:
    said = statements([(code, SENTENCES[code][i]) for code, i in texts], embedded_model)

    assert grouped(said, at_most=at_most) == grouped(said)[:at_most]


# Hits and answers


@pytest.fixture(scope="module")
def bridges(tmp_path_factory: pytest.TempPathFactory, embedded_model: EmbeddedModel) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("bridges"))
    for language, sentence in BRIDGES.items():
        workspace.write(f"{language}/most.md", f"---\nlanguage: {language}\n---\n{sentence}\n")
    workspace.write("sl/ozek.md", f"---\nlanguage: sl\n---\n{NARROW}\n")
    workspace.build(embedded_model)
    return workspace


def ask(workspace: Workspace, question: str, language: str, model: EmbeddedModel) -> Answer:
    with workspace.retriever(model) as retriever:
        return answer_question(
            question,
            retriever,
            workspace.corpus.text,
            language=LanguageCode(language),
            generation=1,
            sentences=MAX_SENTENCES,
        )


def documents(answer: Answer) -> Iterator[tuple[str, ...]]:
    for quote in answer.quotes:
        yield tuple(
            answer.citations[one.citation - 1].passage.document_id for one in (quote, *quote.also)
        )


@each_language
def test_a_fact_in_five_languages_is_one_quote_in_the_language_of_the_question(
    bridges: Workspace, embedded_model: EmbeddedModel, language: str
) -> None:
    answer = ask(bridges, BRIDGES[language], language, embedded_model)

    first, *_ = documents(answer)
    assert first[0] == f"{language}/most.md"
    assert set(first) == {f"{code}/most.md" for code in LANGUAGES}


def test_hits_that_say_the_same_take_one_place(
    bridges: Workspace, embedded_model: EmbeddedModel
) -> None:
    with bridges.retriever(embedded_model) as retriever:
        retrieval = retriever.retrieve("Kako dolg in kako širok je most?", k=6)

    hits = retrieval.distinct(2)

    assert len(retrieval.hits) == 6
    assert [len(hit.also) for hit in hits] in ([4, 0], [0, 4])
    assert {one for hit in hits for one in (hit.passage_id, *(o.passage_id for o in hit.also))} == {
        hit.passage_id for hit in retrieval.hits
    }
