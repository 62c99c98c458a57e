"""`kb open`: an article in the user's editor, at a line."""

import shlex
from pathlib import Path

import typer

from kb.article_errors import EditorMissing, EditorUnusable
from kb.cli.options import ArticleArgument, global_options
from kb.cli.wiring import named_article
from kb.config import editor_command

# How an editor is told the line, by the name of its program. Others are given the file alone.
_PLUS_LINE = ("+{line}", "{path}")
_AT_LINE = ("{path}:{line}",)
_LINE_ARGUMENTS = {
    **dict.fromkeys(("vi", "vim", "nvim", "gvim", "view", "nano", "pico", "micro"), _PLUS_LINE),
    **dict.fromkeys(("emacs", "emacsclient", "joe", "jed", "mg", "kak", "ne", "gedit"), _PLUS_LINE),
    **dict.fromkeys(("hx", "helix", "subl", "zed"), _AT_LINE),
    **dict.fromkeys(("code", "codium", "cursor"), ("--goto", "{path}:{line}")),
    "kate": ("--line", "{line}", "{path}"),
}


def open_article(context: typer.Context, article: ArticleArgument) -> None:
    """Open an article in your editor, at its line where one is named. [VISUAL, EDITOR]"""
    import subprocess  # Questions do not need it.

    settings = global_options(context).settings()
    found, line = named_article(settings, article)
    path = settings.corpus_folder / found.id
    editor = editor_command()
    if editor is None:
        raise EditorMissing(str(path))
    try:
        command = _command(editor, path, line)
        status = subprocess.run(command, check=False).returncode  # noqa: S603 (the user's editor)
    except (OSError, ValueError) as error:
        raise EditorUnusable(editor, getattr(error, "strerror", None) or str(error)) from error
    if status:
        raise EditorUnusable(editor, f"it ended with {status}")


def _command(editor: str, path: Path, line: int | None) -> list[str]:
    """Return what to run. Raises `ValueError` for a command with an open quote."""
    words = shlex.split(editor)
    if not words:
        raise ValueError("it names no program")
    # A path that begins with a dash would be an option.
    target = str(path if path.is_absolute() else Path.cwd() / path)
    if line is None or (pattern := _LINE_ARGUMENTS.get(Path(words[0]).name)) is None:
        return [*words, target]
    return [*words, *(part.format(path=target, line=line) for part in pattern)]
