"""Articles written for a test: the document, and the sentences that its writer put into it."""

import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from kb.chunking import sentences_of
from kb.domain import Document, DocumentId, LanguageCode, Passage
from tests.prose import HEADINGS, LANGUAGES, SENTENCES


def written(text: str, *, language: str | None = None, title: str = "Mlin") -> Document:
    return Document(
        id=DocumentId("mlin.md"),
        title=title,
        language=LanguageCode(language) if language else None,
        text=unicodedata.normalize("NFC", text),
    )


def sentences_in(passage: Passage) -> list[str]:
    return [passage.text[start:end] for start, end in sentences_of(passage)]


def words_in(text: str) -> int:
    return len(text.split())


@dataclass(frozen=True)
class Section:
    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class WrittenArticle:
    """A document and what its writer put into it."""

    document: Document
    sections: tuple[Section, ...]

    @property
    def sentences(self) -> list[str]:
        return [sentence for section in self.sections for sentence in section.sentences]


LAYOUTS: dict[str, Callable[[Sequence[str]], str]] = {
    "one line": " ".join,
    "wrapped": lambda sentences: textwrap.fill(" ".join(sentences), 80),
    "list": lambda sentences: "\n".join(f"- {sentence}" for sentence in sentences),
    "numbers": lambda sentences: "\n".join(f"{i}. {s}" for i, s in enumerate(sentences, 1)),
    "line each": "\n".join,
}


@st.composite
def written_articles(draw: st.DrawFn) -> WrittenArticle:
    """Sections under headings, with paragraphs of known sentences, in one of five languages."""
    language = draw(st.sampled_from(LANGUAGES))
    layouts = st.sampled_from(["one line", "list", "numbers"])
    paragraphs = st.lists(st.sampled_from(SENTENCES[language]), min_size=1, max_size=9)
    parts, sections = [], []
    for heading in HEADINGS[language]:
        body = draw(st.lists(paragraphs, max_size=6))
        sections.append(Section(heading, tuple(sentence for part in body for sentence in part)))
        parts += [f"## {heading}", *(LAYOUTS[draw(layouts)](part) for part in body)]
    return WrittenArticle(written("\n\n".join(parts), language=language), tuple(sections))
