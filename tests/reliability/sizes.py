"""How much the tests of this folder do: a sample in `make check`, all of it in `make torture`."""

import os
from typing import Protocol

IS_TORTURE = "KB_TORTURE" in os.environ

KILLS_AT_ANY_MOMENT = 15 if IS_TORTURE else 2
CUTS_PER_SCENARIO = 1_000_000 if IS_TORTURE else 6
CONCURRENT_S = 60 if IS_TORTURE else 5
FAULTS = 50 if IS_TORTURE else 6
MACHINES, STEPS = (50, 30) if IS_TORTURE else (8, 15)


class RecordFigure(Protocol):
    """pytest's `record_property`, for what `make torture` adds up and shows."""

    def __call__(self, name: str, value: object, /) -> None: ...
