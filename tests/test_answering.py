"""Question to answer: only sentences that stand in the articles, each with its place."""

import re
import tempfile
import unicodedata
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.answering import MAX_SENTENCES, answer_question
from kb.domain import Answer, ArticleFilter, DocumentId, LanguageCode, Quote
from kb.embedding.embedded import EmbeddedModel
from kb.normalization import folded_words
from tests.cli.articles import ARTICLES, QUESTIONS, UNANSWERED
from tests.prose import LANGUAGES, SENTENCES, paragraph
from tests.workspace import Workspace, write_library

each_language = pytest.mark.parametrize("language", LANGUAGES)
OWN_QUESTIONS = {language: sentences[3] for language, sentences in SENTENCES.items()}


@pytest.fixture
def workspace(tmp_path: Path, embedded_model: EmbeddedModel) -> Workspace:
    workspace = Workspace(tmp_path)
    write_library(workspace)
    workspace.settle()
    workspace.build(embedded_model)
    return workspace


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, embedded_model: EmbeddedModel) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("built"))
    write_library(workspace)
    workspace.build(embedded_model)
    return workspace


def ask(
    workspace: Workspace,
    question: str,
    model: EmbeddedModel,
    *,
    passages: int = 5,
    sentences: int = 3,
    languages: tuple[str, ...] = (),
) -> Answer:
    with workspace.retriever(model) as retriever:
        return answer_question(
            question,
            retriever,
            workspace.corpus.text,
            language=None,
            generation=1,
            passages=passages,
            sentences=sentences,
            wanted=ArticleFilter(languages=tuple(map(LanguageCode, languages))),
        )


def sources(answer: Answer) -> Iterator[tuple[Quote, str]]:
    """Yield each quote, those beside it too, with the document that it is said to be from."""
    for quote in answer.every_quote:
        yield quote, answer.citations[quote.citation - 1].passage.document_id


def assert_verbatim(answer: Answer, workspace: Workspace) -> None:
    for quote, document in sources(answer):
        source = workspace.corpus.text(DocumentId(document))
        assert source is not None
        text = source.text
        assert text[quote.start : quote.end] == quote.text
        lines = "\n".join(text.split("\n")[quote.first_line - 1 : quote.last_line])
        assert quote.text in lines
        assert quote.text.count("\n") == quote.last_line - quote.first_line


def all_questions() -> list[str]:
    return [*(question for question, _, _ in QUESTIONS.values()), *OWN_QUESTIONS.values()]


# What is quoted


@each_language
def test_a_question_is_answered_by_the_sentence_that_answers_it(
    built: Workspace, embedded_model: EmbeddedModel, language: str
) -> None:
    question, document, words = QUESTIONS[language]

    answer = ask(built, question, embedded_model)

    assert not answer.is_abstention
    assert any(words in quote.text for quote, source in sources(answer) if source == document)


@pytest.mark.parametrize("question", all_questions())
def test_every_quote_stands_in_its_article_at_its_offsets_and_lines(
    built: Workspace, embedded_model: EmbeddedModel, question: str
) -> None:
    answer = ask(built, question, embedded_model, sentences=MAX_SENTENCES)

    assert answer.quotes
    assert_verbatim(answer, built)
    for quote, document in sources(answer):
        assert quote.text in built.text(document)


@each_language
@pytest.mark.parametrize("form", ["CRLF", "CR", "byte order mark", "NFD", "front matter"])
def test_quotes_stand_in_files_of_any_form(
    workspace: Workspace, embedded_model: EmbeddedModel, language: str, form: str
) -> None:
    text = f"# Mlin\n\nUvod.\n\n{paragraph(language)}\n"
    forms = {
        "CRLF": text.replace("\n", "\r\n"),
        "CR": text.replace("\n", "\r"),
        "byte order mark": "\ufeff" + text,
        "NFD": unicodedata.normalize("NFD", text),
        "front matter": f"---\r\ntitle: Mlin\r\nlanguage: {language}\r\n---\r\n{text}",
    }
    for path in workspace.corpus_folder.rglob("mlin.md"):
        path.unlink()
    workspace.write("mlin.md", forms[form])
    workspace.build(embedded_model)

    answer = ask(workspace, SENTENCES[language][5], embedded_model)

    assert SENTENCES[language][5] in {quote.text for quote in answer.quotes}
    assert_verbatim(answer, workspace)


@pytest.mark.parametrize("question", all_questions())
def test_citation_spans_mark_the_quotes_in_their_passages(
    built: Workspace, embedded_model: EmbeddedModel, question: str
) -> None:
    answer = ask(built, question, embedded_model, sentences=MAX_SENTENCES)

    for citation in answer.citations:
        marked = [citation.passage.text[start:end] for start, end in citation.spans]
        quoted = [quote.text for quote in answer.every_quote if quote.citation == citation.number]
        assert sorted(marked) == sorted(quoted)
        assert citation.spans == tuple(sorted(citation.spans))


@pytest.mark.parametrize("question", all_questions())
def test_citations_are_numbered_in_order_of_first_quote_without_gaps(
    built: Workspace, embedded_model: EmbeddedModel, question: str
) -> None:
    answer = ask(built, question, embedded_model, sentences=MAX_SENTENCES)

    order = dict.fromkeys(quote.citation for quote in answer.every_quote)
    assert list(order) == list(range(1, len(answer.citations) + 1))


@each_language
def test_questions_in_articles_are_never_quoted(
    built: Workspace, embedded_model: EmbeddedModel, language: str
) -> None:
    answer = ask(built, OWN_QUESTIONS[language], embedded_model, sentences=MAX_SENTENCES)

    assert answer.quotes
    assert not any("?" in quote.text for quote in answer.every_quote)


@pytest.mark.parametrize(
    "asking",
    [
        "Kdo melje ajdo ponoči?!",
        "»Kdo melje ajdo ponoči?«",
        "„Kto miele grykę nocą?”",
        "**Kto miele grykę nocą?**",
        "(Cine macină hrișca noaptea?)",
        "Cine macină hrișca noaptea??",
        "रात में कुट्टू कौन पीसता है? 🙂",
        "‘Who grinds buckwheat at night?’",
    ],
)
def test_a_question_in_any_dress_is_never_quoted(
    workspace: Workspace, embedded_model: EmbeddedModel, asking: str
) -> None:
    workspace.write("vprašanja.md", f"{asking}\n\n{SENTENCES['sl'][0]}\n\n{asking}")
    workspace.build(embedded_model)

    answer = ask(workspace, asking, embedded_model, sentences=MAX_SENTENCES)

    assert "vprašanja.md" in {citation.passage.document_id for citation in answer.citations}
    assert not any("?" in quote.text for quote in answer.every_quote)


@pytest.mark.parametrize(
    "stating",
    [
        "Napis na vratih se glasi »Kdo melje ajdo ponoči?«.",
        "Na tablici pytają „Kto miele grykę nocą?”, ale nikt nie wie.",
        "Ajdo ponoči (kdo bi si mislil?) melje Žan Čuček!",
    ],
)
def test_a_statement_around_a_question_may_be_quoted(
    workspace: Workspace, embedded_model: EmbeddedModel, stating: str
) -> None:
    workspace.write("izjave.md", stating)
    workspace.build(embedded_model)

    answer = ask(workspace, stating, embedded_model)

    assert answer.quotes[0].text == stating


@pytest.mark.parametrize("count", range(1, MAX_SENTENCES + 1))
@each_language
def test_at_most_the_sentences_asked_for_are_quoted(
    built: Workspace, embedded_model: EmbeddedModel, language: str, count: int
) -> None:
    for question in (QUESTIONS[language][0], OWN_QUESTIONS[language]):
        answer = ask(built, question, embedded_model, sentences=count)

        assert 1 <= len(answer.quotes) <= count


@each_language
def test_no_two_quotes_say_the_same_in_the_same_words(
    workspace: Workspace, embedded_model: EmbeddedModel, language: str
) -> None:
    sentence = SENTENCES[language][5]
    for i, variant in enumerate([sentence, sentence.upper(), f"🙂 {sentence}", f"– {sentence}"]):
        workspace.write(f"{i}.md", variant)
    workspace.build(embedded_model)

    answer = ask(workspace, sentence, embedded_model, passages=20, sentences=MAX_SENTENCES)

    words = [set(folded_words(quote.text)) for quote in answer.quotes]
    assert len(words) > 1
    for one, other in combinations(words, 2):
        assert len(one & other) < 0.8 * min(len(one), len(other))


# Articles that changed since the build


def spoil(text: str) -> str:
    """Turn the last letters of the longer words around: another text of the same size."""
    return re.sub(r"(\w)(\w)(?=\W)", r"\2\1", text)


@each_language
def test_an_article_edited_unnoticed_is_never_quoted(
    workspace: Workspace, embedded_model: EmbeddedModel, language: str
) -> None:
    question, document, _ = QUESTIONS[language]
    before = workspace.path(document).read_bytes().decode()
    workspace.rewrite_unnoticed(document, spoil(before))
    assert workspace.freshness().is_fresh

    answer = ask(workspace, question, embedded_model, sentences=MAX_SENTENCES)

    assert document not in {citation.passage.document_id for citation in answer.citations}
    assert_verbatim(answer, workspace)


def test_a_passage_that_moved_to_another_line_unnoticed_is_not_quoted(
    workspace: Workspace, embedded_model: EmbeddedModel
) -> None:
    question, document, _ = QUESTIONS["pl"]
    workspace.rewrite_unnoticed(document, ARTICLES[document].replace(" w ", " w\n", 1))

    answer = ask(workspace, question, embedded_model, sentences=MAX_SENTENCES)

    assert document not in {citation.passage.document_id for citation in answer.citations}


@each_language
def test_a_deleted_article_is_never_quoted(
    workspace: Workspace, embedded_model: EmbeddedModel, language: str
) -> None:
    question, document, _ = QUESTIONS[language]
    workspace.path(document).unlink()

    answer = ask(workspace, question, embedded_model, sentences=MAX_SENTENCES)

    assert document not in {citation.passage.document_id for citation in answer.citations}
    assert_verbatim(answer, workspace)


def test_an_article_that_became_unreadable_is_never_quoted(
    workspace: Workspace, embedded_model: EmbeddedModel
) -> None:
    question, document, _ = QUESTIONS["pl"]
    workspace.path(document).write_bytes(ARTICLES[document].encode("cp1250"))

    answer = ask(workspace, question, embedded_model)

    assert document not in {citation.passage.document_id for citation in answer.citations}


def test_when_every_article_is_gone_nothing_is_quoted_or_cited(
    workspace: Workspace, embedded_model: EmbeddedModel
) -> None:
    for file in workspace.corpus.files():
        workspace.path(file.id).unlink()

    answer = ask(workspace, QUESTIONS["pl"][0], embedded_model)

    assert answer.is_abstention
    assert answer.citations == ()


@settings(max_examples=60, deadline=None)
@given(data=st.data(), language=st.sampled_from(LANGUAGES))
def test_after_any_edit_what_is_quoted_stands_in_the_file(
    built: Workspace, embedded_model: EmbeddedModel, data: st.DataObject, language: str
) -> None:
    question, document, _ = QUESTIONS[language]
    before = built.path(document).read_bytes()
    text = before.decode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 9)))
    put = data.draw(st.text("a \r\n.-ł\u0301क्", max_size=9))
    try:
        built.path(document).write_bytes((text[:start] + put + text[end:]).encode())

        answer = ask(built, question, embedded_model, sentences=MAX_SENTENCES)

        assert_verbatim(answer, built)
    finally:
        built.path(document).write_bytes(before)


# Abstentions and choices


def test_what_the_articles_do_not_say_is_not_answered(
    built: Workspace, embedded_model: EmbeddedModel
) -> None:
    answer = ask(built, UNANSWERED, embedded_model, passages=4)

    assert answer.is_abstention
    assert answer.quotes == ()
    assert 1 <= len(answer.citations) <= 4
    assert all(citation.spans == () for citation in answer.citations)


def test_an_article_of_questions_alone_answers_none(
    tmp_path: Path, embedded_model: EmbeddedModel
) -> None:
    workspace = Workspace(tmp_path)
    workspace.write("vprašanja.md", "Kdo melje ajdo ponoči? Kdaj pride mlinar v mlin?")
    workspace.build(embedded_model)

    answer = ask(workspace, "Kdo melje ajdo ponoči?", embedded_model)

    assert answer.is_abstention
    assert [citation.passage.document_id for citation in answer.citations] == ["vprašanja.md"]


@each_language
def test_an_answer_in_chosen_languages_quotes_no_other(
    built: Workspace, embedded_model: EmbeddedModel, language: str
) -> None:
    for asked_in in LANGUAGES:
        answer = ask(built, QUESTIONS[asked_in][0], embedded_model, languages=(language,))

        assert {citation.passage.language for citation in answer.citations} == {language}


@each_language
def test_a_question_asked_twice_is_answered_the_same(
    built: Workspace, embedded_model: EmbeddedModel, language: str
) -> None:
    first, second = (ask(built, QUESTIONS[language][0], embedded_model) for _ in range(2))

    assert (first.quotes, first.citations) == (second.quotes, second.citations)


def test_an_answer_depends_on_the_articles_and_not_on_how_they_were_indexed(
    embedded_model: EmbeddedModel, built: Workspace
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        grown = Workspace(Path(folder))
        for name in sorted(ARTICLES, reverse=True):
            grown.write(name, ARTICLES[name])
            grown.build(embedded_model)
        write_library(grown)
        grown.build(embedded_model)

        for question in all_questions():
            first, second = (ask(one, question, embedded_model) for one in (built, grown))
            assert first.quotes == second.quotes
