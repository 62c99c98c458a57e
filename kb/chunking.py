"""Documents to passages: whole sentences, about 60 to 150 words, never across a heading."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf

from kb.blocks import Block, BlockKind, blocks_of
from kb.domain import Document, LanguageCode, Passage, Span
from kb.normalization import folded_words
from kb.sentences import bounded_parts, sentence_spans

CHUNKER_VERSION = 3

# Enough words for a mean of word vectors to have a direction, few enough to keep one subject.
MIN_WORDS = 60
GOOD_WORDS = 90
MAX_WORDS = 150

_LONGEST_WORD = 50  # In characters; prose has five to seven on average.


@dataclass(frozen=True, slots=True)
class Window:
    """How much of a text a model reads: what is beyond `tokens` does not reach its vector."""

    tokens: int
    """Those left for the text beside the model's own marks and its prompt."""
    count: Callable[[Sequence[str]], Sequence[int]]
    """Texts to the number of tokens in each."""

    def cuts(self, texts: Sequence[str]) -> int:
        """Return how many of `texts` are longer than the window."""
        return sum(tokens > self.tokens for tokens in self.count(texts))


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never cut: a sentence, a table row or a line of code, with its list marker."""

    start: int
    end: int
    words: int
    """With those of the table rule before it, if any."""
    tokens: int
    """Of the same text, as a model with a window counts them; 0 for one without."""
    opens_block: bool
    announces: bool
    """True for a sentence that ends in a colon or asks: it stays with what it announces."""


def passages_of(document: Document, window: Window | None = None) -> tuple[Passage, ...]:
    """Cut `document` into passages that cover every sentence of its body once, in order.

    Headings, link lists and share prompts are in no passage's text; the headings above a
    passage are in its `headings`, outermost first, without the article's own title.
    With a `window`, the embedded text of a passage fits into it, unless it is one sentence
    that alone does not.
    """
    lines = document.lines or (0, *(end.end() for end in re.finditer("\n", document.text)))
    line_of = partial(bisect_right, lines)

    return tuple(
        Passage(
            document_id=document.id,
            title=document.title,
            language=document.language,
            date=document.date,
            tags=document.tags,
            headings=headings,
            start=start,
            end=end,
            first_line=line_of(start),
            last_line=line_of(end - 1),
            text=document.text[start:end],
        )
        for headings, blocks in _stretches(document)
        for start, end in _pack(
            _units(document.text, blocks, document.language, window), _room(headings, window)
        )
    )


def sentences_of(passage: Passage) -> tuple[Span, ...]:
    """Return the spans of the sentences in `passage.text`, without list markers."""
    return tuple(
        span
        for block in blocks_of(passage.text, find_headings=False)
        if block.kind is not BlockKind.RULE
        for span in _sentences(passage.text, block, passage.language)
    )


def embedded_text(passage: Passage) -> str:
    """Return what the model reads for `passage`: its headings name the subject it leaves out.

    The article's title is not in it: it would make all passages of an article alike.
    """
    return "\n".join((*passage.headings[-1:], passage.text))


def _room(headings: Sequence[str], window: Window | None) -> float:
    """Return how many tokens a passage under `headings` may have."""
    if window is None:
        return inf
    return window.tokens - sum(window.count([heading + "\n" for heading in headings[-1:]]))


def _stretches(document: Document) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Yield the runs of body blocks between headings and noise, each under its headings."""
    path: list[tuple[int, str]] = []
    blocks: list[Block] = []
    for block in blocks_of(document.text, start=document.body_start):
        if block.kind in (BlockKind.HEADING, BlockKind.NOISE):
            yield tuple(heading for _, heading in path), blocks
            blocks = []
        else:
            blocks.append(block)
        if block.kind is BlockKind.HEADING:
            heading = document.text[slice(*block.content)]
            path = [entry for entry in path if entry[0] < block.level]
            if folded_words(heading) != folded_words(document.title):
                path.append((block.level, heading))
    yield tuple(heading for _, heading in path), blocks


def _units(
    text: str, blocks: Sequence[Block], language: LanguageCode | None, window: Window | None
) -> tuple[_Unit, ...]:
    spans = [
        (start if i else block.start, end, i == 0)
        for block in blocks
        if block.kind is not BlockKind.RULE
        for i, (start, end) in enumerate(_sentences(text, block, language))
    ]
    counted_from = [start for start, _, _ in spans[:1]] + [end for _, end, _ in spans[:-1]]
    counted = [text[at:end] for at, (_, end, _) in zip(counted_from, spans, strict=True)]
    tokens = window.count(counted) if window else [0] * len(counted)
    return tuple(
        _Unit(
            start=start,
            end=end,
            words=_size(part),
            tokens=size,
            opens_block=opens_block,
            announces=text[end - 1] in ":?",
        )
        for (start, end, opens_block), part, size in zip(spans, counted, tokens, strict=True)
    )


def _size(text: str) -> int:
    """Return the words of `text`; a run of letters that no word has counts as several."""
    return max(len(text.split()), len(text) // _LONGEST_WORD)


def _sentences(text: str, block: Block, language: LanguageCode | None) -> Iterator[Span]:
    if block.kind in (BlockKind.ROW, BlockKind.CODE):
        yield from bounded_parts(text, *block.content)
        return
    content = text[slice(*block.content)]
    for start, end in sentence_spans(content, language):
        yield block.content_start + start, block.content_start + end


def _pack(units: Sequence[_Unit], room: float) -> Iterator[Span]:
    """Join neighbouring units into spans, ending at a block's end where one is near."""
    groups: list[list[_Unit]] = []
    for unit in units:
        if groups and not _is_full(groups[-1], unit, room):
            groups[-1].append(unit)
        else:
            groups.append([*_announcement(groups, unit, room), unit])
    if len(groups) > 1:
        _fill_last(groups[-2], groups[-1], room)
    for group in groups:
        if group:
            yield group[0].start, group[-1].end


def _announcement(groups: Sequence[list[_Unit]], unit: _Unit, room: float) -> list[_Unit]:
    """Take the sentence that announces `unit` from the end of the group before it."""
    if not groups or len(groups[-1]) == 1 or not unit.opens_block:
        return []
    announcing = groups[-1][-1]
    if not announcing.announces or not _fit([announcing, unit], room):
        return []
    return [groups[-1].pop()]


def _is_full(group: Sequence[_Unit], unit: _Unit, room: float) -> bool:
    if not _fit([*group, unit], room):
        return True
    return _words(group) >= GOOD_WORDS and unit.opens_block and not group[-1].announces


def _fill_last(previous: list[_Unit], last: list[_Unit], room: float) -> None:
    """Give a short last group what it lacks: all of it joins `previous`, or units move over."""
    if _words(last) >= MIN_WORDS:
        return
    if _fit([*previous, *last], room):
        previous.extend(last)
        last.clear()
        return
    while (
        _words(last) < MIN_WORDS
        and _words(previous) - previous[-1].words >= MIN_WORDS
        and _fit([previous[-1], *last], room)
    ):
        last.insert(0, previous.pop())


def _fit(units: Sequence[_Unit], room: float) -> bool:
    """True when `units` may be one passage."""
    return _words(units) <= MAX_WORDS and sum(unit.tokens for unit in units) <= room


def _words(units: Sequence[_Unit]) -> int:
    return sum(unit.words for unit in units)
