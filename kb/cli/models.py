"""`kb models`: which models there are, and how to get others."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import global_options
from kb.cli.terminal import say, show
from kb.errors import ExitCode

if TYPE_CHECKING:
    from kb.embedding.local_models import LocalModel

models = typer.Typer(rich_markup_mode=None)


@models.callback(invoke_without_command=True)
def list_models(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None,
        typer.Option("--folder", help="Also look for models in and under this folder; repeatable."),
    ] = None,
) -> None:
    """List the models that can be used now, and others that `kb models pull` downloads."""
    if context.invoked_subcommand is not None:
        return
    from kb.embedding import EMBEDDED
    from kb.embedding.local_models import local_models

    local = local_models(folders or ())
    show("On this machine:")
    show(f"  embedder  {EMBEDDED!r} (comes with kb)")
    for line in _local_lines(local):
        show(line)
    show("Others, which `kb models pull NAME` downloads (docs/models.md compares them):")
    for line in _known_lines(local):
        show(line)


@models.command()
def pull(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="OWNER/NAME of a model on the Hugging Face hub.")
    ],
) -> None:
    """Download a model from the Hugging Face hub; nothing else in kb uses a network."""
    from kb.embedding.hub import pull_model
    from kb.embedding.local_models import ModelKind, kind_of

    quiet = global_options(context).quiet
    say(f"downloading {name!r} from the Hugging Face hub", quiet=quiet)
    folder = pull_model(name, show_progress=not quiet and sys.stderr.isatty())
    show(str(folder))
    kind = kind_of(folder)
    if kind is None:
        say("there is no sentence-transformers model in it that kb could use", quiet=quiet)
        raise typer.Exit(ExitCode.ERROR)
    use = f"kb ask --rerank {name}" if kind is ModelKind.RERANKER else f"kb build --model {name}"
    say(f"`{use}` uses it, without a network", quiet=quiet)


def _local_lines(local: Sequence["LocalModel"]) -> Iterator[str]:
    for model in local:
        yield f"  {model.kind:8}  {model.name!r} ({model.size_bytes / 1_000_000:,.0f} MB)"


def _known_lines(local: Sequence["LocalModel"]) -> Iterator[str]:
    from kb.embedding.known_models import KNOWN_MODELS

    here = {model.name for model in local}
    for model in KNOWN_MODELS:
        if model.name not in here:
            yield (
                f"  {model.kind:8}  {model.name} ({model.parameters} million parameters,"
                f" reads {model.window:,} tokens, {model.licence})"
            )
