"""The words of a piece of a page: what a reader reads of its markup."""

from __future__ import annotations

import html
import re

_UNREAD = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)
_BREAK = re.compile(r"<(?:br|/?(?:p|li|td|th|dt|dd|div|ul|ol))\b[^>]*>")
_TAG = re.compile(r"<[^>]+>")


def text_of(markup: str) -> str:
    """One line of text; a word is not parted by what stands within it, and a block is."""
    said = _TAG.sub("", _BREAK.sub(" ", _UNREAD.sub("", markup)))
    return " ".join(html.unescape(said).split())
