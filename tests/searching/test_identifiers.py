from __future__ import annotations

import pytest

from analysis.searching.identifiers import normal_doi, pmid_in, registration_in, year_in


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://doi.org/10.1016/J.PAIN.2004.07.021", "10.1016/j.pain.2004.07.021"),
        ("doi: 10.1002/14651858.CD010152.pub2.", "10.1002/14651858.cd010152.pub2"),
        ("(10.1016/0197-2456(86)90046-2)", "10.1016/0197-2456(86)90046-2"),
        ("10.1/x", ""),
        ("none", ""),
        # Angle brackets within, plain, in an address or as an entity.
        (
            "10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2",
            "10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2",
        ),
        (
            "https://doi.org/10.1002/(SICI)1097-0258(1998)17:1%3C61::AID-SIM9%3E3.0.CO;2-2",
            "10.1002/(sici)1097-0258(1998)17:1<61::aid-sim9>3.0.co;2-2",
        ),
        ("10.1002/(SICI)1&lt;61::AID-S9&gt;3.0.CO;2-2", "10.1002/(sici)1<61::aid-s9>3.0.co;2-2"),
        ("10.5555/abc</a>", "10.5555/abc"),
        # The address of a page or a PDF has more behind the DOI, and says not always where.
        ("https://example.org/doi/full/10.5555/exa.9", "10.5555/exa.9"),
        ("https://example.org/doi/pdf/10.5555/exa.9?needAccess=true", "10.5555/exa.9"),
        ("https://example.org/10.5555/exa.9/asset/9.pdf?v=1&t=2", "10.5555/exa.9"),
        ("https://example.org/10.5555/exa.9/abstract", "10.5555/exa.9"),
        ("https://www.biorxiv.org/content/10.1101/2020.1.2v3.full.pdf", "10.1101/2020.1.2"),
        ("https://example.org/doi/10.5555/brain/awx1/4567", ""),
        ("https://doi.org/10.5555/x?utm_source=y", "10.5555/x"),
        ("https://example.org/1 doi:10.5555/x", "10.5555/x"),
        ("10.3389/fpsyg.2014.1/full", "10.3389/fpsyg.2014.1"),
        ("10.5555/a; 10.5555/b", "10.5555/a"),
    ],
)
def test_a_doi_is_whole_and_nothing_more(text: str, doi: str) -> None:
    assert normal_doi(text) == doi


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2024//", "2024"),
        ("20240115", "2024"),
        ("202401", "2024"),
        ("May 2, 2015", "2015"),
        ("02/01/2020", "2020"),
        ("2015.0", "2015"),
        ("2014 Jan-Feb", "2014"),
        ("1899", "1899"),
        ("in press", ""),
        ("12345678901", ""),
        ("20249915", ""),
    ],
)
def test_a_year_is_found_in_any_form_of_date(text: str, year: str) -> None:
    assert year_in(text) == year


@pytest.mark.parametrize(
    ("text", "pmid"),
    [
        ("39000001", "39000001"),
        ("39000001.0", "39000001"),
        ("MEDLINE:39000001", "39000001"),
        ("PUBMED 39000001,EMBASE 2001", "39000001"),
        ("Accession Number: 169000001. PMID: NLM39000001.", "39000001"),
        ("https://pubmed.ncbi.nlm.nih.gov/39000001/", "39000001"),
        ("39000001 [http://www.ncbi.nlm.nih.gov/pubmed/?term=39000001]", "39000001"),
        ("PMC1234567", ""),
        ("2014-12345-001", ""),
        ("39000001 participants", ""),
    ],
)
def test_a_pubmed_number_is_found_however_it_is_dressed(text: str, pmid: str) -> None:
    assert pmid_in(text) == pmid


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("CTgov NCT09000002", "NCT09000002"),
        ("ISRCTN 12345678, registered", "ISRCTN12345678"),
        ("EUCTR2010-012345-12-GB", "EUCTR2010-012345-12-GB"),
        ("JPRN-UMIN000012345", "UMIN000012345"),
        ("CTIS2024-512345-12-00", "CTIS2024-512345-12-00"),
        ("2010-012345-12", ""),
    ],
)
def test_a_registration_is_found_in_a_text(text: str, number: str) -> None:
    assert registration_in(text) == number
