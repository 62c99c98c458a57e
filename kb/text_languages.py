"""In which language each of many texts is, as numbers: arrays are quick to count and to scale."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from kb.domain import LanguageCode
from kb.vectors import Matrix, Vector


@dataclass(frozen=True, slots=True)
class TextLanguages:
    """The languages that some texts are in, and the place among them of each text's own."""

    names: tuple[LanguageCode | None, ...]
    numbers: npt.NDArray[np.uint16]

    @classmethod
    def of(cls, languages: Sequence[LanguageCode | None]) -> Self:
        names = tuple(sorted(set(languages), key=lambda name: name or ""))
        place = {name: number for number, name in enumerate(names)}
        return cls(names, np.array([place[name] for name in languages], dtype=np.uint16))

    def __len__(self) -> int:
        return len(self.numbers)

    def at(self, places: npt.NDArray[np.intp]) -> "TextLanguages":
        """Return those of the texts at `places`."""
        return TextLanguages(self.names, self.numbers[places])

    def texts_in(self) -> Iterator[tuple[LanguageCode | None, npt.NDArray[np.intp]]]:
        """Yield each language that there is a text in, with the places of its texts."""
        for number, name in enumerate(self.names):
            places = np.flatnonzero(self.numbers == number)
            if len(places):
                yield name, places

    def rows(self, values: Mapping[LanguageCode | None, Vector], default: Vector) -> Matrix:
        """Return the value of each of `names`, `(names, length of a value)`."""
        return np.stack([default, *(values.get(name, default) for name in self.names)])[1:]
