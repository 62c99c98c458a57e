"""`kb add`: files, folders, patterns or standard input into the corpus."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.build import show_report
from kb.cli.options import NoBuildOption, global_options, read_days, read_languages
from kb.cli.terminal import say, show
from kb.cli.wiring import locator, open_collector, run_build, with_own_model
from kb.config import Settings
from kb.domain import DocumentId, LanguageCode
from kb.errors import ArticleUnreadable, ExitCode, InvalidOption
from kb.rendering.terminal_text import in_one_line

if TYPE_CHECKING:
    from kb.collecting import Addition
    from kb.rendering import Locate

_INPUT = "-"
_LANGUAGE_CHARS = 2

Found = tuple[str, str, bytes | ArticleUnreadable]
"""What the user calls a file, its path below what was named, and what is in it."""


def add(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Files, folders or quoted patterns; `-` reads one article from standard input.",
        ),
    ],
    name: Annotated[str | None, typer.Option(help="The file name for `-`, as `nps.md`.")] = None,
    language: Annotated[
        str | None, typer.Option("--lang", help="The language (sl, pl, hi, ...), not detected.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="The title, for one article.")] = None,
    date: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day, month or year of the text.")
    ] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="A tag; repeatable.")] = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER", help="A folder of the corpus. [default: that of the language]"
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace another article that has the same path; it is kept."),
    ] = False,
    no_build: NoBuildOption = False,
) -> None:
    """Copy articles into the corpus and index them.

    The same article is not copied twice, and one that says almost the same, in any language, is
    named. What --lang, --title, --date and --tag say is written into the article's front matter.
    """
    from kb.collecting import Placing, entries_of

    options = global_options(context)
    settings = options.settings()
    if date is not None:
        read_days("--date", date)
    found = list(_found(sources, name))
    if title is not None and len(found) > 1:
        raise InvalidOption("--title", title, "it with one article at a time")
    placing = Placing(
        folder=None if to is None else _folder(to),
        entries=entries_of(
            language=_language(language), title=title, date=date, tags=tuple(tags or ())
        ),
        force=force,
    )
    added: list[DocumentId] = []
    skipped = 0
    with open_collector(settings) as collector:
        for source, below, content in found:
            if isinstance(content, ArticleUnreadable):
                say(f"skipped {source!r}: {content.reason}")
                skipped += 1
                continue
            addition = collector.add(source, below, content, placing)
            if addition.at is not None and not addition.is_skipped:
                added.append(addition.at)
            skipped += addition.is_skipped
            _tell(addition, locator(settings), quiet=options.quiet)
    if added and not no_build:
        report = run_build(with_own_model(settings), quiet=options.quiet, command="kb add")
        show_report(report, settings, quiet=options.quiet)
        skipped += len(report.skipped)
        _tell_near(settings, added, quiet=options.quiet)
    if skipped:
        raise typer.Exit(ExitCode.SKIPPED)


def _found(names: list[str], name: str | None) -> Iterator[Found]:
    """Yield what is to be added. Raises: `UnknownSource`, `InvalidOption`."""
    from kb.corpus import find_sources, read_source

    if (_INPUT in names) != (name is not None):
        raise InvalidOption("--name", name, "it with `-` as a SOURCE, and only then")
    sources = find_sources(source for source in names if source != _INPUT)
    if name is not None:
        yield name, _file_name(name), sys.stdin.buffer.read()
    for source in sources:
        try:
            yield str(source), source.below, read_source(source)
        except ArticleUnreadable as error:
            yield str(source), source.below, error


def _file_name(name: str) -> str:
    """Return the name for standard input. Raises: `InvalidOption`."""
    from kb.corpus import ARTICLE_SUFFIXES

    is_kept = name.lower().endswith(ARTICLE_SUFFIXES)
    if not is_kept or name.startswith(".") or {"/", "\0"} & set(name):
        expected = f"a file name without folders that ends in {' or '.join(ARTICLE_SUFFIXES)}"
        raise InvalidOption("--name", name, expected)
    return name


def _folder(name: str) -> str:
    """Return a folder below the corpus, `` for itself. Raises: `InvalidOption`."""
    path = PurePosixPath(name)
    if path.is_absolute() or "\0" in name or any(part.startswith(".") for part in path.parts):
        raise InvalidOption("--to", name, "a folder below the corpus that is not hidden")
    return "" if name == "." else path.as_posix()


def _language(code: str | None) -> LanguageCode | None:
    languages = read_languages([code] if code is not None else None)
    if languages and not (len(languages[0]) == _LANGUAGE_CHARS and languages[0].isalpha()):
        raise InvalidOption("--lang", code, "an ISO 639-1 code such as sl, pl, hi, ro or en")
    return languages[0] if languages else None


def _tell(addition: "Addition", locate: "Locate", *, quiet: bool) -> None:
    from kb.collecting import Verdict

    where = locate(addition.at) if addition.at is not None else ""
    if addition.verdict is Verdict.UNREADABLE:
        say(f"skipped {addition.source!r}: {addition.reason}")
    elif addition.verdict is Verdict.KNOWN:
        say(f"skipped {addition.source!r}: it is the same article as {where!r}")
    elif addition.verdict is Verdict.TAKEN:
        say(
            f"skipped {addition.source!r}: {where!r} is another article; choose another folder"
            " with --to, or replace that one with --force"
        )
    elif not quiet:
        document = addition.document
        assert document is not None
        language = document.language or "language unknown"
        show(in_one_line(f"{addition.verdict} {where}  {language}  {document.title}"))


def _tell_near(settings: Settings, added: Sequence[DocumentId], *, quiet: bool) -> None:
    """Name the articles, in whatever language, that say almost the same as those added."""
    from kb.collecting import near_articles
    from kb.store import IndexReader

    if quiet:
        return
    locate = locator(settings)
    with IndexReader(settings.index_folder) as reader:
        near = near_articles(reader, added)
    for id_, articles in near.items():
        others = ", ".join(
            f"{locate(other.id)} ({other.language or '??'}, {other.likeness:.2f})"
            for other in articles
        )
        show(in_one_line(f"{locate(id_)} says almost the same as {others}"))
