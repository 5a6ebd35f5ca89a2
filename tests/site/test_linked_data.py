"""Every page of the site describes itself to programs."""

from __future__ import annotations

import json

from analysis.book.linked_data import DESCRIBED_BY, DOWNLOADS
from tests.site.reading import Documents


def test_every_page_describes_the_article_and_its_data(documents: Documents) -> None:
    for name, document in documents.items():
        (block,) = document.find_all("script", type="application/ld+json")
        graph = json.loads(str(block.string))["@graph"]
        assert {"ScholarlyArticle", "Dataset"} <= {node["@type"] for node in graph}, name
        assert document.find("meta", attrs={"name": "citation_title"}), name
        links = [str(link["href"]) for link in document.find_all("link", rel="describedby")]
        assert [link.rpartition(DOWNLOADS)[2] for link in links] == [*DESCRIBED_BY], name
