"""A run: what was asked of what, and every outcome. Enough to compare it with another later."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.evaluation.outcomes import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All outcomes over one index, with what tells runs apart."""

    version: str
    """Of kb."""
    model: str
    fingerprint: str
    articles: int
    passages: int
    articles_sha256: str
    """Of the paths and contents of all articles."""
    run_at: str
    outcomes: tuple[Outcome, ...]


def headline(run: Run) -> str:
    """Return in a line what was asked of what."""
    answerable = _counted([one for one in run.outcomes if one.is_answerable])
    unanswerable = _counted([one for one in run.outcomes if not one.is_answerable])
    return (
        f"{answerable} answerable and {unanswerable} unanswerable questions (wordings)"
        f" over {run.passages} passages in {run.articles} articles, model {run.model}"
    )


def _counted(outcomes: Sequence[Outcome]) -> str:
    return f"{len({one.question_id for one in outcomes})} ({len(outcomes)})"
