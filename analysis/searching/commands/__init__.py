"""The commands of the living loop: parse, call, say what happened and what comes next."""

from analysis.searching.commands.extract import extract_app
from analysis.searching.commands.screen import agreement, screen
from analysis.searching.commands.search import search_app

__all__ = ["agreement", "extract_app", "screen", "search_app"]
