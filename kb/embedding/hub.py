"""Downloading a model from the Hugging Face hub: the only code of kb that uses a network."""

from pathlib import Path

from kb.embedding.loading import INSTALL
from kb.embedding.local_models import NOT_NEEDED
from kb.errors import ModelUnusable

_TIMEOUT_SECONDS = 10.0


def pull_model(name: str, *, show_progress: bool) -> Path:
    """Download the model called `name` into the cache of the hub and return its folder.

    What is there already is not downloaded again, and a download that was interrupted goes on.
    Raises: `ModelUnusable`.
    """
    try:
        from huggingface_hub import HfApi, snapshot_download
        from huggingface_hub.utils import logging
        from huggingface_hub.utils.tqdm import disable_progress_bars
    except ImportError as error:
        raise ModelUnusable(name, INSTALL) from error
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # the library has no types
    if not show_progress:
        disable_progress_bars()
    try:
        # A hub that does not answer is found out here: the download itself would wait for long.
        HfApi().model_info(name, timeout=_TIMEOUT_SECONDS)
        return Path(snapshot_download(name, ignore_patterns=list(NOT_NEEDED)))
    except Exception as error:  # Of the hub, of its HTTP library, or of the system.
        raise ModelUnusable(name, f"it was not downloaded: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    if isinstance(error, GatedRepoError):
        return "its owner gives it only to users who accept terms and log in (`hf auth login`)"
    if isinstance(error, RepositoryNotFoundError):
        return "the hub has no public model of that name (OWNER/NAME)"
    if isinstance(error, HFValidationError):
        return "this is no name of a model (OWNER/NAME)"
    if isinstance(error, OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE forbids it"
    return f"the hub cannot be reached ({type(error).__name__}: {error})"
