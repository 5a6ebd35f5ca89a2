"""A page that stands alone: one file with its styles and figures within, no script, no request.

A version's own page is kept so, and read in years; what compares versions is written the same way,
because each pair of versions is one more page, and one of these costs no notebook.
"""

from __future__ import annotations

import re

from analysis.pages.html import Html, element, join, text

# Nothing may be asked of anybody, and no script may run, whatever got into the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --muted: #4d5560; --ground: #fff;
  --rule: #c9ced6; --soft: #f3f5f8; --link: #0b57c2; --mark: #0b57c2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --muted: #b4bac3;
  --ground: #14181e; --rule: #454d59; --soft: #1f252d; --link: #8ab8ff; --mark: #8ab8ff; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--ground); line-height: 1.5;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
header, main, footer { max-width: 64rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1rem; } footer { padding-block: 1.5rem 3rem; color: var(--muted); }
a { color: var(--link); } a:focus-visible, [tabindex]:focus-visible, summary:focus-visible {
  outline: 2px solid var(--link); outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; padding: 0;
  margin: 0; }
h1 { font-size: clamp(1.5rem, 1.1rem + 2vw, 2.1rem); line-height: 1.2; margin: 1rem 0 .8rem; }
h2 { font-size: 1.35rem; margin: 2.2rem 0 .6rem; padding-top: .6rem;
  border-top: 1px solid var(--rule); }
h3 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; } h4 { margin: 1.2rem 0 .3rem; }
p, ul, ol, dl { max-width: 46rem; } small { color: var(--muted); font-size: .87em; }
.notice { border: 2px solid var(--mark); border-radius: .4rem; padding: .7rem 1rem;
  background: var(--soft); max-width: none; }
.facts { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .3rem 1rem; }
.facts dt { font-weight: 650; } .facts dd { margin: 0; }
.table-scroll { overflow-x: auto; margin-block: 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
caption { text-align: left; font-weight: 650; padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .7rem .45rem 0;
  border-bottom: 1px solid var(--rule); overflow-wrap: break-word; }
thead th { border-bottom: 2px solid var(--muted); } td.number, th.number { text-align: right; }
td small, td .plain { display: block; } .plain { font-weight: 650; }
.nowrap { white-space: nowrap; }
svg.forest-strip { display: block; width: 100%; max-width: 24rem; height: auto; }
td svg.forest-strip { min-width: 8rem; max-width: 9.5rem; }
.forest-strip-estimate { color: var(--mark); }
.question { border-bottom: 1px solid var(--rule); padding-bottom: 1rem; }
.strips { display: grid; grid-template-columns: 11rem minmax(10rem, 24rem) 1fr;
  gap: .35rem 1rem; align-items: center; }
.strips .when { font-weight: 650; }
.strips .forest-strip-tick { font-size: 6.5px; }
.strips .when.last, .strips .last ~ .last ~ div { align-self: start; padding-top: .35rem; }
.strips .first { color: var(--muted); }
.strips .first .forest-strip-estimate { color: var(--muted); }
.kind { display: inline-block; border: 1.5px solid; border-radius: 1rem; padding: 0 .6rem;
  font-size: .85rem; font-weight: 650; white-space: nowrap; }
.kind.corrections { border-style: dashed; } .kind.method { border-style: dotted; }
.kind.unknown { border-color: var(--rule); }
@media (max-width: 44rem) {
  .strips { grid-template-columns: 1fr; gap: .1rem; }
  .strips .when { margin-top: .5rem; } .facts { grid-template-columns: 1fr; }
  .facts dd { margin-bottom: .4rem; }
  .cards thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px;
    overflow: hidden; }
  .cards tr, .cards th, .cards td { display: block; border: 0; padding: .1rem 0; }
  .cards tr { border-bottom: 1px solid var(--rule); padding-block: .6rem; }
  .labelled td::before { content: attr(data-label) ": "; color: var(--muted); }
}
@media print { :root { color-scheme: light; } header nav { display: none; }
  .question, tr { break-inside: avoid; } a { color: inherit; } }
"""
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def standalone(title: str, navigation: Html, *content: object, footer: object = "") -> bytes:
    """The whole page; `navigation` is a list of links, `content` begins with the first heading."""
    head = join(
        (
            Html('<meta charset="utf-8"/>'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"/>'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1"/>'),
            element("title", title),
            Html(f"<style>{STYLE}</style>"),
        ),
        "\n",
    )
    body = join(
        (
            element("header", element("nav", navigation, aria_label="Where to go")),
            element("main", element("article", join(content, "\n"))),
            element("footer", footer) if footer else Html(""),
        ),
        "\n",
    )
    page = join((Html("<!DOCTYPE html>\n<html lang=\"en\"><head>"), head, Html("</head>\n<body>"),
                 body, Html("</body></html>\n")))  # fmt: skip
    return str(page).encode()


def without_links_out(content: Html) -> Html:
    """The markup with links within the page and to the web, where any other becomes its text.

    Other pages of the site may be gone when the page is read.
    """

    def kept(found: re.Match[str]) -> str:
        return found[0] if found[1].startswith(("#", "https://", "http://")) else found[2]

    return Html(LINK.sub(kept, str(text(content))))
