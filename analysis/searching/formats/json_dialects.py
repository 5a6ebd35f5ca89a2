"""Which path is which field in the JSON of Europe PMC's and ClinicalTrials.gov's interfaces."""

from __future__ import annotations

from analysis.searching.formats.dialects import Dialect

_PROTOCOL = "protocolSection"
EUROPEPMC_JSON = Dialect(
    "Europe PMC's JSON",
    {
        "title": ("title",),
        "authors": ("authorList.author.fullName", "authorString"),
        "year": ("journalInfo.yearOfPublication", "pubYear", "firstPublicationDate"),
        "journal": ("journalInfo.journal.title", "bookOrReportDetails.publisher"),
        "volume": ("journalInfo.volume",),
        "issue": ("journalInfo.issue",),
        "pages": ("pageInfo",),
        "abstract": ("abstractText",),
        "doi": ("doi",),
        "pmid": ("pmid",),
        # Its numbers are unique within the source that it had a record from.
        "accession": ("source/id",),
        "kind": ("pubTypeList.pubType",),
    },
)
CLINICALTRIALS_JSON = Dialect(
    "ClinicalTrials.gov's JSON",
    {
        "title": (
            f"{_PROTOCOL}.identificationModule.briefTitle",
            f"{_PROTOCOL}.identificationModule.officialTitle",
        ),
        "authors": (f"{_PROTOCOL}.sponsorCollaboratorsModule.leadSponsor.name",),
        "year": (
            f"{_PROTOCOL}.statusModule.studyFirstPostDateStruct.date",
            f"{_PROTOCOL}.statusModule.studyFirstSubmitDate",
            f"{_PROTOCOL}.statusModule.startDateStruct.date",
        ),
        "abstract": (
            f"{_PROTOCOL}.descriptionModule.briefSummary",
            f"{_PROTOCOL}.conditionsModule.conditions",
            f"{_PROTOCOL}.armsInterventionsModule.interventions.name",
            f"{_PROTOCOL}.outcomesModule.primaryOutcomes.measure",
        ),
        "accession": (f"{_PROTOCOL}.identificationModule.nctId",),
        "registration": (f"{_PROTOCOL}.identificationModule.nctId",),
    },
    kind="registry",
    joined=frozenset({"kind", "abstract"}),
)
