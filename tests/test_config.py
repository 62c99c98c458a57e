"""Which settings are in force, and why."""

import os
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

import pytest

from kb.config import Setting, color_is_wanted, load_settings
from kb.errors import ConfigError

pytestmark = pytest.mark.usefixtures("place")

VARIABLES = (
    *("KB_CORPUS", "KB_INDEX", "KB_CONFIG", "KB_MODEL", "KB_RERANK"),
    *("KB_DIMENSION", "KB_BATCH_SIZE", "KB_DEVICE", "NO_COLOR", "TERM"),
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory without settings, and an environment without them."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    with chdir(tmp_path):
        yield tmp_path


@contextmanager
def environment(**values: str) -> Iterator[None]:
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            del os.environ[name]


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# Precedence


def test_the_defaults_are_two_folders_here_and_the_model_of_the_index() -> None:
    settings = load_settings()

    assert settings.corpus == Setting("corpus", "default")
    assert settings.index == Setting("index", "default")
    assert settings.model is None


@pytest.mark.parametrize("key", ["corpus", "index", "model"])
def test_each_source_goes_before_the_next(place: Path, key: str) -> None:
    file = write(place / "kb.toml", f'{key} = "from-file"')
    in_file = "from-file" if key == "model" else str(place / "from-file")
    flag = {"model": "from-flag"} if key == "model" else {key: Path("from-flag")}

    by_file = getattr(load_settings(), key)
    with environment(**{f"KB_{key.upper()}": "from-environment"}):
        by_environment = getattr(load_settings(), key)
        by_flag = getattr(load_settings(**flag), key)

    assert by_file == Setting(in_file, str(file))
    assert by_environment == Setting("from-environment", f"KB_{key.upper()}")
    assert by_flag == Setting("from-flag", f"--{key}")


@pytest.mark.parametrize(
    ("key", "flag", "written", "values"),
    [
        ("rerank", "--rerank", '"{}"', ("from-file", "from-environment", "from-flag")),
        ("device", "--device", '"{}"', ("cpu", "cuda:1", "mps")),
        ("dimension", "--dim", "{}", ("64", "128", "256")),
        ("batch_size", "--batch-size", "{}", ("1", "8", "512")),
    ],
)
def test_how_models_are_used_comes_from_the_same_sources(
    place: Path, key: str, flag: str, written: str, values: tuple[str, str, str]
) -> None:
    in_file, in_environment, in_flag = values
    file = write(place / "kb.toml", f"{key} = {written.format(in_file)}")
    given: dict[str, Any] = {key: int(in_flag) if in_flag.isdigit() else in_flag}

    assert getattr(load_settings(), key) == Setting(in_file, str(file))
    with environment(**{f"KB_{key.upper()}": in_environment}):
        by_environment = getattr(load_settings(), key)
        assert by_environment == Setting(in_environment, f"KB_{key.upper()}")
        assert getattr(load_settings(**given), key) == Setting(in_flag, flag)


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", "१२", "9999999999"])
@pytest.mark.parametrize("variable", ["KB_DIMENSION", "KB_BATCH_SIZE"])
def test_a_number_that_is_none_says_where_it_stands(variable: str, value: str) -> None:
    with environment(**{variable: value}), pytest.raises(ConfigError, match=variable):
        load_settings()


def test_a_reranker_is_a_folder_beside_the_file_or_else_a_name(place: Path) -> None:
    (place / "up/models/mini").mkdir(parents=True)
    file = write(place / "up/kb.toml", 'rerank = "models/mini"\nmodel = "own/e5"')

    settings = load_settings(config=file)

    assert settings.rerank == Setting(str(place / "up/models/mini"), str(file))
    assert settings.model == Setting("own/e5", str(file))


@pytest.mark.parametrize("key", ["model", "rerank"])
def test_the_folder_of_a_model_holds_from_anywhere(place: Path, key: str) -> None:
    (place / "models/mini").mkdir(parents=True)
    given: dict[str, Any] = {key: "models/mini"}

    by_flag = getattr(load_settings(**given), key)
    with environment(**{f"KB_{key.upper()}": "models/../models/mini"}):
        by_environment = getattr(load_settings(), key)

    assert by_flag == Setting(str(place / "models/mini"), f"--{key}")
    assert by_environment == Setting(str(place / "models/mini"), f"KB_{key.upper()}")


def test_an_empty_variable_is_no_setting() -> None:
    with environment(KB_CORPUS="", KB_CONFIG=""):
        assert load_settings().corpus.origin == "default"


def test_sources_mix(place: Path) -> None:
    write(place / "kb.toml", 'corpus = "notes"')

    with environment(KB_INDEX="/elsewhere"):
        settings = load_settings(model="embedded")

    assert settings.corpus_folder == place / "notes"
    assert settings.index_folder == Path("/elsewhere")
    assert settings.model == Setting("embedded", "--model")


# The file


def test_the_nearest_file_upwards_is_used(place: Path) -> None:
    write(place / "kb.toml", 'corpus = "outer"')
    write(place / "a" / "kb.toml", 'corpus = "inner"')
    (place / "a/b/c").mkdir(parents=True)

    with chdir(place / "a/b/c"):
        assert load_settings().corpus_folder == place / "a" / "inner"


def test_a_folder_of_that_name_is_no_settings_file(place: Path) -> None:
    (place / "kb.toml").mkdir()

    assert load_settings().corpus.origin == "default"


def test_a_file_that_is_named_goes_before_the_nearest(place: Path) -> None:
    write(place / "kb.toml", 'corpus = "near"')
    named = write(place / "other" / "my.toml", 'corpus = "far"')
    in_environment = write(place / "third.toml", 'corpus = "third"')

    assert load_settings(config=named).corpus_folder == place / "other" / "far"
    with environment(KB_CONFIG=str(in_environment)):
        assert load_settings().corpus_folder == place / "third"
        assert load_settings(config=named).corpus_folder == place / "other" / "far"


@pytest.mark.parametrize("value", ["članki", "मेरे लेख", "a b", "../outside", "x/./y"])
def test_folders_are_relative_to_the_file_and_not_to_the_working_directory(
    place: Path, value: str
) -> None:
    file = write(place / "up" / "kb.toml", f'corpus = "{value}"')
    (place / "up/down").mkdir()

    with chdir(place / "up/down"):
        assert load_settings().corpus_folder == file.parent / value


def test_the_corpus_is_shown_by_the_shortest_path_that_leads_there(place: Path) -> None:
    write(place / "kb.toml", 'corpus = "članki/2026"')
    (place / "članki/2026/pl").mkdir(parents=True)

    settings = load_settings()

    for here, shown in ((".", "članki/2026"), ("članki", "2026"), ("članki/2026", ".")):
        with chdir(place / here):
            assert settings.corpus_shown == Path(shown)
            assert settings.corpus_names[:2] == (shown, str(place / "članki/2026"))
    with chdir(place / "članki/2026/pl"):
        assert settings.corpus_shown == place / "članki/2026"
    assert load_settings(corpus=Path("x/../y")).corpus_shown == Path("x/../y")


def test_absolute_folders_and_the_home_folder_stay_what_they_are(place: Path) -> None:
    write(place / "kb.toml", 'corpus = "/srv/articles"\nindex = "~/kb-index"')

    settings = load_settings()

    assert settings.corpus_folder == Path("/srv/articles")
    assert settings.index_folder == Path.home() / "kb-index"


def test_a_model_is_a_folder_beside_the_file_or_else_a_name(place: Path) -> None:
    (place / "up/models/minilm").mkdir(parents=True)
    write(place / "up/kb.toml", 'model = "models/minilm"')
    named = write(place / "up/named.toml", 'model = "embedded"')

    with chdir(place / "up/models"):
        in_folder = load_settings().model
        by_name = load_settings(config=named).model

    assert in_folder == Setting(str(place / "up/models/minilm"), str(place / "up/kb.toml"))
    assert by_name == Setting("embedded", str(named))


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"# comment\r\n"])
def test_marks_of_other_editors_are_fine(place: Path, start: bytes) -> None:
    write(place / "kb.toml", start + b'corpus = "x"\r\n')

    assert load_settings().corpus_folder == place / "x"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('corpus = "x', "Unterminated"),
        ("corpus\n", "at line 1"),
        ("corpus = 5", "'corpus' must be a text in quotes"),
        ('dimension = "64"', "'dimension' must be a whole number from 1"),
        ("batch_size = 0", "'batch_size' must be a whole number from 1"),
        ("batch_size = true", "'batch_size' must be a whole number from 1"),
        ("device = 1", "'device' must be a text in quotes"),
        ('corpus = ""', "'corpus' must be a text in quotes"),
        ("[index]\nfolder = 1", "'index' must be a text in quotes"),
        ('colour = "red"', "unknown key 'colour' (known: corpus, index, model, "),
        ('corpus = "a\\u0000b"', "'corpus' holds a zero byte"),
        ('corpus = "~no-such-user-here/x"', "'~no-such-user-here/x' has no home folder"),
        (b'corpus = "\xb9"', "can't decode byte 0xb9"),
    ],
)
def test_a_file_that_cannot_be_understood_says_where_and_why(
    place: Path, content: str | bytes, reason: str
) -> None:
    file = write(place / "kb.toml", content)

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert str(file) in str(caught.value)
    assert reason in str(caught.value)


def test_a_file_that_was_named_has_to_exist() -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_settings(config=Path("missing.toml"))
    with environment(KB_CONFIG="missing.toml"), pytest.raises(ConfigError, match="no such file"):
        load_settings()


# Colour


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, True),
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "0"}, False),
        ({"NO_COLOR": ""}, True),
    ],
)
def test_colour_can_be_declined(values: dict[str, str], wanted: bool) -> None:
    with environment(**values):
        assert color_is_wanted() is wanted
