"""Whether an index holds an answer at all: what speaks for one, compared with a limit."""

from kb.vectors import Vector

CONSULTED = 5
"""Hits that may speak for an answer."""

# First, simple limits for "not in your articles".
MIN_CONFIDENCE = 0.30
MIN_DEVIATIONS = 2.0


def is_relevant(confidence: float, cosines: Vector, *, is_coverage: bool) -> bool:
    """True when `confidence` speaks for an answer, `cosines` being those of all candidates.

    With `is_coverage` it is a share of the question that is covered, comparable between
    questions. The cosines of a model without token vectors are not, so there the best passage
    has to stand out from the other candidates.
    """
    if not len(cosines) or confidence <= 0:
        return False
    if is_coverage:
        return confidence >= MIN_CONFIDENCE
    deviation = float(cosines.std())
    return deviation == 0 or confidence >= cosines.mean() + MIN_DEVIATIONS * deviation
