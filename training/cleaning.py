"""Parallel text to pairs that may be trained on.

Reads `en-LANGUAGE.tsv.xz` (English, translation, source name) with `SOURCES.md`, whose table
states the licence of every source, and `heldout.sha256`, hashes of the sentences of test sets.
"""

import lzma
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

LANGUAGES = ("sl", "pl", "hi", "ro")
"""Those with parallel text; English is the other side of each."""

NOT_FREE = re.compile(r"unverified|research|non-?commercial|elastic|busl|^see\b|^$", re.IGNORECASE)
"""Licences that do not allow it, or that nobody stated."""

_TEST_TEXT = re.compile(r"tatoeba-oldtest|^newstest|^tico19$|^quran$")
"""Sources that are test sets, or whose licence the table states too kindly."""

_LENGTH_RATIO = 3.5
_SHORT = 30  # Characters: below, the ratio of lengths says nothing.
_HASHED_FROM = 8  # Characters of the shortest string in `heldout.sha256`.
_WORDS_IN_COMMON = 6  # A run of words shared with a test sentence makes a near-duplicate.


@dataclass(frozen=True, slots=True)
class Pair:
    """English and its translation into `language`."""

    english: str
    translation: str
    language: str
    source: str


@dataclass(slots=True)
class Counts:
    """What was kept, and why the rest was not."""

    kept: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By language and source."""
    dropped: Counter[str] = field(default_factory=Counter)
    """By reason."""


class HeldOut:
    """The sentences of test sets, which no pair may repeat or nearly repeat."""

    def __init__(self, hashes: Iterable[Path], sentences: Iterable[str]) -> None:
        self._hashes = frozenset(hash_ for path in hashes for hash_ in _read_hashes(path))
        self._sentences: set[str] = set()
        self._runs: set[tuple[str, ...]] = set()
        for sentence in sentences:
            plain = normalized(sentence)
            self._sentences.add(plain)
            self._runs.update(_runs(plain.split()))

    def has(self, text: str) -> bool:
        """True for a test sentence, or for a text that shares a run of six words with one."""
        plain = normalized(text)
        if plain in self._sentences or text_hash(plain) in self._hashes:
            return True
        return any(run in self._runs for run in _runs(plain.split()))


def clean(folders: Iterable[Path], held_out: HeldOut, counts: Counts) -> Iterator[Pair]:
    """Yield the pairs of all `folders` that may be trained on, each once."""
    seen: set[tuple[str, str, str]] = set()
    for folder in folders:
        licences = read_licences(folder / "SOURCES.md")
        for language in LANGUAGES:
            for pair in _read(folder, language):
                key = (language, normalized(pair.english), normalized(pair.translation))
                reason = _objection(pair, licences) or (
                    "a duplicate"
                    if key in seen
                    else "in a test set"
                    if held_out.has(pair.english) or held_out.has(pair.translation)
                    else None
                )
                if reason:
                    counts.dropped[reason] += 1
                    continue
                seen.add(key)
                counts.kept[language, pair.source] += 1
                yield pair


def normalized(text: str) -> str:
    """Return the form in which sentences are compared: NFKC, lower case, words only."""
    return _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()


_NOT_WORDS = re.compile(r"[^\w\u0900-\u097f]+")


def text_hash(plain: str) -> str:
    """Return the first 16 hex digits of the digest of a normalised text."""
    return sha256(plain.encode()).hexdigest()[:16]


def read_licences(path: Path) -> dict[str, str]:
    """Return the licence of each source, from the table whose last column states it."""
    rows = (
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    )
    return {row[0]: row[-1] for row in rows}


def _read(folder: Path, language: str) -> Iterator[Pair]:
    found = (folder / f"en-{language}.tsv{ending}" for ending in (".xz", ""))
    path = next((path for path in found if path.exists()), None)
    if path is None:
        return
    open_text = lzma.open if path.suffix == ".xz" else open
    with open_text(path, "rt", encoding="utf-8") as file:
        for line in file:
            english, translation, source = line.rstrip("\n").split("\t")
            yield Pair(english, translation, language, source)


def _objection(pair: Pair, licences: dict[str, str]) -> str | None:
    if NOT_FREE.search(licences.get(pair.source, "")) or _TEST_TEXT.search(pair.source):
        return f"licence of {pair.source}"
    if not normalized(pair.english) or not normalized(pair.translation):
        return "no words"
    if pair.english == pair.translation:
        return "not translated"
    lengths = sorted((len(pair.english), len(pair.translation)))
    if lengths[1] > _SHORT and lengths[1] > _LENGTH_RATIO * lengths[0]:
        return "lengths too different"
    return None


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield each run of six neighbouring words."""
    return zip(*(words[start:] for start in range(_WORDS_IN_COMMON)), strict=False)


def _read_hashes(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
