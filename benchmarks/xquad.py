"""XQuAD (Artetxe et al. 2020) as articles of three languages, and its questions."""

import json
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kb.cli.wiring import OpenIndex, open_index, run_build
from kb.config import Setting, Settings
from kb.domain import Passage, PassageId

LANGUAGES = ("en", "hi", "ro")

_EVERY = 2  # Of the questions, to be done in a few minutes.


@dataclass(frozen=True, slots=True)
class Question:
    """A question in every language, and where its answer stands."""

    wordings: Mapping[str, str]
    answers: Mapping[str, tuple[str, int, int]]
    """By language: the article's path, and the span of the answer in its text."""


def read(folder: Path) -> tuple[dict[str, str], list[Question]]:
    """Return the texts of all articles by path, and every other question.

    `folder` holds `xquad.{en,hi,ro}.json` (github.com/google-deepmind/xquad). Texts are composed
    (NFC), as `kb` reads articles, and answers have their places in that.
    """
    texts: dict[str, str] = {}
    wordings: defaultdict[str, dict[str, str]] = defaultdict(dict)
    answers: defaultdict[str, dict[str, tuple[str, int, int]]] = defaultdict(dict)
    for language in LANGUAGES:
        content = json.loads((folder / f"xquad.{language}.json").read_text(encoding="utf-8"))
        for number, article in enumerate(content["data"]):
            path, text = f"{number:02}-{language}.md", _composed(f"# {article['title']}\n\n")
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    answer = question["answers"][0]
                    before = paragraph["context"][: answer["answer_start"]]
                    start = len(text) + len(_composed(before))
                    end = start + len(_composed(answer["text"]))
                    wordings[question["id"]][language] = question["question"]
                    answers[question["id"]][language] = (path, start, end)
                text += _composed(paragraph["context"].replace("\n", " ")) + "\n\n"
            texts[path] = text
    found = [Question(wordings[id_], answers[id_]) for id_ in wordings]
    return texts, found[::_EVERY]


Passages = Mapping[str, Sequence[tuple[PassageId, Passage]]]
"""The passages of every article, by its path."""


def passages_of(index: OpenIndex) -> Passages:
    found: defaultdict[str, list[tuple[PassageId, Passage]]] = defaultdict(list)
    ids = index.reader.passage_ids()
    for id_, passage in zip(ids, index.reader.passages(ids), strict=True):
        found[passage.document_id].append((id_, passage))
    return found


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@contextmanager
def indexed(texts: Mapping[str, str]) -> Iterator[OpenIndex]:
    """Yield an index of these articles, by path."""
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder) / "articles"
        articles.mkdir()
        for path, text in texts.items():
            (articles / path).write_text(text, encoding="utf-8", newline="\n")
        settings = Settings(
            corpus=Setting(str(articles), "benchmark"),
            index=Setting(str(Path(folder) / "index"), "benchmark"),
        )
        run_build(settings, full=False, quiet=True)
        with open_index(settings, quiet=True) as index:
            yield index
