"""How alike two records are, field by field; what one of them leaves out is no difference."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from analysis.searching.duplicate_fields import SMALL_NUMBER, Fields

# A word this long may have one typing error; in a shorter one a letter is a meaning. Titles
# with more words that differ are two titles.
LONG_WORD = 5
MOST_ERRORS = 3
# So much of the shorter title stands in the longer where they are two wordings of one.
SHARED_WORDS = 0.6
FEW_WORDS = 3
CLOSE_TITLE = 85.0
SAME_AUTHORS = 90.0
ALIKE_AUTHORS = 65.0
SAME_ABSTRACT = 90.0
# Fewer words that carry meaning stand over many an article: "editorial", "authors' reply".
TELLING_WORDS = 3
TELLING_LETTERS = 25
# Where the shortest of the fields ends that cut titles.
LONGEST_TITLE = 195
# The pages of a file, 1 to 12, stand where there are none of a volume.
MOST_PAGES_OF_A_FILE = 60
# No volume has so many pages: from here on it is the number of an article.
ARTICLE_NUMBER = 10_000


class Title(IntEnum):
    """Two titles: other words; one missing; reworded; one within the other; one title."""

    OTHER = 0
    MISSING = 1
    REWORDED = 2
    WITHIN = 3
    SAME = 4


class Authors(IntEnum):
    """Two lists of authors: nobody in both; one list missing; some people; the same."""

    OTHER = 0
    MISSING = 1
    SOME = 2
    SAME = 3


class Same(IntEnum):
    """What one field says of two records."""

    NO = -1
    UNKNOWN = 0
    YES = 1


@dataclass(frozen=True)
class Likeness:
    """Two records beside each other; what costs more is worked out when a rule asks for it.

    `place`: both stand on one page of one volume, wherever its numbers were moved to.
    """

    one: Fields
    other: Fields
    title: Title
    place: bool

    @cached_property
    def telling(self) -> bool:
        """Whether the titles name an article: not one that any issue of any journal has."""
        return _telling(self.one) and _telling(self.other)

    @cached_property
    def cut_title(self) -> bool:
        """Whether an export cut the shorter title off: within a word, or where fields end."""
        shorter, longer = sorted((self.one, self.other), key=lambda one: len(one.title))
        at_limit = len(shorter.record.title) >= LONGEST_TITLE
        within_word = longer.title.startswith(shorter.title) and not longer.title.startswith(
            f"{shorter.title} "
        )
        return longer.title.startswith(shorter.title) and (at_limit or within_word)

    @cached_property
    def misspelled(self) -> bool:
        """Whether errors of one letter are all that the titles differ by, in short words too."""
        return not all(_own_words(self.one, self.other, shortest=1))

    @property
    def article_number(self) -> bool:
        """Whether the page that both have is a number that a journal gives to one article."""
        one, other = self.one, self.other
        return not (one.last_page or other.last_page) and int(one.page or 0) >= ARTICLE_NUMBER

    @cached_property
    def authors(self) -> Authors:
        one, other = self.one, self.other
        first = bool(one.first_author & other.first_author)
        if not (one.authors and other.authors) or one.authors.isascii() != other.authors.isascii():
            return Authors.SAME if first else Authors.MISSING
        alike = fuzz.token_set_ratio(one.authors, other.authors)
        if alike >= SAME_AUTHORS:
            return Authors.SAME
        return Authors.SOME if first or alike >= ALIKE_AUTHORS else Authors.OTHER

    @cached_property
    def journal(self) -> Same:
        if not (self.one.journal and self.other.journal):
            return Same.UNKNOWN
        return _same_journal(*sorted((self.one.journal, self.other.journal)))

    @cached_property
    def year(self) -> Same:
        """A year apart is one year: ahead of print, or of the issue."""
        if not (self.one.year and self.other.year):
            return Same.UNKNOWN
        return Same.YES if abs(self.one.year - self.other.year) <= 1 else Same.NO

    @cached_property
    def doi(self) -> Same:
        """A DOI that was cut says nothing; the next version of a review has one of its own."""
        first, second = sorted((self.one.doi, self.other.doi), key=len)
        if not first:
            return Same.UNKNOWN
        if first == second:
            return Same.YES
        cut = second.startswith(first) and ".pub" not in second[len(first) :]
        return Same.UNKNOWN if cut else Same.NO

    @cached_property
    def abstract(self) -> Same:
        one, other = self.one.abstract, self.other.abstract
        if not (one and other):
            return Same.UNKNOWN
        length = min(len(one), len(other))
        alike = fuzz.ratio(one[:length], other[:length], score_cutoff=SAME_ABSTRACT)
        return Same.YES if alike else Same.NO

    @cached_property
    def volume(self) -> Same:
        return _numbers(self.one.volume, self.other.volume)

    @cached_property
    def issue(self) -> Same:
        return _numbers(self.one.issue, self.other.issue)

    @cached_property
    def page(self) -> Same:
        same = _numbers(self.one.page, self.other.page)
        of_a_file = _of_a_file(self.one) or _of_a_file(self.other)
        return Same.UNKNOWN if same is Same.NO and of_a_file else same

    @cached_property
    def page_mistyped(self) -> bool:
        """Whether first pages differ by a typing error, or the last page is the same."""
        one, other = self.one, self.other
        if self.same_last_page:
            return True
        return min(len(one.page), len(other.page)) > 1 and OSA.distance(one.page, other.page) == 1

    @property
    def same_last_page(self) -> bool:
        return bool(self.one.last_page) and self.one.last_page == self.other.last_page

    @property
    def printed_and_online(self) -> bool:
        """Whether one gives the pages of the print, the other the number of the article online."""
        return _online(self.one) is not _online(self.other)

    @property
    def placed(self) -> bool:
        """Whether both say something of the place."""
        return all(one.volume or one.page for one in (self.one, self.other))


def compare(one: Fields, other: Fields) -> Likeness | None:
    """The likeness of two records; None where nothing that a rule asks for is alike."""
    title, place = _titles(one, other), _one_place(one, other)
    alike = Likeness(one, other, title, place)
    return alike if title >= Title.WITHIN or place or _one_identifier(one, other) else None


def agreement(one: Fields, other: Fields) -> int:
    """In how many fields both say the same: by this a record is told from a third."""
    return sum(
        bool(said) and said == also
        for said, also in (
            *((one.squeezed, other.squeezed), (one.authors, other.authors)),
            *((one.journal, other.journal), (one.year, other.year)),
            *((one.volume, other.volume), (one.issue, other.issue)),
            *((one.page, other.page), (one.last_page, other.last_page)),
            *((one.abstract, other.abstract), (one.doi, other.doi)),
        )
    )


def _one_identifier(one: Fields, other: Fields) -> bool:
    first, second = one.record, other.record
    return any(
        number and number == same
        for number, same in (
            (first.pmid, second.pmid),
            (one.doi, other.doi),
            (first.registration, second.registration),
        )
    )


def _one_place(one: Fields, other: Fields) -> bool:
    if one.page and one.page == other.page and one.volume and one.volume == other.volume:
        return True
    two_pages = one.page and other.page and one.page != other.page
    if two_pages and not (_of_a_file(one) or _of_a_file(other)):
        return False
    shared = {one.volume, one.issue, one.page} & {other.volume, other.issue, other.page} - {""}
    page = shared & {one.page, other.page}
    return len(shared) > 1 and any(int(number) >= SMALL_NUMBER for number in page)


def share_words(one: Fields, other: Fields) -> bool:
    """Whether two titles may be wordings of one; a cheap look before any other."""
    fewest = min(len(one.words), len(other.words))
    if fewest <= FEW_WORDS or not one.squeezed.isascii():
        return True
    shared = len(one.words & other.words)
    return shared >= SHARED_WORDS * fewest and fewest - shared <= MOST_ERRORS


def _titles(one: Fields, other: Fields) -> Title:
    """How alike two titles are; without their spaces, as words, then by their letters."""
    if not (one.squeezed and other.squeezed):
        return Title.MISSING
    if one.squeezed == other.squeezed or one.words == other.words:
        return Title.SAME
    short, long = one.squeezed, other.squeezed
    if len(short) > len(long):
        short, long = long, short
    if len(short) >= TELLING_LETTERS and long.startswith(short):
        return Title.WITHIN
    if not share_words(one, other):
        return Title.OTHER
    left, right = _own_words(one, other)
    if not (left and right):
        return Title.WITHIN if left or right else Title.SAME
    # Spaces and hyphens: "web-based" and "webbased".
    if abs(sum(map(len, left)) - sum(map(len, right))) <= 1:
        first, second = _in_order(left, one), _in_order(right, other)
        if first == second or _one_error(first, second):
            return Title.SAME
    alike = one.words & other.words or fuzz.ratio(short, long) >= CLOSE_TITLE
    return Title.REWORDED if alike else Title.OTHER


def _telling(fields: Fields) -> bool:
    if fields.squeezed.isascii():
        return len(fields.words) >= TELLING_WORDS and len(fields.squeezed) >= TELLING_LETTERS
    letters = sum(1 if letter.isascii() else 3 for letter in fields.squeezed)
    return letters >= TELLING_LETTERS


def _own_words(one: Fields, other: Fields, shortest: int = LONG_WORD) -> tuple[set[str], set[str]]:
    """The words that only one of the titles has, typing errors and cut last words aside."""
    left, right = set(one.words - other.words), set(other.words - one.words)
    for word in sorted(left):
        for twin in sorted(right):
            if -2 < len(word) - len(twin) < 2 and _one_error(word, twin, shortest):
                left.discard(word)
                right.discard(twin)
                break
    for words, fields, others in ((left, one, right), (right, other, left)):
        last = fields.title.rpartition(" ")[2]
        if last in words:
            whole = next((word for word in sorted(others) if word.startswith(last)), last)
            words -= {last} if whole != last else set()
            others.discard(whole)
    return left, right


def _one_error(word: str, other: str, shortest: int = LONG_WORD) -> bool:
    """Whether a typing error lies between two words."""
    if word[0] != other[0] and shortest == LONG_WORD and not _lost_start(word, other):
        return False
    if not (word.isalpha() and other.isalpha()):
        return False
    if max(len(word), len(other)) < shortest:
        return word + "s" == other or other + "s" == word
    return OSA.distance(word, other, score_cutoff=1) <= 1


def _lost_start(word: str, other: str) -> bool:
    """Whether one has lost its first letter; an `a` there is a meaning: typical, atypical."""
    shorter, longer = sorted((word, other), key=len)
    return longer[1:] == shorter and longer[0] != "a"


def _in_order(words: set[str], fields: Fields) -> str:
    return "".join(word for word in fields.title.split() if word in words)


@lru_cache(maxsize=1 << 14)  # few journals stand beside each other in many pairs
def _same_journal(one: tuple[str, ...], other: tuple[str, ...]) -> Same:
    same = any(_one_name(name, second) for name in one for second in other)
    return Same.YES if same else Same.NO


def _one_name(name: str, other: str) -> bool:
    """One name in two forms: abbreviated, by its initials, with the original before it."""
    first, second = sorted((name.split(), other.split()), key=len)
    if first == second or name.replace(" ", "") == other.replace(" ", ""):
        return True
    if len(first) == len(second):
        return all(_abbreviates(*pair) for pair in zip(first, second, strict=True))
    if len(first) == 1 and len(second) > 2:
        return first[0] == "".join(word[0] for word in second)
    return len(first) > 2 and second[-len(first) :] == first


def _abbreviates(word: str, other: str) -> bool:
    """Whether the letters of the shorter stand in the longer in their order: natl, national."""
    short, long = sorted((word, other), key=len)
    rest = iter(long)
    return short[0] == long[0] and all(letter in rest for letter in short)


def _numbers(one: str, other: str) -> Same:
    if not (one and other):
        return Same.UNKNOWN
    return Same.YES if one == other else Same.NO


def _online(fields: Fields) -> bool:
    return fields.record.pages.lower().startswith("e") or int(fields.page or 0) >= ARTICLE_NUMBER


def _of_a_file(fields: Fields) -> bool:
    return fields.page == "1" and int(fields.last_page or 0) <= MOST_PAGES_OF_A_FILE
