"""What axe-core finds on a page that stands in the browser: every rule on, nothing left out."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

__all__ = ["violations"]

_LOOK = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.flatMap((one) =>
    one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
}"""
"""What passes is not described: describing it takes as long as looking."""


def violations(page: Page) -> list[str]:
    """Return the rule and the element of each violation."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[str] = page.evaluate(_LOOK)
    return found
