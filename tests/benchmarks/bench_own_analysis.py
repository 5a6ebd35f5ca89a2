"""What one change of the reader's own analysis costs the browser.

Of the question with the most trials, on the site as it was built last: every trial is ticked off
in turn. Between a change and the picture there are 16 ms, or the reader sees it lag.
"""

from __future__ import annotations

from statistics import median

from tests.evidence.folder import ROOT
from tests.site.browser import chromium

PAGE = ROOT / "_build" / "html" / "effects" / "non-headache-disability-post.html"
TICK = """() => [...document.querySelectorAll(".own-analysis input[type=checkbox]")].map((box) => {
  const from = performance.now();
  box.click();
  document.body.getBoundingClientRect();
  return performance.now() - from;
})"""


def main() -> None:
    """Print the median and the slowest change."""
    with chromium() as browser:
        page = browser.new_page()
        page.goto(PAGE.as_uri())
        spent: list[float] = page.evaluate(TICK)
    print(f"{len(spent)} trials: median {median(spent):.1f} ms, slowest {max(spent):.1f} ms")


if __name__ == "__main__":
    main()
