"""The language asked for in the environment, read without loading the settings' library.

`api.settings` reads everything else; no other module reads the environment.
"""

import os

from data.text import Language

__all__ = ["language_from_environment"]


def language_from_environment() -> Language:
    """Return the language named by PHUSONG_LANG, Vietnamese when it names none of ours."""
    wanted = os.environ.get("PHUSONG_LANG", "").strip().lower()[:2]
    return Language.EN if wanted == Language.EN.value else Language.VI
