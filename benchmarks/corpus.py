"""A seed to realistic articles of any number: what the benchmarks build their indexes from.

    python benchmarks/corpus.py OUT_FOLDER --articles 300 --seed 7 --languages sl,pl --kind mixed

The sentences are our own and stand in `stock/`, one file per language. Names in them are composed
from syllables, so the vocabulary grows with the number of articles, as it does in real ones.
"""

import argparse
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count as numbers_from
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any, Final, TypeVar

T = TypeVar("T")

LANGUAGES: Final = ("sl", "pl", "hi", "ro", "en")

# Of so many articles in a row: about customer support, about something else. The first write of the
# subject of the example corpus with other figures and names, and so are easily mistaken for answers.
SHARES: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {"mixed": (3, 2), "distractors": (1, 0), "load": (1, 1)}
)

_STOCK: Final = Path(__file__).parent / "stock"
_SLOT: Final = re.compile(r"\{([^{}]+)\}")
_RANGE: Final = re.compile(r"(\d+)(\.\d)?\.\.(\d+)(\.\d)?(?:/(\d+))?")

_FEWEST_SECTIONS: Final = 3
_MOST_SECTIONS: Final = 6
_LONG_ENOUGH: Final = 600  # words after which no further section begins: articles have 250 to 900

_ARTICLE_NAMES: Final = ("company", "place")  # the same in the whole article
_SECTION_NAMES: Final = ("woman", "man", "partner", "village")  # new in every section


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedArticle:
    """An article to be written: `text` is the whole file, front matter included."""

    path: str
    language: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What one section can say: whole templates, and lists as a lead and its items."""

    name: str
    headings: tuple[str, ...]
    sentences: tuple[str, ...]
    lists: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Subjects that share articles, with the titles and opening sentences of these."""

    name: str
    titles: tuple[str, ...]
    openings: tuple[str, ...]
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """All that is known of a language.

    `names` maps a kind of name to the lists it is composed from, one part of each; `words` maps a
    slot to the words that may fill it, already in the form the templates need.
    """

    language: str
    decimal: str
    thousands: str
    grouped_from: int
    names: Mapping[str, tuple[tuple[str, ...], ...]]
    words: Mapping[str, tuple[str, ...]]
    groups: tuple[Group, Group]


def generate(
    count: int, *, seed: int, languages: Sequence[str] = LANGUAGES, kind: str = "mixed"
) -> Iterator[GeneratedArticle]:
    """Yield `count` articles one by one; a longer run begins with the articles of a shorter one.

    The languages take turns. Titles and paths are unique within a run.
    Raises: `ValueError` for a language without stock, no language at all or an unknown kind.
    """
    if not languages or not set(languages) <= set(LANGUAGES):
        raise ValueError(f"languages must be some of {', '.join(LANGUAGES)}, not {list(languages)}")
    if kind not in SHARES:
        raise ValueError(f"kind must be one of {', '.join(SHARES)}, not {kind!r}")
    return _articles(count, seed, tuple(languages), kind)


def _articles(
    count: int, seed: int, languages: tuple[str, ...], kind: str
) -> Iterator[GeneratedArticle]:
    support, other = SHARES[kind]
    titles: set[str] = set()
    for number in range(count):
        turn, place = divmod(number, len(languages))
        stock = load_stock(languages[place])
        group = stock.groups[0 if turn % (support + other) < support else 1]
        for attempt in numbers_from():
            draw = Draw(f"{seed}/{number}/{attempt}")
            article = _Writer(stock, group, draw).article(number + 1)
            if article.title not in titles:
                break
        titles.add(article.title)
        yield article


class Draw:
    """Random draws that are the same on every platform and in every version of Python.

    Built on `Random.random` alone, the one method whose sequence Python promises to keep.
    Source: https://docs.python.org/3/library/random.html#notes-on-reproducibility
    """

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def chance(self, probability: float) -> bool:
        """Return True with that probability."""
        return self._random.random() < probability

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def one(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.between(0, len(items) - 1)]

    def some(self, items: Sequence[T], wanted: int) -> list[T]:
        """Return `wanted` different items in random order, or all of them if there are fewer."""
        left = list(items)
        return [left.pop(self.between(0, len(left) - 1)) for _ in range(min(wanted, len(left)))]


class _Writer:
    """Writes one article. Names stay what they are within the article or within the section."""

    def __init__(self, stock: Stock, group: Group, draw: Draw) -> None:
        self._stock = stock
        self._group = group
        self._draw = draw
        self._names = {kind: self._name(kind) for kind in _ARTICLE_NAMES}

    def article(self, number: int) -> GeneratedArticle:
        draw = self._draw
        subjects = draw.some(self._group.subjects, draw.between(_FEWEST_SECTIONS, _MOST_SECTIONS))
        title = self._filled(draw.one(self._group.titles))
        suffix = ".txt" if draw.chance(0.1) else ".md"
        front_matter = self._front_matter(title) if suffix == ".md" and draw.chance(0.9) else ""
        marks = ("# ", "## ") if suffix == ".md" else ("", "")
        blocks = [marks[0] + title, self._opening()]
        listed = draw.some(subjects[:_FEWEST_SECTIONS], draw.between(1, 2))
        for place, subject in enumerate(subjects):
            if (
                place >= _FEWEST_SECTIONS
                and sum(len(block.split()) for block in blocks) >= _LONG_ENOUGH
            ):
                break
            blocks += self._section(subject, marks[1], with_list=subject in listed)
        return GeneratedArticle(
            path=f"{self._stock.language}/{subjects[0].name}-{number:06d}{suffix}",
            language=self._stock.language,
            title=title,
            text=front_matter + "\n\n".join(blocks) + "\n",
        )

    def _front_matter(self, title: str) -> str:
        draw = self._draw
        date = f"{draw.between(2024, 2026)}-{draw.between(1, 9):02d}-{draw.between(1, 28):02d}"
        language = self._stock.language
        return f"---\ntitle: {title}\nlanguage: {language}\ndate: {date}\nsource: Generated text\n---\n\n"

    def _opening(self) -> str:
        self._names |= {kind: self._name(kind) for kind in _SECTION_NAMES}
        return " ".join(map(self._filled, self._draw.some(self._group.openings, 3)))

    def _section(self, subject: Subject, mark: str, *, with_list: bool) -> Iterator[str]:
        """Yield the blocks of a section: heading, paragraphs, perhaps a list among them."""
        draw = self._draw
        self._names |= {kind: self._name(kind) for kind in _SECTION_NAMES}
        yield mark + self._filled(draw.one(subject.headings))
        sentences = [
            self._filled(template) for template in draw.some(subject.sentences, draw.between(5, 7))
        ]
        cut = draw.between(2, len(sentences) - 2)
        yield " ".join(sentences[:cut])
        if with_list:
            yield from self._list(draw.one(subject.lists))
        yield " ".join(sentences[cut:])

    def _list(self, templates: tuple[str, ...]) -> Iterator[str]:
        lead, *items = templates
        yield self._filled(lead)
        numbered = self._draw.chance(0.3)
        chosen = self._draw.some(items, self._draw.between(3, 5))
        marks = (f"{number}." if numbered else "-" for number in numbers_from(1))
        yield "\n".join(
            f"{mark} {self._filled(item)}" for mark, item in zip(marks, chosen, strict=False)
        )

    def _filled(self, template: str) -> str:
        text = _SLOT.sub(lambda slot: self._value(slot[1]), template)
        return text[0].upper() + text[1:]

    def _value(self, slot: str) -> str:
        if slot in self._names:
            return self._names[slot]
        if slot == "year":  # before every date in a front matter
            return str(self._draw.between(2012, 2023))
        if slot in self._stock.words:
            return self._draw.one(self._stock.words[slot])
        return _written(self._draw.one(values_of(slot, self._stock.language)), slot, self._stock)

    def _name(self, kind: str) -> str:
        same = {"partner": "company", "village": "place"}
        return "".join(map(self._draw.one, self._stock.names[same.get(kind, kind)]))


@cache
def values_of(slot: str, language: str) -> tuple[int, ...]:
    """Return the numbers that a slot such as `20..60` or `1000..9000/100` stands for.

    Only those that take the same form of a noun as the last one, so that the noun after the slot
    is right for all of them. A slot with decimals, `2.1..9.8`, gives tenths, and no
    whole number among them.

    >>> values_of("20..26", "pl")  # 22, 23 and 24 "klienci", the others "klientów"
    (20, 21, 25, 26)
    """
    found = _RANGE.fullmatch(slot)
    if found is None:
        raise ValueError(f"the {language} stock has no words for the slot {{{slot}}}")
    low, low_tenth, high, high_tenth, step = found.groups()
    if low_tenth or high_tenth:
        tenths = range(int(low + low_tenth[1]), int(high + high_tenth[1]) + 1)
        return tuple(number for number in tenths if number % 10)
    last = _plural_form(int(high), language)
    numbers = range(int(low), int(high) + 1, int(step or 1))
    return tuple(number for number in numbers if _plural_form(number, language) == last)


def _plural_form(number: int, language: str) -> str:
    """Return the CLDR plural category of a whole number; Romanian "many" stands for "20 de".

    Source: https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
    """
    end = number % 100
    if language == "sl":
        return {1: "one", 2: "two", 3: "few", 4: "few"}.get(end, "many")
    if number == 1:
        return "one"
    if language == "pl":
        return "few" if number % 10 in (2, 3, 4) and end not in (12, 13, 14) else "many"
    if language == "ro":
        return "few" if end in range(1, 20) else "many"
    return "many"


def _written(number: int, slot: str, stock: Stock) -> str:
    if "." in slot.replace("..", ""):
        whole, tenth = divmod(number, 10)
        return f"{whole}{stock.decimal}{tenth}"
    digits = str(number)
    if number < stock.grouped_from:
        return digits
    return f"{digits[:-3]}{stock.thousands}{digits[-3:]}"


@cache
def load_stock(language: str) -> Stock:
    """Return the sentence stock of a language."""
    entries = tomllib.loads((_STOCK / f"{language}.toml").read_text(encoding="utf-8"))
    return Stock(
        language=language,
        decimal=entries["numbers"]["decimal"],
        thousands=entries["numbers"]["thousands"],
        grouped_from=entries["numbers"]["grouped_from"],
        names={kind: tuple(map(tuple, parts)) for kind, parts in entries["names"].items()},
        words={slot: tuple(words) for slot, words in entries["words"].items()},
        groups=(_group("neighbours", entries), _group("others", entries)),
    )


def _group(name: str, entries: dict[str, Any]) -> Group:
    values = entries[name]
    return Group(
        name=name,
        titles=tuple(values["titles"]),
        openings=tuple(values["openings"]),
        subjects=tuple(
            Subject(
                name=subject["name"],
                headings=tuple(subject["headings"]),
                sentences=tuple(subject["sentences"]),
                lists=tuple(map(tuple, subject["lists"])),
            )
            for subject in values["subjects"]
        ),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the articles that the command line asks for and say how many they are."""
    parser = argparse.ArgumentParser(
        description="Write a folder of generated articles, the same for the same seed."
    )
    parser.add_argument("folder", type=Path, metavar="OUT_FOLDER")
    parser.add_argument("--articles", type=int, default=300, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="default: %(default)s")
    parser.add_argument(
        "--kind", choices=tuple(SHARES), default="mixed", help="default: %(default)s"
    )
    options = parser.parse_args(arguments)
    try:
        articles = generate(
            options.articles,
            seed=options.seed,
            languages=options.languages.split(","),
            kind=options.kind,
        )
    except ValueError as error:
        parser.error(str(error))
    words = 0
    for article in articles:
        _write(options.folder / article.path, article.text)
        words += len(article.text.split())
    print(f"{options.articles} articles, {words} words in {options.folder}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
