"""What asking a judged question brought: the raw material of every figure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kb.domain import DocumentId, LanguageCode
from kb.normalization import fold

OWN, OTHER, ANY = "own", "other", "any"
"""Articles in the question's language, in another one, in whichever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The relevant passages in one article language: how many there are, where they came.

    `ranks` count from 1 in the one ranking over all languages, ascending; a relevant passage
    below the depth of the ranking has none.
    """

    language: LanguageCode | None
    relevant: int
    ranks: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.ranks) > self.relevant or any(rank < 1 for rank in self.ranks):
            raise ValueError(f"ranks {self.ranks} do not fit {self.relevant} relevant passages")

    @property
    def first(self) -> int | None:
        return min(self.ranks, default=None)


@dataclass(frozen=True, slots=True)
class QuotedSentence:
    """A sentence of an answer and the article that it was quoted from."""

    document_id: DocumentId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One wording of a judged question and what came of it.

    `confidence` is the score that decides between answer and abstention; stage times are in
    milliseconds, retrieval not counted in the answer's.
    """

    question_id: str
    kind: str
    language: LanguageCode
    wording: str
    found: tuple[Found, ...]
    confidence: float
    is_answered: bool
    has_fact: bool | None
    """Whether a quote holds an expected fact; None for a question without one."""
    quotes: tuple[QuotedSentence, ...]
    retrieve_ms: float
    answer_ms: float

    @property
    def is_answerable(self) -> bool:
        return bool(self.found)

    def found_in(self, articles: str) -> Found | None:
        """Return what was found in `OWN`, `OTHER` or `ANY` articles, or those in a language.

        None when no such article answers. Passages in other languages that answer as well are
        left out of the ranking: to find one of them first is no mistake.
        """
        parts = [part for part in self.found if self._is_among(part.language, articles)]
        if not parts:
            return None
        left_out = [rank for part in self.found if part not in parts for rank in part.ranks]
        ranks = sorted(rank for part in parts for rank in part.ranks)
        return Found(
            language=parts[0].language,
            relevant=sum(part.relevant for part in parts),
            ranks=tuple(rank - sum(other < rank for other in left_out) for rank in ranks),
        )

    def _is_among(self, language: LanguageCode | None, articles: str) -> bool:
        if articles == ANY:
            return True
        if articles in (OWN, OTHER):
            return (language == self.language) == (articles == OWN)
        return label(language) == articles


def label(language: LanguageCode | None) -> str:
    """Return a language as tables show it."""
    return language or "??"


def holds_fact(sentence: str, facts: Iterable[str]) -> bool:
    """True when one of `facts` stands in `sentence` as whole words and whole numbers.

    Case, diacritics and digit scripts do not count. "5 %" is not in "2,5 %" or "25 %".
    """
    folded = _single_spaced(sentence)
    return any(_whole(_single_spaced(fact)).search(folded) for fact in facts)


def _single_spaced(text: str) -> str:
    return " ".join(fold(text).split())


def _whole(fact: str) -> re.Pattern[str]:
    # Vowel signs belong to a Devanagari word and are no letters; `_` around a word is Markdown;
    # a comma or point between digits belongs to the number.
    before = r"(?<![^\W_])(?<![\u0900-\u0963])(?<!\d[.,])"
    after = r"(?![^\W_])(?![\u0900-\u0963])(?![.,]\d)"
    return re.compile(before + re.escape(fact) + after)
