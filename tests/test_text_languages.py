"""Languages as numbers say what the list of languages says."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kb.domain import LanguageCode
from kb.text_languages import TextLanguages
from tests.prose import LANGUAGES

lists = st.lists(st.sampled_from([*map(LanguageCode, LANGUAGES), None]), max_size=40)


@given(languages=lists)
def test_every_text_keeps_its_language(languages: list[LanguageCode | None]) -> None:
    spoken = TextLanguages.of(languages)

    assert [spoken.names[number] for number in spoken.numbers] == languages
    assert len(spoken) == len(languages)
    assert {name: places.tolist() for name, places in spoken.texts_in()} == {
        name: [place for place, own in enumerate(languages) if own == name]
        for name in set(languages)
    }


@given(languages=lists, data=st.data())
def test_some_texts_are_in_the_languages_that_they_were_in(
    languages: list[LanguageCode | None], data: st.DataObject
) -> None:
    places = data.draw(st.lists(st.integers(0, len(languages) - 1))) if languages else []

    some = TextLanguages.of(languages).at(np.array(places, dtype=np.intp))

    assert [some.names[number] for number in some.numbers] == [languages[i] for i in places]


@given(languages=lists)
def test_a_language_without_a_value_has_the_default(languages: list[LanguageCode | None]) -> None:
    spoken = TextLanguages.of(languages)
    values = {LanguageCode("pl"): np.ones(3, dtype=np.float32), None: np.full(3, 2, np.float32)}

    rows = spoken.rows(values, np.zeros(3, dtype=np.float32))

    assert rows.tolist() == [[{"pl": 1, None: 2}.get(name, 0)] * 3 for name in spoken.names]
