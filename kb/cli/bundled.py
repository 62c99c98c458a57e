"""The question set and the articles that come with a clone of the repository."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import kb
from kb.config import Setting, Settings
from kb.errors import BundledSetMissing

_SEED = 7  # The same distractors each time, so that runs can be compared.
_LANGUAGES = ("sl", "pl", "hi", "ro")  # Those of the example articles.


def clone_folder() -> Path:
    """Return the folder that holds the package, which in a clone holds all else too."""
    return Path(kb.__file__).resolve().parents[1]


def bundled_question_files(root: Path) -> tuple[Path, ...]:
    """Return the files of the question set. Raises: `BundledSetMissing`."""
    folder = root / "tests" / "quality" / "questions"
    files = tuple(sorted(folder.glob("*.jsonl")))
    if not files:
        raise BundledSetMissing("question set", folder)
    return files


@contextmanager
def bundled_settings(root: Path, *, distractors: int, model: Setting | None) -> Iterator[Settings]:
    """Yield settings for the example articles among generated ones, in a temporary folder.

    Nothing of the user's is touched. Raises: `BundledSetMissing`.
    """
    articles = root / "corpus"
    if not articles.is_dir():
        raise BundledSetMissing("example corpus", articles)
    with TemporaryDirectory(prefix="kb-eval-") as folder:
        corpus = Path(folder) / "corpus"
        shutil.copytree(articles, corpus)
        if distractors:
            _write_distractors(root, corpus / "distractors", distractors)
        yield Settings(
            corpus=Setting(str(corpus), "--bundled"),
            index=Setting(str(Path(folder) / "index"), "--bundled"),
            model=model,
        )


def _write_distractors(root: Path, folder: Path, count: int) -> None:
    """Write articles on the same subjects with other names and figures."""
    generator = _generator(root / "benchmarks" / "corpus.py")
    for article in generator.generate(count, seed=_SEED, languages=_LANGUAGES, kind="distractors"):
        path = folder / article.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article.text, encoding="utf-8", newline="\n")


def _generator(path: Path) -> ModuleType:
    """Import the generator by its path: benchmarks are not part of the package."""
    spec = spec_from_file_location("kb_benchmarks_corpus", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise BundledSetMissing("generator of distractors", path.parent)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # Its dataclasses look up their own module.
    spec.loader.exec_module(module)
    return module
