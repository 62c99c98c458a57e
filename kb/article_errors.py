"""What may be wrong with how articles are kept, chosen, named or edited; drawn in `kb.errors`."""

from pathlib import Path

from kb.errors import KbError, UsageError

_SHOWN_NAMES = 12  # Of what there is instead.


class UnknownTag(UsageError):
    def __init__(self, tag: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"no article has the tag {tag!r}; "
            f"there is {_named(tuple(map(repr, known))) or 'none: give some as `tags:` in front matter'}"
        )


class UnknownPath(UsageError):
    def __init__(self, pattern: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"no article's path is {pattern!r} (`*` stays within a folder, `**/` goes through them); "
            f"there is {_named(tuple(map(repr, known))) or 'none'}"
        )


class NoArticleMeant(UsageError):
    """Each condition holds for some article, all together for none."""

    def __init__(self, dated: tuple[str, str] | None) -> None:
        dates = f"are dated from {dated[0]} to {dated[1]}" if dated else "have no date"
        super().__init__(
            f"no article fits all of --lang, --tag, --since, --until and --path; articles {dates}, "
            "leave one of them out (`kb list` shows each)"
        )


class UnknownArticle(UsageError):
    def __init__(self, named: str, near: tuple[str, ...]) -> None:
        nearest = f"near to it: {_named(tuple(map(repr, near)))}; " if near else ""
        super().__init__(f"no article is called {named!r}; {nearest}`kb list` shows each")


class AmbiguousArticle(UsageError):
    def __init__(self, named: str, found: tuple[str, ...]) -> None:
        super().__init__(
            f"{named!r} may be {_named(tuple(map(repr, found)))}; give more of the path"
        )


class UnknownSource(UsageError):
    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no file, and no folder or pattern with an article in it")


class ArticleUnwritable(KbError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path!r} cannot be written ({reason}); give yourself permission to write in the "
            "corpus, or make room for it"
        )


class NotConfirmed(UsageError):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what}, and nobody can be asked; say it with --yes")


class BaseExists(UsageError):
    def __init__(self, file: Path) -> None:
        super().__init__(
            f"there is a base already: {str(file)!r} was left as it is; name another folder"
        )


class BaseUnwritable(KbError):
    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"no base can be made in {str(folder)!r} ({reason}); name another folder")


class EditorMissing(KbError):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"no editor is set to open {path!r} with; name yours, as in `export EDITOR=nano`"
        )


class EditorUnusable(KbError):
    def __init__(self, editor: str, reason: str) -> None:
        super().__init__(
            f"the editor {editor!r} did not work ({reason}); name another one in VISUAL or EDITOR"
        )


def _named(names: tuple[str, ...]) -> str:
    """Return names as a list, the first of them when there are many."""
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    return ", ".join(names[:_SHOWN_NAMES]) + more
