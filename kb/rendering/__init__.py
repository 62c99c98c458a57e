"""Answers and hits to text for people, Markdown for keeping and JSON for programs."""

from collections.abc import Callable

from kb.domain import DocumentId

Locate = Callable[[DocumentId], str]
"""A document to the path that the reader can open."""
