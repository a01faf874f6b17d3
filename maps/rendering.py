"""Templates of the pictures and documents, every value escaped unless it says it is markup."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

__all__ = ["embedded_json", "render"]

_TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(template: str, values: Mapping[str, object]) -> str:
    """Return a template of `maps/templates` filled with values, escaped for HTML.

    Parameters
    ----------
    template : str
        File name.
    values : mapping
        What it names; a name it lacks raises `jinja2.UndefinedError`.
    """
    return _environment().get_template(template).render(values)


def embedded_json(value: object) -> Markup:
    """Return JSON that cannot end the script element it stands in.

    The five characters that HTML or JavaScript could read as something else are written as
    escapes of JSON, so that a name like `</script>` stays a name.
    """
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return Markup(written)  # noqa: S704  (escaped above; it stands in a script element)
