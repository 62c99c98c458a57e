"""Options that several commands share, and the question that they ask about."""

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from kb.config import Settings, load_settings
from kb.domain import ArticleFilter, LanguageCode
from kb.errors import EmptyQuestion, InvalidOption, QuestionTooLong
from kb.naming import below_corpus
from kb.normalization import folded_words
from kb.selection import days_of

_MAX_QUESTION_CHARS = 4_000
_MOST = 100_000  # More numbers in a vector, or texts in a batch, than any model has use for.

QuestionArgument = Annotated[
    str,
    typer.Argument(
        metavar="QUESTION", help="What you want to know; `-` reads it from standard input."
    ),
]
ArticleArgument = Annotated[
    str,
    typer.Argument(
        metavar="ARTICLE",
        help="Its path, a citation such as `corpus/pl/a.md:12`, or a part of its path or title.",
    ),
]
LanguageOption = Annotated[
    list[str] | None,
    typer.Option("--lang", help="Only articles in this language (sl, pl, hi, ...); repeatable."),
]
TagOption = Annotated[
    list[str] | None,
    typer.Option("--tag", help="Only articles with this tag; repeatable, any of them."),
]
SinceOption = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Only articles of this day, month or year, or later."),
]
UntilOption = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Only articles of this day, month or year, or earlier."),
]
PathOption = Annotated[
    list[str] | None,
    typer.Option(
        "--path",
        metavar="GLOB",
        help="Only articles whose path below the corpus fits, as `pl/**` does; repeatable.",
    ),
]
NoBuildOption = Annotated[
    bool, typer.Option("--no-build", help="Leave the index as it is; `kb build` follows later.")
]
FreshOption = Annotated[
    bool, typer.Option("--fresh", help="First index what changed in the articles.")
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="`embedded`, or a sentence-transformers model: its folder, or a name that `kb models`"
        " lists. [KB_MODEL, kb.toml, else the index's own]",
    ),
]
RerankOption = Annotated[
    str | None,
    typer.Option(
        "--rerank",
        help="A cross encoder that orders the first 50 passages anew: its folder or name."
        " [KB_RERANK, kb.toml, else none]",
    ),
]
DimensionOption = Annotated[
    int | None,
    typer.Option(
        "--dim",
        help="Keep so many numbers of each vector, for models trained for it."
        " [KB_DIMENSION, kb.toml, else the index's own]",
    ),
]
DeviceOption = Annotated[
    str | None,
    typer.Option(
        "--device",
        help="Where a sentence-transformers model runs: cpu, cuda, mps."
        " [KB_DEVICE, kb.toml, else cpu]",
    ),
]
BatchSizeOption = Annotated[
    int | None,
    typer.Option(
        "--batch-size",
        help="How many passages such a model reads at once. [KB_BATCH_SIZE, kb.toml, else 32]",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalOptions:
    """The options given before the command."""

    corpus: Path | None
    index: Path | None
    config: Path | None
    quiet: bool

    def settings(
        self,
        *,
        model: str | None = None,
        dimension: int | None = None,
        batch_size: int | None = None,
        device: str | None = None,
        rerank: str | None = None,
    ) -> Settings:
        """Return the settings in force for a command. Raises: `ConfigError`, `InvalidOption`."""
        for option, value in (("--dim", dimension), ("--batch-size", batch_size)):
            if value is not None:
                check_count(option, value, at_most=_MOST)
        return load_settings(
            corpus=self.corpus,
            index=self.index,
            model=model,
            dimension=dimension,
            batch_size=batch_size,
            device=device,
            rerank=rerank,
            config=self.config,
        )


def global_options(context: typer.Context) -> GlobalOptions:
    """Return the options given before the command."""
    options = context.obj
    assert isinstance(options, GlobalOptions)
    return options


def read_question(argument: str) -> str:
    """Return the question given as an argument, or on standard input for `-`.

    Raises: `EmptyQuestion`, `QuestionTooLong`.
    """
    return checked_question(
        sys.stdin.read(_MAX_QUESTION_CHARS + 1) if argument == "-" else argument
    )


def checked_question(text: str) -> str:
    """Return `text` with single spaces, when it can be asked.

    Raises: `EmptyQuestion`, `QuestionTooLong`.
    """
    # An argument that is not UTF-8 reaches Python as lone surrogates.
    question = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    if len(question) > _MAX_QUESTION_CHARS:
        raise QuestionTooLong(_MAX_QUESTION_CHARS)
    if not folded_words(question):
        raise EmptyQuestion
    return question


def read_languages(codes: list[str] | None) -> tuple[LanguageCode, ...]:
    """Return the language codes given with `--lang`."""
    return tuple(LanguageCode(code.strip().lower()) for code in codes or ())


def read_filter(
    settings: Settings,
    *,
    languages: list[str] | None,
    tags: list[str] | None,
    since: str | None,
    until: str | None,
    paths: list[str] | None,
) -> ArticleFilter:
    """Return which articles the options mean. Raises: `InvalidOption`."""
    return ArticleFilter(
        languages=read_languages(languages),
        tags=tuple(tags or ()),
        since=read_days("--since", since)[0] if since is not None else None,
        until=read_days("--until", until)[1] if until is not None else None,
        # Answers name the corpus before a path, so it may be given that way too.
        paths=tuple(below_corpus(path, settings.corpus_names) for path in paths or ()),
    )


def read_days(option: str, written: str) -> tuple[date, date]:
    """Return the first and last day that a date may mean. Raises: `InvalidOption`."""
    days = days_of(written)
    if days is None:
        raise InvalidOption(option, written, "a date as 2026-01-31, 2026-01 or 2026")
    return days


def check_count(option: str, value: int, *, at_most: int | None = None) -> int:
    """Return `value` when it is a possible number of things. Raises: `InvalidOption`."""
    if value < 1 or (at_most is not None and value > at_most):
        limit = f"a number from 1 to {at_most}" if at_most else "a number from 1"
        raise InvalidOption(option, value, limit)
    return value
