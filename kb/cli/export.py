"""`kb export`: saved answers as Markdown."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import global_options
from kb.cli.terminal import say, show
from kb.cli.wiring import locator
from kb.errors import InvalidOption, UnknownAnswer

if TYPE_CHECKING:
    from kb.store import SavedAnswer


def export(
    context: typer.Context,
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="Numbers of saved answers.")
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="The last answer (the default).")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Every saved answer.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write to this new file.")
    ] = None,
) -> None:
    """Print saved answers as Markdown, with quotes, sources and lines."""
    from kb.rendering.markdown import answers_to_markdown
    from kb.rendering.records import answer_from_saved
    from kb.store import load_answers

    options = global_options(context)
    settings = options.settings()
    if bool(ids) + last + everything > 1:
        raise InvalidOption("export", "with several of ID, --last and --all", "only one of them")
    saved = load_answers(settings.index_folder)
    chosen = saved if everything and saved else _choose(saved, ids or ())
    answers = [answer_from_saved(answer.content) for answer in chosen]
    markdown = answers_to_markdown(answers, locator(settings))
    if output is None:
        show(markdown, line_end=False)
    else:
        write_new(output, markdown)
        say(f"{len(answers)} answers written to {str(output)!r}", quiet=options.quiet)


def write_new(path: Path, content: str) -> None:
    """Write a file that does not exist yet. Raises: `InvalidOption`."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(content)
    except FileExistsError:
        raise InvalidOption("the output file", str(path), "a name that is not taken") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidOption("the output file", str(path), f"a place to write ({reason})") from error


def _choose(saved: Sequence["SavedAnswer"], ids: Sequence[int]) -> Sequence["SavedAnswer"]:
    if not saved:
        raise UnknownAnswer(None)
    if not ids:
        return saved[-1:]
    by_id = {answer.id: answer for answer in saved}
    for id_ in ids:
        if id_ not in by_id:
            raise UnknownAnswer(id_)
    return [by_id[id_] for id_ in ids]
