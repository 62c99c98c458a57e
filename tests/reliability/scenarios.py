"""The commands that write in an index folder, each with a state of the folder to start from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kb.store import IndexReader
from kb.store.database import vectors_path
from tests.cli.articles import ARTICLES, QUESTIONS, write_article
from tests.prose import paragraph
from tests.reliability.observing import write_questions
from tests.reliability.processes import run

Change = Callable[[Path], None]
"""Changes the corpus or the index in a folder."""


@dataclass(frozen=True)
class Scenario:
    """A command to be killed, in a folder where `change` was made after two builds."""

    name: str
    command: tuple[str, ...]
    change: Change
    is_built: bool = True
    is_healthy: bool = True
    """False when the change is damage, which the command repairs."""

    def make(self, folder: Path) -> Path:
        """Make `folder` as it is before the command, and return it."""
        corpus = folder / "corpus"
        write_article(corpus, "en/mill.md", paragraph("en"))
        write_questions(folder)
        if self.is_built:
            done(folder, "build")  # So that the next but one has an old file to remove.
        for name, text in ARTICLES.items():
            write_article(corpus, name, text)
        if self.is_built:
            done(folder, "build")
        self.change(folder)
        return folder


def done(folder: Path, *arguments: str) -> None:
    """Run a command that has to succeed."""
    outcome = run(folder, *arguments)
    assert outcome.code == 0, outcome.err


def nothing(_folder: Path) -> None:
    """The `Change` that changes nothing."""


def add(folder: Path) -> None:
    write_article(folder / "corpus", "pl/mlyn.md", paragraph("pl"))


def edit(folder: Path) -> None:
    # The answers to two questions change.
    for name, old, new in (
        ("sl/knjiznica.md", "12 evrov", "17 evrov"),
        ("hi/डाकघर.md", "120 रुपये", "95 रुपये"),
    ):
        text = ARTICLES[name]
        assert old in text
        write_article(folder / "corpus", name, text.replace(old, new))


def remove(folder: Path) -> None:
    for name in ("ro/muzeu.txt", "en/bakery.md"):
        (folder / "corpus" / name).unlink()


def change_all(folder: Path) -> None:
    add(folder)
    edit(folder)
    remove(folder)


def damage(folder: Path) -> None:
    """Change one byte in the middle of the FAISS file in use."""
    path = vectors_file(folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def vectors_file(folder: Path) -> Path:
    """Return the FAISS file in use; a killed build may have left one with a higher number."""
    with IndexReader(folder / "index") as reader:
        return vectors_path(folder / "index", reader.state.generation)


def back_up(folder: Path) -> None:
    done(folder, "backup", BACKUP)
    edit(folder)
    done(folder, "build")


QUESTION, *_ = QUESTIONS["pl"]
BACKUP = "saved.kb"

BUILDS = (
    Scenario("first build", ("build",), nothing, is_built=False),
    Scenario("add", ("build",), add),
    Scenario("edit", ("build",), edit),
    Scenario("remove", ("build",), remove),
    Scenario("all changes", ("build",), change_all),
    Scenario("full rebuild", ("build", "--full"), edit),
    Scenario("fresh question", ("search", "--fresh", QUESTION), edit),
)
WRITING = (
    *BUILDS,
    Scenario("saved answer", ("ask", QUESTION), nothing),
    Scenario("restore", ("restore", BACKUP), back_up),
    Scenario("repair", ("doctor", "--repair"), damage, is_healthy=False),
)
# Writes no index, but has one to copy.
BACKING_UP = Scenario("backup", ("backup", "--force", BACKUP), back_up)
SCENARIOS = (*WRITING, BACKING_UP)
