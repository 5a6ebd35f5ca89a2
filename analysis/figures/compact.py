"""The same SVG in half the bytes: a page carries its figures, and a phone has to load them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

Replacement = str | Callable[[re.Match[str]], str]

_TAG = re.compile(r"(<[^>]*>)")
_BETWEEN = "\0"  # in no document
_BETWEEN_TAGS = re.compile(r">\s*\n\s*<")
_NO_ROTATION = re.compile(r' transform="rotate\(-?0 [^)]*\)"')
_XLINK = re.compile(r' xmlns:xlink="[^"]*"|(?<= )xlink:(?=href=)')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_PATH = re.compile(r'(?<= d=")[^"]*')
_AROUND_COMMAND = re.compile(r"\s*([A-Za-z])\s*")
_ID = re.compile(r' id="([^"]*)"')
_REFERENCE = re.compile(r'href="#([^"]*)"|url\(#([^)]*)\)')
_STYLE = re.compile(r' style="([^"]*)"')
_BARE_GROUP = re.compile(r"<g>((?:(?!</?g[ >]).)*)</g>", re.DOTALL)
_CLIPPED_ALIKE = re.compile(r'(<g clip-path="[^"]*">)((?:(?!</?g[ >]).)*)</g>\1', re.DOTALL)


def compact(document: str, mark: str, restyle: Callable[[str], str] = lambda style: style) -> str:
    """matplotlib's SVG without idle ids, repeated styles, and decimals nobody can see.

    Coordinates keep a hundredth of a point. `mark` begins every name that is left, so that
    two figures on one page share none; `restyle` may write each style anew.
    """
    document = _BETWEEN_TAGS.sub("><", document.strip())
    for pattern, shorter in (
        (_NO_ROTATION, ""),
        (_XLINK, ""),
        (_LONG_NUMBER, _hundredths),
        (_PATH, _steps),
    ):
        document = _in_tags(pattern, shorter, document)
    document = _in_tags(_STYLE, lambda found: f' style="{restyle(found[1])}"', document)
    return _with_classes(_with_fewer_groups(_with_short_ids(document, mark)), mark)


def _in_tags(pattern: re.Pattern[str], replacement: Replacement, document: str) -> str:
    """Replace in tags only, in all at once: a trial's name may look like an attribute."""
    parts = _TAG.split(document)
    parts[1::2] = pattern.sub(replacement, _BETWEEN.join(parts[1::2])).split(_BETWEEN)
    return "".join(parts)


def _hundredths(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _steps(path: re.Match[str]) -> str:
    """Blanks only where two numbers meet."""
    return _AROUND_COMMAND.sub(r"\1", " ".join(path[0].split()))


def _with_short_ids(document: str, mark: str) -> str:
    """Short names for the ids that something refers to; the others go."""
    found = _REFERENCE.findall("".join(_TAG.findall(document)))
    used = dict.fromkeys(one or other for one, other in found)
    names = {old: f"{mark}{number}" for number, old in enumerate(used)}

    def kept(found: re.Match[str]) -> str:
        return f' id="{names[found[1]]}"' if found[1] in names else ""

    def pointed(found: re.Match[str]) -> str:
        old = found[1] or found[2]
        return found[0].replace(f"#{old}", f"#{names[old]}")

    return _in_tags(_REFERENCE, pointed, _in_tags(_ID, kept, document))


def _with_fewer_groups(document: str) -> str:
    """Groups that say nothing of their content go; neighbours that are clipped alike join."""
    for pattern, content in ((_BARE_GROUP, r"\1"), (_CLIPPED_ALIKE, r"\1\2")):
        while (fewer := pattern.sub(content, document)) != document:
            document = fewer
    return document


def _with_classes(document: str, mark: str) -> str:
    """Styles that return become classes, named in the style sheet that matplotlib begins with."""
    counted = Counter(_STYLE.findall("".join(_TAG.findall(document))))
    repeated = (style for style, times in counted.items() if times > 2)
    names = {style: f"{mark}s{number}" for number, style in enumerate(repeated)}

    def named(found: re.Match[str]) -> str:
        return f' class="{names[found[1]]}"' if found[1] in names else found[0]

    rules = "".join(f".{name}{{{style}}}" for style, name in names.items())
    return _in_tags(_STYLE, named, document).replace("</style>", f"{rules}</style>", 1)
