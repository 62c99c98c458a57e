"""Every expected failure is one line that says what happened, where, and the next step."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb import article_errors, errors
from kb.errors import ExitCode, KbError

MODULES = (errors.__name__, article_errors.__name__)
FOLDER = Path("my articles/पहाड़\n2026")

EXAMPLES: dict[type[KbError], tuple[KbError, str]] = {
    # An example of each error, and the words that name the next step.
    errors.EmptyQuestion: (errors.EmptyQuestion(), "write a few words"),
    errors.QuestionTooLong: (errors.QuestionTooLong(4_000), "ask in a sentence or two"),
    errors.UnknownLanguage: (errors.UnknownLanguage("xx", ("pl", "sl")), "the index has pl, sl"),
    article_errors.UnknownTag: (article_errors.UnknownTag("x\ny", ("a", "b")), "there is 'a', 'b'"),
    article_errors.UnknownPath: (
        article_errors.UnknownPath("pl/*", ("sl/a\n.md",)),
        "there is 'sl/a",
    ),
    article_errors.NoArticleMeant: (
        article_errors.NoArticleMeant(("2024-01-01", "2026-12-31")),
        "kb list",
    ),
    article_errors.UnknownArticle: (
        article_errors.UnknownArticle("mlin\n", ("sl/mlin.md",)),
        "`kb list`",
    ),
    article_errors.AmbiguousArticle: (
        article_errors.AmbiguousArticle("mlin", ("a", "b")),
        "more of the path",
    ),
    article_errors.UnknownSource: (article_errors.UnknownSource("x\n*"), "no folder or pattern"),
    article_errors.NotConfirmed: (article_errors.NotConfirmed("2 would go"), "--yes"),
    article_errors.ArticleUnwritable: (article_errors.ArticleUnwritable("a", "full"), "room"),
    article_errors.BaseExists: (article_errors.BaseExists(FOLDER), "another folder"),
    article_errors.BaseUnwritable: (article_errors.BaseUnwritable(FOLDER, "a\nb"), "another"),
    article_errors.EditorMissing: (article_errors.EditorMissing("a\n.md"), "export EDITOR=nano"),
    article_errors.EditorUnusable: (
        article_errors.EditorUnusable("e d", "exit 1"),
        "in VISUAL or EDITOR",
    ),
    errors.InvalidOption: (errors.InvalidOption("-k", 0, "a number from 1"), "give a number"),
    errors.UnknownAnswer: (errors.UnknownAnswer(7), "`kb export --all`"),
    errors.ConfigError: (errors.ConfigError("a\nkb.toml", "line 1\nis broken"), "--config"),
    errors.CorpusMissing: (errors.CorpusMissing(FOLDER), "--corpus"),
    errors.CorpusNotAFolder: (errors.CorpusNotAFolder(FOLDER), "--corpus"),
    errors.CorpusEmpty: (errors.CorpusEmpty(FOLDER), "put articles in it"),
    errors.ArticleUnreadable: (errors.ArticleUnreadable("a\n.md", "save it as UTF-8"), "UTF-8"),
    errors.ModelNotFound: (errors.ModelNotFound("no\nfolder"), "`kb build --model embedded`"),
    errors.ModelUnusable: (
        errors.ModelUnusable("m", "ValueError:\n\n  odd\n"),
        "`kb models`",
    ),
    errors.ModelMismatch: (errors.ModelMismatch("a", "b"), "run `kb build --model b`"),
    errors.IndexMissing: (errors.IndexMissing(FOLDER), "run `kb build`"),
    errors.IndexUnusable: (errors.IndexUnusable(FOLDER, "damaged"), "run `kb build`"),
    errors.IndexUnreadable: (errors.IndexUnreadable(FOLDER, "denied"), "--index"),
    errors.IndexFolderFull: (errors.IndexFolderFull(FOLDER, "disk full"), "free some space"),
    errors.IndexBusy: (errors.IndexBusy(FOLDER, "'kb build' (process 7)"), "--no-wait"),
    errors.IndexOutdated: (errors.IndexOutdated(FOLDER, 1), "kb build"),
    errors.TooManyOpenFiles: (errors.TooManyOpenFiles(), "ulimit -n"),
    errors.OutputUnwritable: (errors.OutputUnwritable("disk full"), "kb export"),
    errors.CorpusUnreadable: (errors.CorpusUnreadable(FOLDER, "denied"), "permission"),
    errors.CorpusShrunk: (errors.CorpusShrunk(FOLDER, lost=3, indexed=4), "--prune"),
    errors.IndexUnwritable: (errors.IndexUnwritable(FOLDER, "denied"), "--index"),
    errors.IndexTooNew: (errors.IndexTooNew(FOLDER, 9, 1), "upgrade kb"),
    errors.BackupUnwritable: (errors.BackupUnwritable(FOLDER, "disk full"), "another place"),
    errors.BackupInvalid: (errors.BackupInvalid(FOLDER, "cut\nshort"), "restore another backup"),
    errors.BackupTooNew: (errors.BackupTooNew(FOLDER, 9, 1), "upgrade kb"),
    errors.QuestionSetInvalid: (errors.QuestionSetInvalid("q", 3, "no id"), "docs/evaluation.md"),
    errors.ExpectedTextMissing: (
        errors.ExpectedTextMissing("q-1", "a\n.md", "t\n" * 90, "it is gone; correct it"),
        "correct it",
    ),
    errors.BundledSetMissing: (errors.BundledSetMissing("set", FOLDER), "run kb from a clone"),
    errors.RunUnreadable: (errors.RunUnreadable(FOLDER, "no\nJSON"), "`kb eval --json > FILE`"),
}


def tree(error: type[KbError] = KbError) -> Iterator[type[KbError]]:
    """Yield every class of error that this package defines."""
    yield error
    for child in error.__subclasses__():
        if child.__module__ in MODULES:
            yield from tree(child)


def drawn() -> list[tuple[str, int]]:
    """Return the names in the drawing, each with its depth in the tree."""
    lines = re.findall(r"^([│├└─ ]*)([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    start = [name for _, name in lines].index("KbError")
    return [(name, len(branch)) for branch, name in lines[start:] if name[0].isupper()]


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=[kind.__name__ for kind in EXAMPLES])
def test_an_error_is_one_line_and_names_the_next_step(example: tuple[KbError, str]) -> None:
    error, next_step = example

    message = str(error)

    assert message == message.strip()
    assert len(message.splitlines()) == 1
    assert not message.endswith(".")
    assert next_step in message


def test_every_error_that_can_be_raised_has_an_example() -> None:
    kinds = {kind for kind in tree() if not kind.__subclasses__()}

    assert kinds == set(EXAMPLES)


def test_errors_survive_being_raised_with_their_facts() -> None:
    with pytest.raises(errors.ArticleUnreadable) as caught:
        raise errors.ArticleUnreadable("pl/a.md", "not UTF-8 at byte 3; save it as UTF-8")

    assert caught.value.path == "pl/a.md"
    assert caught.value.reason == "not UTF-8 at byte 3; save it as UTF-8"


def test_the_command_named_by_a_mismatch_can_be_pasted() -> None:
    message = str(errors.ModelMismatch("embedded", "my models/$HOME"))

    assert "`kb build --model 'my models/$HOME'`" in message


@pytest.mark.parametrize("error", list(tree()))
def test_usage_errors_exit_with_2_a_busy_index_with_7_and_all_others_with_1(
    error: type[KbError],
) -> None:
    is_usage = issubclass(error, errors.UsageError)
    is_busy = error is errors.IndexBusy

    assert error.exit_code == (
        ExitCode.USAGE if is_usage else ExitCode.BUSY if is_busy else ExitCode.ERROR
    )


def test_the_drawing_shows_the_tree_as_it_is() -> None:
    assert [name for name, _ in drawn() if name in {*dir(errors), *dir(article_errors)}] == [
        kind.__name__ for kind in tree()
    ]


def test_every_exit_code_has_one_meaning() -> None:
    assert set(errors.EXIT_CODE_MEANINGS) == set(ExitCode)
    assert len(set(errors.EXIT_CODE_MEANINGS.values())) == len(ExitCode)
