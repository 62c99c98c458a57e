"""Any sequence of what people do to articles and index, against a model of it in memory."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kb.cli.wiring import compare
from kb.corpus import Corpus, digest_of
from kb.errors import ExitCode, IndexMissing
from kb.store import IndexReader, load_answers
from tests.cli.articles import write_article
from tests.cli.command import Outcome
from tests.prose import SENTENCES
from tests.reliability.killing import die_before
from tests.reliability.observing import check_health
from tests.reliability.processes import run
from tests.reliability.scenarios import damage
from tests.reliability.sizes import MACHINES, STEPS, RecordFigure

Articles = Mapping[str, str]
"""File names to texts."""

NAMES = st.sampled_from(["sl/a.md", "pl/b.md", "hi/ग.md", "ro/d.txt", "en/e.md", "f.md"])
TEXTS = st.builds(
    lambda language, start: " ".join(SENTENCES[language][start:]),
    st.sampled_from(sorted(SENTENCES)),
    st.integers(0, 6),
)
BACKUP = "saved.kb"


class IndexMachine(RuleBasedStateMachine):
    """Articles, their index and a backup of it; and what has to be in each."""

    commands: ClassVar[Counter[str]] = Counter()
    """How often each command was run, over all machines."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        (self.folder / "corpus").mkdir()
        self.articles: dict[str, str] = {}
        self.indexed: Articles | None = None
        self.backed_up: Articles | None = None
        self.answers: set[int] = set()
        self.generation = 0
        self.is_damaged = False

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    # What people do to articles

    @rule(name=NAMES, text=TEXTS)
    def write(self, name: str, text: str) -> None:
        write_article(self.folder / "corpus", name, text)
        self.articles[name] = text

    @precondition(lambda self: self.articles)
    @rule(data=st.data(), name=NAMES)
    def rename(self, data: st.DataObject, name: str) -> None:
        old = data.draw(st.sampled_from(sorted(self.articles)))
        target = self.folder / "corpus" / name
        target.parent.mkdir(exist_ok=True)
        (self.folder / "corpus" / old).rename(target)
        self.articles[name] = self.articles.pop(old)

    @precondition(lambda self: self.articles)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.articles)))
        (self.folder / "corpus" / name).unlink()
        del self.articles[name]

    # What they do to the index

    @rule(full=st.booleans())
    def build(self, full: bool) -> None:
        outcome = self.kb("build", *(["--full"] if full else []))
        self.expect_build(outcome)

    @rule()
    def build_and_prune(self) -> None:
        outcome = self.kb("build", "--prune")
        if not self.indexed and not self.articles:
            assert outcome.code == ExitCode.ERROR
        else:
            assert outcome.code == 0, outcome.err
            self.take_over()

    @rule(number=st.integers(0, 40))
    def kill_a_build(self, number: int) -> None:
        outcome = self.kb("build", deadly=number)
        if outcome.code >= 0:
            self.expect_build(outcome)
            return
        if self.in_index() != self.indexed:
            assert self.in_index() == self.articles
            self.take_over()
        elif self.is_damaged:  # The build may have come as far as to mend that.
            self.is_damaged = self.kb("doctor").code == ExitCode.UNHEALTHY

    @rule(text=TEXTS)
    def ask(self, text: str) -> None:
        outcome = self.kb("--quiet", "ask", "--format", "json", text)
        if self.indexed is None:
            if not self.articles:
                assert outcome.code == ExitCode.ERROR
                return
            self.take_over()
        assert outcome.code in {ExitCode.ANSWERED, ExitCode.NO_ANSWER}, outcome.err
        assert self.indexed is not None
        for citation in json.loads(outcome.out)["citations"]:
            name = citation["document_id"]
            assert self.articles[name] == self.indexed[name]
            assert citation["text"] in self.articles[name]
        self.answers.add(max(self.answers, default=0) + 1)

    @precondition(lambda self: self.indexed is not None)
    @rule()
    def back_up(self) -> None:
        assert self.kb("backup", "--force", BACKUP).code == 0
        self.backed_up = self.indexed

    @precondition(lambda self: self.backed_up is not None)
    @rule()
    def restore(self) -> None:
        assert self.kb("restore", BACKUP).code == 0
        self.take_over(self.backed_up)

    @precondition(lambda self: self.indexed is not None)
    @rule()
    def damage_the_vectors(self) -> None:
        if not self.is_damaged:
            damage(self.folder)
        self.is_damaged = True

    @precondition(lambda self: self.indexed is not None)
    @rule()
    def repair(self) -> None:
        assert self.kb("doctor", "--repair").code == 0
        self.is_damaged = False

    # What has to be true all the time

    @invariant()
    def the_index_holds_what_was_published(self) -> None:
        assert self.in_index() == self.indexed

    @invariant()
    def freshness_names_exactly_what_differs(self) -> None:
        if self.indexed is None:
            return
        with IndexReader(self.folder / "index") as reader:
            freshness = compare(Corpus(self.folder / "corpus"), reader)
        both = self.articles.keys() & self.indexed.keys()
        assert freshness.new == self.articles.keys() - self.indexed.keys()
        assert freshness.removed == self.indexed.keys() - self.articles.keys()
        assert freshness.changed == {n for n in both if self.articles[n] != self.indexed[n]}

    @invariant()
    def the_doctor_finds_the_damage_that_was_done_and_no_other(self) -> None:
        if self.is_damaged:
            assert self.kb("doctor").code == ExitCode.UNHEALTHY
        elif self.indexed is not None:
            check_health(self.folder)

    @invariant()
    def no_saved_answer_is_lost(self) -> None:
        if self.indexed is not None:
            assert {a.id for a in load_answers(self.folder / "index")} == self.answers

    @invariant()
    def no_generation_has_the_number_of_an_older_one(self) -> None:
        if self.indexed is not None:
            with IndexReader(self.folder / "index") as reader:
                assert reader.state.generation >= self.generation
                self.generation = reader.state.generation

    # How it is done

    def kb(self, *arguments: str, deadly: int | None = None) -> Outcome:
        if deadly is None:
            outcome = run(self.folder, *arguments)
        else:
            outcome = run(self.folder, *arguments, prepare=partial(die_before, deadly))
        IndexMachine.commands["killed" if outcome.code < 0 else "commands"] += 1
        return outcome

    def expect_build(self, outcome: Outcome) -> None:
        """Refused when most articles are gone, else done."""
        before = self.indexed or {}
        texts = self.articles.values()  # A renamed article is not lost.
        lost = [n for n in before if n not in self.articles and before[n] not in texts]
        if 2 * len(lost) > len(before) or not (before or self.articles):
            assert outcome.code == ExitCode.ERROR
            assert not before or "--prune" in outcome.complaint
        else:
            assert outcome.code == 0, outcome.err
            self.take_over()

    def take_over(self, articles: Articles | None = None) -> None:
        """Note that `articles`, by default those on disk, are what is indexed now."""
        self.indexed = dict(self.articles if articles is None else articles)
        self.is_damaged = False

    def in_index(self) -> Articles | None:
        """Return what the index holds; a text that is not one of ours shows as its digest."""
        try:
            reader = IndexReader(self.folder / "index")
        except IndexMissing:
            return None
        ours = (self.articles, self.indexed or {}, self.backed_up or {})
        texts = {digest_of(t.encode()): t for articles in ours for t in articles.values()}
        with reader:
            return {d.id: texts.get(d.digest, d.digest) for d in reader.documents()}


def test_the_index_is_what_the_model_says(record_property: RecordFigure) -> None:
    run_state_machine_as_test(
        IndexMachine,
        settings=settings(
            max_examples=MACHINES,
            stateful_step_count=STEPS,
            # A failing sequence is shown as it was found: to find a shorter one takes minutes.
            phases=[Phase.generate],
        ),
    )
    for what, count in IndexMachine.commands.items():
        record_property(what, count)
