"""The same SVG in half the bytes: a page carries its figures, and a phone has to load them."""

from __future__ import annotations

import re
from collections import Counter

_BETWEEN_TAGS = re.compile(r">\s*\n\s*<")
_NO_ROTATION = re.compile(r' transform="rotate\(-?0 [^)]*\)"')
_TAG = re.compile(r"<[^>]*>")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_PATH = re.compile(r'\bd="([^"]*)"')
_AROUND_COMMAND = re.compile(r"\s*([A-Za-z])\s*")
_ID = re.compile(r' id="([^"]*)"')
_REFERENCE = re.compile(r'href="#([^"]*)"|url\(#([^)]*)\)')
_STYLE = re.compile(r' style="([^"]*)"')
_BARE_GROUP = re.compile(r"<g>((?:(?!</?g[ >]).)*)</g>", re.DOTALL)
_CLIPPED_ALIKE = re.compile(r'(<g clip-path="[^"]*">)((?:(?!</?g[ >]).)*)</g>\1', re.DOTALL)


def compact(document: str, mark: str) -> str:
    """matplotlib's SVG without idle ids, repeated styles, and decimals nobody can see.

    Coordinates keep a hundredth of a point. `mark` begins every name that is left, so that
    two figures on one page share none.
    """
    document = _NO_ROTATION.sub("", _BETWEEN_TAGS.sub("><", document.strip()))
    document = document.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    document = document.replace(" xlink:href=", " href=")
    document = _TAG.sub(lambda tag: _LONG_NUMBER.sub(_hundredths, tag[0]), document)
    document = _PATH.sub(_shorter_path, document)
    return _with_classes(_with_fewer_groups(_with_short_ids(document, mark)), mark)


def _hundredths(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _shorter_path(path: re.Match[str]) -> str:
    """Blanks only where two numbers meet."""
    steps = _AROUND_COMMAND.sub(r"\1", " ".join(path[1].split()))
    return f'd="{steps}"'


def _with_short_ids(document: str, mark: str) -> str:
    """Short names for the ids that something refers to; the others go."""
    used = dict.fromkeys(one or other for one, other in _REFERENCE.findall(document))
    names = {old: f"{mark}{number}" for number, old in enumerate(used)}

    def kept(found: re.Match[str]) -> str:
        return f' id="{names[found[1]]}"' if found[1] in names else ""

    def pointed(found: re.Match[str]) -> str:
        old = found[1] or found[2]
        return found[0].replace(f"#{old}", f"#{names[old]}")

    return _REFERENCE.sub(pointed, _ID.sub(kept, document))


def _with_fewer_groups(document: str) -> str:
    """Groups that say nothing of their content go; neighbours that are clipped alike join."""
    for pattern, content in ((_BARE_GROUP, r"\1"), (_CLIPPED_ALIKE, r"\1\2")):
        while (fewer := pattern.sub(content, document)) != document:
            document = fewer
    return document


def _with_classes(document: str, mark: str) -> str:
    """Styles that return become classes, named in the style sheet that matplotlib begins with."""
    counted = Counter(_STYLE.findall(document))
    names = {
        style: f"{mark}s{number}"
        for number, style in enumerate(s for s, times in counted.items() if times > 2)
    }

    def named(found: re.Match[str]) -> str:
        return f' class="{names[found[1]]}"' if found[1] in names else found[0]

    rules = "".join(f".{name}{{{style}}}" for style, name in names.items())
    return _STYLE.sub(named, document).replace("</style>", f"{rules}</style>", 1)
