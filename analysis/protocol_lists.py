"""What a team lists in the protocol: who is eligible, why reports are excluded, which sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from keyword import iskeyword
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from analysis.files.slugs import SLUG
from analysis.protocol_rules import Frozen, Moderator

# As people write it in a spreadsheet, which may begin a cell with a capital: small letters.
PLAIN_WORDS = r"^[a-z0-9]+([ -][a-z0-9]+)*$"
Name = Annotated[str, Field(pattern=PLAIN_WORDS, max_length=60)]
# Each has a key of its own in the terminal.
MOST_CRITERIA = 20
MarkedWord = Annotated[str, Field(pattern=r"^[^\s*][^*]*[^\s*]\*?$", max_length=60)]


class Eligibility(Frozen):
    participants: str
    intervention: str
    comparator: str
    design: str
    minimum_arm_size: Annotated[int, Field(ge=1, le=1000)]
    arm_size_from: tuple[Literal["row", "analysed", "randomised"], ...]

    def says(self, criterion: str) -> str:
        """What is said of an exclusion criterion by its name; blank where nothing is."""
        said = {
            "participants": self.participants,
            "intervention": self.intervention,
            "comparator": self.comparator,
            "design": self.design,
            "arm size": f"at least {self.minimum_arm_size} in each arm",
        }
        return said.get(criterion, "")


class ExclusionCriterion(Frozen):
    """Why a report is excluded: its name in the files of decisions, and its words for a reader.

    `expects` is what a report is held against; what the eligibility says of it needs no repeating.
    `also_called` are the names that another tool has for it, or that it had before.
    """

    id: Name
    label: str = ""
    expects: str = ""
    also_called: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = ()

    @property
    def names(self) -> Iterator[str]:
        return (name.casefold().strip() for name in (self.id, *self.also_called))


@dataclass(frozen=True)
class ExclusionCriteria:
    """The criteria in the order in which they are asked: the first that fails is named."""

    listed: tuple[ExclusionCriterion, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(criterion.id for criterion in self.listed)

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        return {name: each.id for each in self.listed for name in each.names}

    def called(self, name: str) -> str:
        """The criterion of that name, in small letters or not; blank where it is none's."""
        return self._by_name.get(name.casefold().strip(), "")

    def in_words(self, id: str) -> str:
        """A criterion as a reader reads it, and so where none is named."""
        found = next((each for each in self.listed if each.id == id), None)
        return (found.label if found else "") or id or "no criterion named"


def each_once(listed: tuple[ExclusionCriterion, ...]) -> tuple[ExclusionCriterion, ...]:
    """The criteria as they are; ValueError where a name could mean two of them."""
    taken: dict[str, str] = {}
    for criterion in listed:
        for name in criterion.names:
            if name in taken:
                raise ValueError(f"{name!r} names {taken[name]} and {criterion.id}: one of them")
            taken[name] = criterion.id
    return listed


CriteriaListed = Annotated[
    tuple[ExclusionCriterion, ...], Field(max_length=MOST_CRITERIA), AfterValidator(each_once)
]

# Those of protocols that were frozen before they named any.
FIRST_CRITERIA = (
    ExclusionCriterion(id="participants", also_called=("wrong population",)),
    ExclusionCriterion(id="intervention", also_called=("wrong intervention",)),
    ExclusionCriterion(id="comparator", also_called=("wrong comparator", "wrong control")),
    ExclusionCriterion(id="design", also_called=("wrong study design", "wrong design")),
    ExclusionCriterion(id="arm size"),
    ExclusionCriterion(
        id="not a report of a trial", also_called=("wrong publication type", "not a report")
    ),
)


class MarkedWords(Frozen):
    """Words that are marked where a person reads records: what speaks for a report, and against.

    Small letters or not; `*` at the end of a word stands for any ending.
    """

    inclusion: tuple[MarkedWord, ...] = ()
    exclusion: tuple[MarkedWord, ...] = ()

    @model_validator(mode="after")
    def _one_each(self) -> MarkedWords:
        if both := {w.casefold() for w in self.inclusion} & {w.casefold() for w in self.exclusion}:
            raise ValueError(f"inclusion and exclusion both name {', '.join(sorted(both))}")
        return self


SourceKind = Literal["database", "register", "other method"]
OTHER_METHOD: SourceKind = "other method"


# What a column of a source's table may be.
RecordField = Literal[
    "title", "authors", "year", "journal", "volume", "issue", "pages", "abstract", "doi", "pmid",
    "url", "accession number",
]  # fmt: skip


class Source(Frozen):
    """Where records come from: `id` in names of files and records, `name` for a reader.

    PRISMA counts what other methods found in a column of its own. `columns` says what the
    columns of its tables are where no database that is known calls them so.
    """

    id: Annotated[str, Field(pattern=SLUG, max_length=60)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: SourceKind
    columns: dict[Annotated[str, Field(min_length=1, max_length=200)], RecordField] = Field(
        default_factory=dict
    )

    def __hash__(self) -> int:
        # A mapping has none; of one protocol the sources differ by their id.
        return hash(self.id)


# Those of protocols that were frozen before they named any, and what `./review new` knows.
FIRST_SOURCES = (
    Source(id="central", name="CENTRAL", kind="database"),
    Source(id="medline", name="MEDLINE", kind="database"),
    Source(id="embase", name="Embase", kind="database"),
    Source(id="psycinfo", name="PsycINFO", kind="database"),
    Source(id="pubmed", name="PubMed", kind="database"),
    Source(id="europepmc", name="Europe PMC", kind="database"),
    Source(id="cinahl", name="CINAHL", kind="database"),
    Source(id="web-of-science", name="Web of Science", kind="database"),
    Source(id="scopus", name="Scopus", kind="database"),
    Source(id="clinicaltrials-gov", name="ClinicalTrials.gov", kind="register"),
    Source(id="ictrp", name="ICTRP", kind="register"),
    Source(id="isrctn", name="ISRCTN", kind="register"),
    Source(id="anzctr", name="ANZCTR", kind="register"),
    Source(id="drks", name="DRKS", kind="register"),
    Source(id="eu-ctr", name="EU Clinical Trials Register", kind="register"),
    Source(id="citation-searching", name="citation searching", kind=OTHER_METHOD),
    Source(id="reference-lists", name="reference lists", kind=OTHER_METHOD),
    Source(id="contact", name="contact with experts", kind=OTHER_METHOD),
    Source(id="websites", name="websites", kind=OTHER_METHOD),
    Source(id="hand-searching", name="searching by hand", kind=OTHER_METHOD),
)


def told_apart(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    """The sources as they are; ValueError where two have one id or one name."""
    for what in ("id", "name"):
        said = [getattr(source, what).casefold() for source in sources]
        if twice := {each for each in said if said.count(each) > 1}:
            raise ValueError(f"two sources have the {what} {', '.join(sorted(twice))}")
    return sources


class StudyColumn(Frozen):
    """A column of studies.csv that this review has and no other: a characteristic of its trials.

    A `category` has `levels`, a `number` the `unit` of which it is said what one more makes.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    label: Annotated[str, Field(min_length=1, max_length=100)]
    type: Literal["number", "category", "yes/no"]
    meaning: Annotated[str, Field(min_length=1, max_length=300)]
    levels: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = ()
    unit: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> StudyColumn:
        if iskeyword(self.name):
            raise ValueError(f"{self.name} means something to Python: name it otherwise")
        if (self.type == "category") != (len(set(self.levels)) > 1):
            raise ValueError("a category has two levels or more, and nothing else has levels")
        if len(set(self.levels)) < len(self.levels):
            raise ValueError("each level is listed once")
        if (self.type == "number") != bool(self.unit):
            raise ValueError("a number has a unit, such as month, and nothing else has one")
        return self


def named_once(columns: tuple[StudyColumn, ...]) -> tuple[StudyColumn, ...]:
    """The columns as they are; ValueError where two have one name or one label."""
    for what in ("name", "label"):
        said = [getattr(column, what) for column in columns]
        if twice := {each for each in said if said.count(each) > 1}:
            raise ValueError(f"two columns have the {what} {', '.join(sorted(twice))}")
    return columns


def known_moderator(name: str, info: ValidationInfo) -> str:
    """The name as it is; ValueError where neither the software nor the protocol knows it."""
    own = [column.name for column in info.data.get("study_columns", ())]
    known = dict.fromkeys((*get_args(Moderator), *own))
    if name not in known:
        raise ValueError(
            f"{name!r} is no moderator: one of {', '.join(map(repr, known))}, or a column that "
            "study_columns declares"
        )
    return name


class Comparators(Frozen):
    inactive: tuple[str, ...]
    active: tuple[str, ...]

    def kind(self, comparator: str) -> Literal["inactive", "active"]:
        return "inactive" if comparator in self.inactive else "active"


class Directions(Frozen):
    """What a higher score of each instrument means for a patient; names as in outcomes.csv."""

    worse: tuple[str, ...] = ()
    better: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_each(self) -> Directions:
        both = set(self.worse) & set(self.better)
        if both:
            raise ValueError(f"better and worse both name {', '.join(sorted(both))}")
        return self

    def of(self, instrument: str) -> Literal["worse", "better", ""]:
        """The direction of an instrument; blank where it is not listed."""
        if instrument in self.worse:
            return "worse"
        return "better" if instrument in self.better else ""


class Living(Frozen):
    search_interval_months: Annotated[int, Field(ge=1, le=1_200)]
    sources: tuple[str, ...]
    triggers: tuple[str, ...]
    retirement: str
    # Sources whose exports may be read and not handed on: the repository does not hold them.
    licensed: tuple[str, ...] = ()
