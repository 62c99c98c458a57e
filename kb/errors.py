"""Every failure that `kb` expects, as one tree.

KbError                      exit 1
├── UsageError               exit 2
│   ├── EmptyQuestion
│   ├── QuestionTooLong
│   ├── UnknownLanguage
│   ├── InvalidOption
│   ├── UnknownAnswer
│   ├── UnknownTag
│   ├── UnknownPath
│   ├── NoArticleMeant
│   ├── UnknownArticle
│   ├── AmbiguousArticle
│   ├── UnknownSource
│   ├── NotConfirmed
│   └── BaseExists
├── ConfigError              exit 1
├── CorpusError              exit 1
│   ├── CorpusMissing
│   ├── CorpusNotAFolder
│   ├── CorpusUnreadable
│   ├── CorpusEmpty
│   └── CorpusShrunk
├── ArticleUnreadable        collected by a build, never fatal
├── ModelError               exit 1
│   ├── ModelNotFound
│   ├── ModelUnusable
│   └── ModelMismatch
├── KbIndexError              exit 1
│   ├── IndexMissing
│   ├── IndexUnreadable
│   ├── IndexUnusable
│   ├── IndexUnwritable
│   ├── IndexFolderFull
│   ├── IndexBusy            exit 7
│   ├── IndexOutdated
│   └── IndexTooNew
├── TooManyOpenFiles         exit 1
├── OutputUnwritable         exit 1
├── BackupError              exit 1
│   ├── BackupUnwritable
│   ├── BackupInvalid
│   └── BackupTooNew
├── EvaluationError          exit 1
│   ├── QuestionSetInvalid
│   ├── ExpectedTextMissing
│   ├── BundledSetMissing
│   └── RunUnreadable
├── ArticleUnwritable        exit 1
├── BaseUnwritable           exit 1
├── EditorMissing            exit 1
└── EditorUnusable           exit 1

An error takes facts and builds its message: what happened, where, and the next step.
Those about keeping, choosing, naming and editing articles are in `kb.article_errors`.
"Nothing found" and "not in your articles" are values, not errors.
"""

import shlex
from enum import IntEnum
from pathlib import Path

_SHOWN_CHARS = 60  # Of a text that a message quotes.


class ExitCode(IntEnum):
    """What the exit status of `kb` tells a script."""

    ANSWERED = 0
    ERROR = 1
    USAGE = 2
    NO_ANSWER = 3
    SKIPPED = 4
    STALE = 5
    UNHEALTHY = 6
    BUSY = 7
    INTERRUPTED = 130
    PIPE_CLOSED = 141


EXIT_CODE_MEANINGS = {
    ExitCode.ANSWERED: "answered, or done",
    ExitCode.ERROR: "error; one line on stderr says what, where and the next step",
    ExitCode.USAGE: "usage: unknown command, option or value",
    ExitCode.NO_ANSWER: "your articles hold no answer (ask, search)",
    ExitCode.SKIPPED: "done, but something was skipped; stderr names it",
    ExitCode.STALE: "articles changed since the last build (status --check)",
    ExitCode.UNHEALTHY: "the index has problems; each is named with its fix (doctor)",
    ExitCode.BUSY: "another command writes in the index folder (with --no-wait)",
    ExitCode.INTERRUPTED: "interrupted with Ctrl-C",
    ExitCode.PIPE_CLOSED: "nobody read the output to its end (a closed pipe)",
}


class KbError(Exception):
    """Base of all expected failures; its text is one line, ready to be shown to the user."""

    exit_code = ExitCode.ERROR

    def __init__(self, message: str) -> None:
        # Reasons come from libraries, some of which write paragraphs.
        super().__init__(" ".join(filter(None, map(str.strip, message.splitlines()))))


class UsageError(KbError):
    """The command was called with something that cannot work."""

    exit_code = ExitCode.USAGE


class EmptyQuestion(UsageError):
    def __init__(self) -> None:
        super().__init__("the question has no letters or digits; write a few words to search for")


class QuestionTooLong(UsageError):
    def __init__(self, limit: int) -> None:
        super().__init__(
            f"the question has more than {limit:,} characters; ask in a sentence or two, "
            "and put longer text into an article"
        )


class UnknownLanguage(UsageError):
    def __init__(self, language: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"no article is in language {language!r}; "
            f"the index has {', '.join(known) or 'no detected language'} (ISO 639-1 codes)"
        )


class InvalidOption(UsageError):
    def __init__(self, option: str, value: object, expected: str) -> None:
        super().__init__(f"{option} {value!r} is not possible; give {expected}")


class UnknownAnswer(UsageError):
    def __init__(self, answer_id: int | None) -> None:
        what = "no answer is saved yet" if answer_id is None else f"no saved answer {answer_id}"
        super().__init__(f"{what}; `kb ask` saves each answer and `kb export --all` shows them")


class ConfigError(KbError):
    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where!r}: {reason}; correct it, or choose another file with --config")


class CorpusError(KbError):
    """The folder of articles cannot be used."""


class CorpusMissing(CorpusError):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"the corpus folder {str(folder)!r} does not exist; "
            "create it and put articles in it, or name another with --corpus"
        )


class CorpusNotAFolder(CorpusError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"the corpus {str(path)!r} is not a folder; name the folder of your articles with --corpus"
        )


class CorpusUnreadable(CorpusError):
    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"the corpus folder {str(folder)!r} cannot be read ({reason}); give yourself "
            "permission to list it, or move it away (the index was left as it is)"
        )


class CorpusEmpty(CorpusError):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"the corpus folder {str(folder)!r} holds no readable .md, .txt or .html article; "
            "put articles in it or name another with --corpus"
        )


class CorpusShrunk(CorpusError):
    def __init__(self, folder: Path, *, lost: int, indexed: int) -> None:
        super().__init__(
            f"{lost} of {indexed} indexed articles are gone from {str(folder)!r}; if that is what "
            "you want, run `kb build --prune`, else put them back or name another folder with "
            "--corpus (the index was left as it is)"
        )


class ArticleUnreadable(KbError):
    """One article that a build skips; `path` is relative to the corpus."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path!r}: {reason}")
        self.path = path
        self.reason = reason


class ModelError(KbError):
    """The embedding model cannot be used."""


class ModelNotFound(ModelError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"no model folder {name!r}, and none downloaded has that name; give the path of one, "
            "run `kb models pull`, or `kb build --model embedded` to use the embedded model"
        )


class ModelUnusable(ModelError):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"the model {name!r} cannot be used: {reason}; "
            "`kb models` lists others, and the embedded one needs nothing else"
        )


class ModelMismatch(ModelError):
    def __init__(self, indexed: str, asked: str) -> None:
        is_changed = " as it is now" if asked == indexed else ""
        super().__init__(
            f"the index was built with model {indexed!r}, not {asked!r}{is_changed}; "
            f"run `kb build --model {shlex.quote(asked)}` first, or leave the model out"
        )


class KbIndexError(KbError):
    """What is in the index folder cannot be used."""


class IndexMissing(KbIndexError):
    def __init__(self, folder: Path) -> None:
        super().__init__(f"there is no index in {str(folder)!r}; run `kb build`")


class IndexUnreadable(KbIndexError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"the index {str(path)!r} cannot be opened ({reason}); "
            "give yourself permission to read it, or name another with --index"
        )


class IndexUnusable(KbIndexError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"the index {str(path)!r} cannot be read ({reason}); move it away and run `kb build`"
        )
        self.reason = reason


class IndexUnwritable(KbIndexError):
    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"cannot write in the index folder {str(folder)!r} ({reason}); "
            "give it write permission, or name another with --index"
        )


class IndexFolderFull(KbIndexError):
    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"no room to write in the index folder {str(folder)!r} ({reason}); free some space and "
            "run the command again (the index was left as it is)"
        )


class IndexBusy(KbIndexError):
    """`holder` says which command it is, and since when."""

    exit_code = ExitCode.BUSY

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"{holder} is writing in the index folder {str(folder)!r}; run the command again when "
            "it is done, or without --no-wait"
        )
        self.holder = holder


class IndexOutdated(KbIndexError):
    def __init__(self, folder: Path, version: int) -> None:
        super().__init__(
            f"the index in {str(folder)!r} has the older format {version}; run `kb build`: it "
            "brings the index up to date, embeds nothing again and keeps saved answers"
        )


class IndexTooNew(KbIndexError):
    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            f"the index {str(path)!r} has format {found}, this kb reads up to {known}; "
            "upgrade kb, or name another folder with --index"
        )


class TooManyOpenFiles(KbError):
    def __init__(self) -> None:
        super().__init__(
            "the system lets kb open no more files; close other programs or raise the limit "
            "(`ulimit -n`), and run the command again"
        )


class OutputUnwritable(KbError):
    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the output cannot be written ({reason}); send it to a place with room, "
            "`kb export` gives the last answer again"
        )


class BackupError(KbError):
    """A backup cannot be written or restored."""


class BackupUnwritable(BackupError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"cannot write the backup {str(path)!r} ({reason}); name another place for it"
        )


class BackupInvalid(BackupError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{str(path)!r} cannot be restored: {reason}; the index was left as it is, "
            "restore another backup or run `kb build`"
        )


class BackupTooNew(BackupError):
    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            f"the backup {str(path)!r} has format {found}, this kb reads up to {known}; "
            "upgrade kb and restore again (the index was left as it is)"
        )


class EvaluationError(KbError):
    """Quality cannot be measured."""


class QuestionSetInvalid(EvaluationError):
    """`line` counts from 1; None when the problem is not in one line."""

    def __init__(self, name: str, line: int | None, reason: str) -> None:
        where = f"{name!r}, line {line}" if line else repr(name)
        super().__init__(f"{where}: {reason} (docs/evaluation.md shows the format)")


class ExpectedTextMissing(EvaluationError):
    def __init__(self, question_id: str, document: str, text: str, reason: str) -> None:
        shown = text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"
        super().__init__(
            f"question {question_id!r} expects {shown!r} in {document!r}, but {reason}"
        )


class BundledSetMissing(EvaluationError):
    def __init__(self, what: str, folder: Path) -> None:
        super().__init__(
            f"there is no {what} in {str(folder)!r}: it comes with a clone of the repository, not "
            "with the installed package; run kb from a clone, or name your own question file"
        )


class RunUnreadable(EvaluationError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{str(path)!r} is no saved run ({reason}); save one with `kb eval --json > FILE`"
        )
