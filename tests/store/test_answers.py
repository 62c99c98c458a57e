from pathlib import Path

import pytest

from kb.errors import IndexMissing
from kb.store import IndexWriter, SavedAnswer, load_answers, save_answer
from tests.store.publishing import ARTICLES, publish, publish_in

CONTENTS = ('{"question": "Kaj melje mlin?"}', "चक्की क्या पीसती है?", "łódź 🙂\r\n'\"--", "")


def save_all(folder: Path) -> list[SavedAnswer]:
    return [
        SavedAnswer(save_answer(folder, asked_at=f"2026-02-0{i}", content=content), content)
        for i, content in enumerate(CONTENTS, start=1)
    ]


def test_answers_come_back_as_saved_oldest_first(tmp_path: Path) -> None:
    saved = save_all(publish_in(tmp_path))

    assert load_answers(tmp_path) == tuple(saved)
    assert [answer.id for answer in saved] == [1, 2, 3, 4]


def test_answers_survive_rebuilds(tmp_path: Path) -> None:
    saved = save_all(publish_in(tmp_path))

    with IndexWriter(tmp_path) as writer:
        publish(writer, {"sl/novo.md": "Nov mlin."}, removed=ARTICLES)
        publish(writer, ARTICLES)

    assert load_answers(tmp_path) == tuple(saved)


def test_an_answer_saved_during_a_build_is_kept(tmp_path: Path) -> None:
    publish_in(tmp_path)

    with IndexWriter(tmp_path) as writer:
        saved = save_all(tmp_path)
        publish(writer, {}, removed=["sl/mlin.md"])

    assert load_answers(tmp_path) == tuple(saved)


def test_answers_move_with_the_index(tmp_path: Path) -> None:
    saved = save_all(publish_in(tmp_path / "index"))

    assert load_answers((tmp_path / "index").rename(tmp_path / "drugje")) == tuple(saved)


def test_without_an_index_there_are_no_answers_to_load(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="kb build"):
        load_answers(tmp_path)
