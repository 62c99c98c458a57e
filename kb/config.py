"""Where the articles and the index are, and which models to use. The only reader of `os.environ`.

A flag goes before the environment, the environment before `kb.toml`, and that before defaults.
"""

import json
import os
import re
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kb.article_errors import BaseExists, BaseUnwritable
from kb.errors import ConfigError

CONFIG_NAME = "kb.toml"


@dataclass(frozen=True, slots=True)
class _Key:
    """What a settings file may say, and how a new one explains it."""

    meaning: str
    example: str | int
    is_set: bool = False
    """In a new file; others stand there as a comment."""


_KEYS = {
    # Set in a new file, so that its base is used from any folder below it.
    "corpus": _Key("The folder of your articles.", "corpus", is_set=True),
    "index": _Key("The folder of the index, which kb makes.", "index", is_set=True),
    "model": _Key(
        "The embedding model: `embedded`, or a sentence-transformers model, by its folder or by "
        "its name on the hub once it is on this machine. Without it an index keeps the model "
        "that it was built with.",
        "embedded",
    ),
    "dimension": _Key(
        "How many numbers a vector keeps, for a model trained for that (Matryoshka).", 256
    ),
    "batch_size": _Key("How many passages another model reads at once.", 32),
    "device": _Key("What another model computes on: cpu, cuda, mps ...", "cpu"),
    "rerank": _Key("A cross encoder that orders the first hits anew.", "models/reranker"),
}
_NUMBERS = frozenset(name for name, key in _KEYS.items() if isinstance(key.example, int))
_MODELS = ("model", "rerank")
_WHOLE_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_FLAGS = {"dimension": "--dim", "batch_size": "--batch-size"}
_HEAD = """\
# Settings of a knowledge base. kb finds this file from its folder and from any folder below.
# Paths are relative to this file. Flags and the variables KB_... go before what is set here.
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and where it came from, so that `kb status` can say why it is in force."""

    value: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a command works on. Without `model`, the index's own model is used.

    `dimension` belongs to the model; `device` and `batch_size` to this machine.
    """

    corpus: Setting
    index: Setting
    model: Setting | None = None
    dimension: Setting | None = None
    batch_size: Setting | None = None
    device: Setting | None = None
    rerank: Setting | None = None

    @property
    def corpus_folder(self) -> Path:
        return Path(self.corpus.value)

    @property
    def corpus_shown(self) -> Path:
        """The corpus folder by the shortest path that leads there from the working directory."""
        try:
            return self.corpus_folder.relative_to(Path.cwd())
        except (FileNotFoundError, ValueError):  # The directory is gone; elsewhere, or relative.
            return self.corpus_folder

    @property
    def corpus_names(self) -> tuple[str, ...]:
        """What the user may write before the path of an article."""
        folder = self.corpus_folder
        return tuple(path.as_posix() for path in (self.corpus_shown, folder, folder.resolve()))

    @property
    def index_folder(self) -> Path:
        return Path(self.index.value)


def load_settings(
    *,
    corpus: Path | None = None,
    index: Path | None = None,
    model: str | None = None,
    dimension: int | None = None,
    batch_size: int | None = None,
    device: str | None = None,
    rerank: str | None = None,
    config: Path | None = None,
) -> Settings:
    """Return the settings in force; the arguments are the flags that were given.

    Raises: `ConfigError` when the file named does not exist or a file cannot be understood.
    """
    flags = {
        "corpus": corpus,
        "index": index,
        "model": model,
        "dimension": dimension,
        "batch_size": batch_size,
        "device": device,
        "rerank": rerank,
    }
    file = _read(_config_file(config))
    found = {key: _first(key, flags[key], file) for key in _KEYS}
    return Settings(
        corpus=found["corpus"] or Setting("corpus", "default"),
        index=found["index"] or Setting("index", "default"),
        model=found["model"],
        dimension=found["dimension"],
        batch_size=found["batch_size"],
        device=found["device"],
        rerank=found["rerank"],
    )


def settings_template() -> str:
    """Return a settings file for a new base: every option with what it means."""
    options = (
        f"{textwrap.fill(key.meaning, 88, initial_indent='# ', subsequent_indent='# ')}\n"
        f"{'' if key.is_set else '# '}{name} = {json.dumps(key.example)}\n"
        for name, key in _KEYS.items()
    )
    return "\n".join((_HEAD, *options))


def make_base(folder: Path) -> Path:
    """Make a folder with a corpus and a settings file, and return that file.

    What is there already is left as it is. Raises: `BaseExists`, `BaseUnwritable`.
    """
    file = folder / CONFIG_NAME
    try:
        if os.path.lexists(file):
            raise BaseExists(file)
        (folder / str(_KEYS["corpus"].example)).mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(settings_template())
    except OSError as error:
        raise BaseUnwritable(folder, error.strerror or str(error)) from error
    return file


def editor_command() -> str | None:
    """Return what the user edits texts with."""
    return os.environ.get("VISUAL") or os.environ.get("EDITOR") or None


def color_is_wanted() -> bool:
    """False when `NO_COLOR` is set and not empty (no-color.org) or the terminal is a dumb one."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _first(key: str, flag: Path | str | int | None, file: Mapping[str, Setting]) -> Setting | None:
    if flag is not None:
        return _checked(key, Setting(str(flag), _FLAGS.get(key, f"--{key}")))
    variable = f"KB_{key.upper()}"
    if value := os.environ.get(variable):
        return _checked(key, Setting(value, variable))
    return file.get(key)


def _checked(key: str, setting: Setting) -> Setting:
    """Return `setting` when it can be one of `key`. Raises: `ConfigError`.

    An index remembers its model, so a folder's path has to hold from wherever it is asked.
    """
    if key in _MODELS and setting.value and os.path.isdir(setting.value):  # noqa: PTH112
        return replace(setting, value=os.path.abspath(setting.value))  # noqa: PTH100
    if key in _NUMBERS and not _WHOLE_NUMBER.fullmatch(setting.value):
        raise ConfigError(setting.origin, f"{setting.value!r} is no whole number from 1")
    return setting


def _config_file(flag: Path | None) -> Path | None:
    named = flag or (Path(value) if (value := os.environ.get("KB_CONFIG")) else None)
    if named is not None:
        if not _is_file(named):
            raise ConfigError(str(named), "there is no such file")
        return named
    try:
        here = Path.cwd()
    except FileNotFoundError:  # Removed while a shell stood in it.
        return None
    candidates = (folder / CONFIG_NAME for folder in (here, *here.parents))
    return next((path for path in candidates if _is_file(path)), None)


def _read(path: Path | None) -> dict[str, Setting]:
    """Return the settings in a file, its relative folders resolved from the file's own place."""
    if path is None:
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(str(path), str(error)) from error
    for key, value in values.items():
        if key not in _KEYS:
            raise ConfigError(str(path), f"unknown key {key!r} (known: {', '.join(_KEYS)})")
        if key in _NUMBERS:
            if type(value) is not int or value < 1:
                raise ConfigError(str(path), f"{key!r} must be a whole number from 1")
            continue
        if not isinstance(value, str) or not value:
            raise ConfigError(str(path), f"{key!r} must be a text in quotes")
        if "\0" in value:
            raise ConfigError(str(path), f"{key!r} holds a zero byte, which no path has")
    return {key: Setting(_resolved(key, value, path), str(path)) for key, value in values.items()}


def _resolved(key: str, value: str | int, path: Path) -> str:
    """Resolve folders against the file; a model may be a name, which stays as it is."""
    if isinstance(value, int) or key == "device":
        return str(value)
    try:
        place = path.parent / Path(value).expanduser()
    except RuntimeError as error:  # `~somebody` who is not a user here.
        raise ConfigError(str(path), f"{key!r}: {value!r} has no home folder") from error
    if key in _MODELS and not os.path.exists(place):  # noqa: PTH110 (as in _is_file)
        return value
    return str(place)


def _is_file(path: Path) -> bool:
    """True for a file that this user can see; in a closed folder `Path.is_file` would raise."""
    return os.path.isfile(path)  # noqa: PTH113
