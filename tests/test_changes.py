from hypothesis import given
from hypothesis import strategies as st

from kb.changes import TICK_NS, FileStamp, lost_documents, plan_rebuild, suspects
from kb.domain import DocumentId

_IDS = st.sampled_from([DocumentId(id_) for id_ in ("žito.md", "a/młyn.txt", "गेहूँ.md", "ș.md")])
_MANIFESTS = st.dictionaries(_IDS, st.sampled_from(["digest 1", "digest 2"]))
_STAMPS = st.dictionaries(
    _IDS, st.builds(FileStamp, st.integers(0, 1), st.integers(0, 1), st.integers(0, 1))
)

Manifest = dict[DocumentId, str]
Stamps = dict[DocumentId, FileStamp]


@given(indexed=_MANIFESTS, corpus=_MANIFESTS)
def test_applying_a_plan_reaches_the_corpus(indexed: Manifest, corpus: Manifest) -> None:
    plan = plan_rebuild(indexed, corpus)

    after = {id_: digest for id_, digest in indexed.items() if id_ not in plan.to_remove}
    after |= {id_: corpus[id_] for id_ in plan.to_index}

    assert after == corpus


@given(indexed=_MANIFESTS, corpus=_MANIFESTS)
def test_a_plan_touches_nothing_that_is_unchanged(indexed: Manifest, corpus: Manifest) -> None:
    plan = plan_rebuild(indexed, corpus)

    assert plan.to_keep == {id_ for id_, _ in indexed.items() & corpus.items()}
    assert not plan.to_keep & (plan.to_index | plan.to_remove)


@given(indexed=_MANIFESTS, corpus=_MANIFESTS)
def test_every_document_has_one_fate(indexed: Manifest, corpus: Manifest) -> None:
    plan = plan_rebuild(indexed, corpus)

    assert plan.added == corpus.keys() - indexed.keys()
    assert plan.removed == indexed.keys() - corpus.keys()
    assert plan.changed == (indexed.keys() & corpus.keys()) - plan.to_keep


@given(manifest=_MANIFESTS, other=_MANIFESTS)
def test_a_plan_is_empty_exactly_when_nothing_changed(manifest: Manifest, other: Manifest) -> None:
    assert plan_rebuild(manifest, dict(manifest)).is_empty
    assert plan_rebuild(manifest, other).is_empty == (manifest == other)


def test_a_renamed_document_is_removed_and_added() -> None:
    old, new = DocumentId("staro ime.md"), DocumentId("mapa/novo ime.md")

    plan = plan_rebuild({old: "digest"}, {new: "digest"})

    assert plan.removed == {old}
    assert plan.added == {new}


@given(indexed=_STAMPS, corpus=_STAMPS)
def test_suspects_are_the_documents_on_both_sides_whose_stamp_differs(
    indexed: Stamps, corpus: Stamps
) -> None:
    differing = {id_ for id_ in indexed.keys() & corpus.keys() if indexed[id_] != corpus[id_]}

    assert suspects(indexed, corpus, scanned_ns=TICK_NS + 2) == differing


@given(indexed=_STAMPS, corpus=_STAMPS, scanned_ns=st.integers(-1, 3))
def test_a_file_that_was_young_when_it_was_read_is_suspect_though_its_stamp_is_the_same(
    indexed: Stamps, corpus: Stamps, scanned_ns: int
) -> None:
    young = {id_ for id_ in corpus if id_ in indexed and indexed[id_].modified_ns >= scanned_ns}

    assert young <= suspects(indexed, corpus, scanned_ns=scanned_ns + TICK_NS) <= indexed.keys()


@given(indexed=_MANIFESTS, corpus=_MANIFESTS)
def test_lost_is_what_is_neither_under_its_name_nor_under_another(
    indexed: Manifest, corpus: Manifest
) -> None:
    lost = lost_documents(indexed, corpus)

    assert lost <= plan_rebuild(indexed, corpus).removed
    assert not {indexed[id_] for id_ in lost} & set(corpus.values())
    assert all(indexed[id_] in corpus.values() for id_ in indexed.keys() - corpus.keys() - lost)
