"""The bundled questions, asked over the example articles among generated ones.

Benchmarks ask them with parts of retrieval changed, to see what each part gives.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import ModuleType

from kb.answering import compose_answer
from kb.cli.bundled import bundled_question_files, bundled_settings, clone_folder
from kb.cli.wiring import OpenIndex, open_index, run_build
from kb.domain import Answer
from kb.evaluation.outcomes import Outcome
from kb.evaluation.questions import JudgedQuestion, Wording, parse_questions
from kb.judging import DEPTH, judge
from kb.retrieval import Retrieval, Retriever

Change = tuple[ModuleType | type, str, object]
"""Whose attribute, its name, and the value that it gets."""


@contextmanager
def bundled_index(distractors: int, changes: Sequence[Change] = ()) -> Iterator[OpenIndex]:
    """Yield an index of the example articles among so many generated ones.

    It is opened, not built, with `changes`.
    """
    with bundled_settings(clone_folder(), distractors=distractors, model=None) as settings:
        run_build(settings, full=False, quiet=True)
        with changed(changes), open_index(settings, quiet=True) as index:
            yield index


@contextmanager
def changed(changes: Sequence[Change]) -> Iterator[None]:
    """Give attributes other values for a while."""
    with ExitStack() as stack:
        for module, name, value in changes:
            stack.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, value)
        yield


def ask(
    index: OpenIndex, questions: Sequence[JudgedQuestion], *, depth: int = DEPTH
) -> tuple[Outcome, ...]:
    """Return what every wording found among the first `depth` passages; none is answered."""
    retriever = Retriever(index.reader, index.vectors, index.retriever.embedder)

    def retrieve(question: str) -> Retrieval:
        return retriever.retrieve(question, k=depth)

    def compose(wording: Wording, found: Retrieval) -> Answer:
        nothing = replace(found, hits=(), is_relevant=False)
        return compose_answer(
            wording.text, nothing, index.corpus.text, language=None, model="", generation=0
        )

    return judge(questions, index.reader, index.corpus.text, retrieve=retrieve, compose=compose)


def bundled_questions() -> dict[str, list[JudgedQuestion]]:
    """Return the plain questions and each half of the judged ones, those with an answer."""
    root = clone_folder()
    core = root / "tests" / "quality" / "core.jsonl"
    plain, judged = (
        [
            question
            for path in paths
            for question in parse_questions(path.read_text("utf-8"), str(path))
            if question.expected
        ]
        for paths in ([core], bundled_question_files(root))
    )
    halves = {
        f"judged, {name} half": [question for question in judged if question.split == split]
        for name, split in (("tuning", "tune"), ("test", "test"))
    }
    return {"plain": plain, **halves}
