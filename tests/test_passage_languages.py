"""Passages in another language than their article are told apart; sure or not at all."""

import unicodedata
from collections.abc import Callable

import pytest

from kb.chunking import passages_of
from kb.domain import Document, DocumentId, LanguageCode, Passage
from kb.language import document_language
from kb.normalization import fold
from kb.passage_languages import with_own_languages
from tests.prose import LANGUAGES, paragraph

PAIRS = [(own, other) for own in LANGUAGES for other in LANGUAGES if own != other]


class Counting:
    """Counts the calls of a detector."""

    def __init__(self, detect: Callable[[str], LanguageCode | None] = document_language) -> None:
        self._detect = detect
        self.calls = 0

    def __call__(self, text: str) -> LanguageCode | None:
        self.calls += 1
        return self._detect(text)


def passages(language: str | None, *texts: str) -> tuple[Passage, ...]:
    """Cut an article with each of `texts` under a heading of its own."""
    text = "# 1\n\n" + "\n\n".join(f"## {i}\n\n{part}" for i, part in enumerate(texts))
    code = LanguageCode(language) if language else None
    return passages_of(Document(id=DocumentId("a.md"), title="1", language=code, text=text))


def languages(found: tuple[Passage, ...]) -> list[str | None]:
    return [passage.language for passage in found]


@pytest.mark.parametrize(("own", "other"), PAIRS)
def test_a_passage_in_another_language_has_that_language(own: str, other: str) -> None:
    cut = passages(own, *map(paragraph, (own, other, own)))

    assert languages(with_own_languages(cut, document_language)) == [own, other, own]


@pytest.mark.parametrize(("own", "other"), PAIRS)
def test_decomposed_or_without_diacritics_it_is_told_apart_as_well(own: str, other: str) -> None:
    decomposed = unicodedata.normalize("NFD", paragraph(other))
    cut = passages(own, fold(paragraph(own)), fold(paragraph(other)), decomposed)

    assert languages(with_own_languages(cut, document_language)) == [own, other, other]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_article_in_one_language_needs_no_detection(language: str) -> None:
    detect = Counting()
    cut = passages(language, *[paragraph(language)] * 5)

    assert with_own_languages(cut, detect) == cut
    assert detect.calls == 0


def test_one_call_tells_all_passages_of_a_language() -> None:
    detect = Counting()
    cut = passages("sl", *[paragraph("hi"), paragraph("sl"), paragraph("en")] * 4)

    assert languages(with_own_languages(cut, detect)) == ["hi", "sl", "en"] * 4
    assert detect.calls == 2


def test_an_article_of_unknown_language_has_passages_of_known_ones() -> None:
    cut = passages(None, *map(paragraph, LANGUAGES))

    assert languages(with_own_languages(cut, document_language)) == list(LANGUAGES)


@pytest.mark.parametrize("answer", [None, "hr"])
def test_what_detection_does_not_confirm_stays(answer: str | None) -> None:
    cut = passages("pl", paragraph("pl"), paragraph("sl"))
    detect = Counting(lambda _: LanguageCode(answer) if answer else None)

    assert with_own_languages(cut, detect) == cut
    assert detect.calls == 1


@pytest.mark.parametrize(
    "text",
    [
        "NPS, CSAT, CES, SLA 2025: 12 % | 18 % | 25 %",
        "Zoom, Slack in Intercom.",
        "Besedi »the« in »of« sta angleški; »the end« pomeni konec.",
    ],
)
def test_figures_names_and_single_words_do_not_make_another_language(text: str) -> None:
    detect = Counting()
    cut = passages("sl", text)

    assert with_own_languages(cut, detect) == cut
    assert detect.calls == 0


def test_an_article_in_marathi_is_not_made_hindi() -> None:
    text = "गिरणीवाला रोज सकाळी दरवाजा उचलतो आणि पाण्याची पातळी पाहतो. पाणी कमी झाले की दगड थांबतो."
    cut = passages("sl", paragraph("sl"), text * 3)

    assert languages(with_own_languages(cut, document_language)) == ["sl", "mr"]
