"""What every model of the sentence-transformers library needs when it is loaded and used."""

from collections.abc import Iterator
from contextlib import contextmanager

from kb.errors import ModelUnusable

INSTALL = "it needs the sentence-transformers library; run `pip install sentence-transformers`"


@contextmanager
def library_errors(name: str) -> Iterator[None]:
    """Turn what the libraries raise into an error that names the model. Quiets them, too.

    Raises: `ModelUnusable`.
    """
    try:
        from transformers.utils import logging
    except ImportError as error:
        raise ModelUnusable(name, INSTALL) from error
    # It would show a bar for the weights, even in a pipe, and advice for those who program.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        yield
    except (
        Exception
    ) as error:  # A bad folder or device raises whatever its part of the library does.
        raise ModelUnusable(name, f"{type(error).__name__}: {error}") from error
