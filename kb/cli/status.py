"""`kb status`: what is indexed, from where, and whether it is fresh."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import global_options
from kb.cli.terminal import show
from kb.cli.wiring import compare, describe
from kb.config import Setting
from kb.errors import ExitCode
from kb.rendering.neutral import neutral

if TYPE_CHECKING:
    from kb.store import IndexedDocument


def status(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 5 when articles changed since the build.")
    ] = False,
) -> None:
    """Show which articles, index and model are in use, and why."""
    from kb.corpus import Corpus
    from kb.store import IndexReader

    settings = global_options(context).settings()
    show(_line("corpus", settings.corpus))
    show(_line("index", settings.index))
    with IndexReader(settings.index_folder) as reader:
        model = settings.model or Setting(reader.state.model, "the index's own")
        show(_line("model", model))
        show(f"generation {reader.state.generation}, built {reader.state.built_at}")
        for line in _counts(reader.documents()):
            show(line)
        for file in reader.skipped():
            show(f"skipped {file.id!r}: {file.reason}")
        freshness = compare(Corpus(settings.corpus_folder), reader)
    show(
        "fresh: the index has every article as it is now"
        if freshness.is_fresh
        else f"stale: {describe(freshness)}; run `kb build`"
    )
    if check and not freshness.is_fresh:
        raise typer.Exit(ExitCode.STALE)


def _line(name: str, setting: Setting) -> str:
    return neutral(f"{name}: {setting.value} ({setting.origin})", line_ends=True)


def _counts(documents: Sequence["IndexedDocument"]) -> list[str]:
    articles = Counter(document.language or "unknown" for document in documents)
    passages: Counter[str] = Counter()
    for document in documents:
        passages[document.language or "unknown"] += document.passages
    return [
        f"  {language}: {articles[language]} articles, {passages[language]} passages"
        for language in sorted(articles)
    ]
