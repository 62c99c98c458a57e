"""Judged questions: what is asked, and which text of which article answers it.

One JSON object per line. A question without expected texts is one that no article answers.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kb.domain import DocumentId, LanguageCode
from kb.errors import QuestionSetInvalid
from kb.normalization import folded_words

ANSWERABLE = "answerable"
UNANSWERABLE = "unanswerable"

_KEYS = ("id", "kind", "split", "topic", "questions", "expected", "facts", "of", "why")
_LANGUAGE = re.compile("[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class ExpectedText:
    """A verbatim text of an article that answers a question."""

    document_id: DocumentId
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A question as it is asked in one language."""

    question_id: str
    language: LanguageCode
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedQuestion:
    """A question in one or more languages with what answers it; any expected text does.

    `facts` are short strings, one of which an answer has to hold to be right.
    """

    id: str
    kind: str
    split: str
    wordings: tuple[Wording, ...]
    expected: tuple[ExpectedText, ...]
    facts: tuple[str, ...]

    @property
    def is_answerable(self) -> bool:
        return bool(self.expected)


def parse_questions(text: str, name: str) -> tuple[JudgedQuestion, ...]:
    """Return the questions in the lines of `text`; `name` says where they stand.

    Raises: `QuestionSetInvalid` with the line number of the first line that is not a question.
    """
    questions: list[JudgedQuestion] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                questions.append(_question(_object(line)))
            except _Wrong as problem:
                raise QuestionSetInvalid(name, number, str(problem)) from None
    if not questions:
        raise QuestionSetInvalid(name, 1, "there is no question; write one JSON object per line")
    return tuple(questions)


def check_ids(questions: Iterable[JudgedQuestion], name: str) -> None:
    """Raise `QuestionSetInvalid` when two questions have the same id."""
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise QuestionSetInvalid(name, None, f"the id {question.id!r} stands twice; change one")
        seen.add(question.id)


class _Wrong(Exception):
    """What is wrong with one line, and what to do about it."""


def _object(line: str) -> Mapping[str, Any]:
    try:
        entries = json.loads(line)
    except json.JSONDecodeError as error:
        raise _Wrong(f"not JSON at character {error.pos + 1} ({error.msg}); correct it") from None
    except RecursionError:
        raise _Wrong("JSON nested too deeply; write one question per line") from None
    if not isinstance(entries, dict):
        raise _Wrong("not a JSON object; write one question per line as {...}")
    for key in entries:
        if key not in _KEYS:
            raise _Wrong(f"unknown key {key!r}; known are {', '.join(_KEYS)}")
    return entries


def _question(entries: Mapping[str, Any]) -> JudgedQuestion:
    id_ = _text(entries, "id")
    expected = tuple(_expected(entries))
    return JudgedQuestion(
        id=id_,
        kind=_text(entries, "kind", default=ANSWERABLE if expected else UNANSWERABLE),
        split=_text(entries, "split", default=""),
        wordings=tuple(_wordings(id_, entries)),
        expected=expected,
        facts=tuple(_facts(entries, is_answerable=bool(expected))),
    )


def _text(entries: Mapping[str, Any], key: str, *, default: str | None = None) -> str:
    value = entries.get(key, default)
    if isinstance(value, str) and (value.strip() or default is not None):
        return value.strip()
    raise _Wrong(f"{key!r} is missing or not a text; give it in quotes")


def _wordings(id_: str, entries: Mapping[str, Any]) -> Iterator[Wording]:
    questions = entries.get("questions")
    if not isinstance(questions, dict) or not questions:
        raise _Wrong(
            '"questions" is missing; give {"pl": "...", "hi": "..."}, one language or more'
        )
    for language, text in questions.items():
        if not _LANGUAGE.fullmatch(language):
            raise _Wrong(f"{language!r} in 'questions' is no ISO 639-1 code; give one, such as sl")
        if not isinstance(text, str) or not folded_words(text):
            raise _Wrong(f"the question in {language!r} has no words; write it or remove the key")
        yield Wording(id_, LanguageCode(language), " ".join(text.split()))


def _expected(entries: Mapping[str, Any]) -> Iterator[ExpectedText]:
    expected = entries.get("expected")
    form = 'give [{"document": "pl/nps.md", "text": "..."}], or [] when no article answers'
    if not isinstance(expected, list):
        raise _Wrong(f"'expected' is missing or no list; {form}")
    for entry in expected:
        if not isinstance(entry, dict) or set(entry) != {"document", "text"}:
            raise _Wrong(f"an entry of 'expected' is not a document with a text; {form}")
        text = _text(entry, "text")
        yield ExpectedText(DocumentId(_text(entry, "document")), unicodedata.normalize("NFC", text))


def _facts(entries: Mapping[str, Any], *, is_answerable: bool) -> Iterator[str]:
    facts = entries.get("facts", {})
    if not isinstance(facts, dict):
        raise _Wrong('\'facts\' is no object; give {"pl": "9 minut"} by language of the article')
    if facts and not is_answerable:
        raise _Wrong("'facts' without 'expected'; say which text holds the fact")
    for language in facts:
        fact = _text(facts, language)
        if not folded_words(fact):
            raise _Wrong(f"the fact in {language!r} has no words; write it or remove the key")
        yield fact
