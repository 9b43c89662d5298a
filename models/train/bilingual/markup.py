"""Reading the documents' formats: HTML, Mallard pages, man pages, Perl's POD."""

import gzip
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy
from lxml import etree
from lxml import html as lxml_html

from .text import clean, expected_english_length

_BLOCK_TAGS = frozenset(
    "p h1 h2 h3 h4 h5 h6 li dt dd td th div title section ul ol table tr pre body blockquote dl main article "
    "header footer nav caption form aside".split()
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


@dataclass(frozen=True)
class Block:
    """One paragraph, heading or list item."""

    tag: str
    identifier: str
    text: str


def html_blocks(path: Path) -> list[Block]:
    """The blocks of an HTML page in reading order; code, scripts and navigation are left out."""
    try:
        root = lxml_html.parse(str(path), parser=lxml_html.HTMLParser(encoding="utf-8")).getroot()
    except (OSError, etree.LxmlError):
        return []
    body = root.find(".//body") if root is not None else None
    if body is None:
        return []
    for element in list(body.iter("script", "style", "pre", "nav")):
        element.text = ""
        for child in list(element):
            element.remove(child)
    # Sphinx ends every heading with a link of its own.
    for link in body.xpath('.//a[contains(@class,"headerlink")]'):
        link.text = ""
    blocks: list[Block] = []
    for element in body.iter():
        if not isinstance(element.tag, str) or element.tag not in _BLOCK_TAGS or element.tag in ("pre", "body"):
            continue
        if not any(isinstance(child.tag, str) and child.tag in _BLOCK_TAGS for child in element.iterdescendants()):
            text = clean(element.text_content())
            if text:
                blocks.append(Block(element.tag, element.get("id") or "", text))
        elif element.tag in ("li", "dd", "td", "div", "p"):
            text = clean(element.text or "")
            if len(text) > 20:
                blocks.append(Block(element.tag, "", text))
    return blocks


def _names(text: str) -> set[str]:
    """Numbers and Latin names: what stays the same in a translation."""
    return set(re.findall(r"[0-9]+|[A-Za-z][A-Za-z0-9_.\-/]{2,}", text))


def align(english: list[Block], chinese: list[Block]) -> list[tuple[Block, Block]]:
    """Pairs the blocks of two translations of one page, in order, by tag, length and the names they share."""
    if [block.tag for block in english] == [block.tag for block in chinese]:
        return list(zip(english, chinese))
    rows, columns = len(english), len(chinese)
    if rows * columns > 4_000_000:
        return []
    cost = numpy.full((rows + 1, columns + 1), 1e9)
    cost[0, :] = numpy.arange(columns + 1)
    cost[:, 0] = numpy.arange(rows + 1)
    step = numpy.zeros((rows + 1, columns + 1), numpy.int8)
    step[0, :], step[:, 0] = 2, 1
    band = max(30, abs(rows - columns) + 30)
    english_length = [len(block.text) + 5 for block in english]
    chinese_length = [expected_english_length(block.text) + 5 for block in chinese]
    english_names = [_names(block.text) for block in english]
    chinese_names = [_names(block.text) for block in chinese]
    for i in range(1, rows + 1):
        for j in range(max(1, i - band), min(columns, i + band) + 1):
            match = abs(math.log(english_length[i - 1] / chinese_length[j - 1]))
            if english[i - 1].tag != chinese[j - 1].tag:
                match += 0.8
            names = chinese_names[j - 1]
            if names:
                match -= 0.6 * len(english_names[i - 1] & names) / len(names)
            best, way = cost[i - 1, j - 1] + match, 0
            if cost[i - 1, j] + 1 < best:
                best, way = cost[i - 1, j] + 1, 1
            if cost[i, j - 1] + 1 < best:
                best, way = cost[i, j - 1] + 1, 2
            cost[i, j], step[i, j] = best, way
    pairs: list[tuple[Block, Block]] = []
    i, j = rows, columns
    while i > 0 and j > 0:
        if step[i, j] == 0:
            pairs.append((english[i - 1], chinese[j - 1]))
            i, j = i - 1, j - 1
        elif step[i, j] == 1:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def html_pairs(english: Path, chinese: Path, by_identifier: bool) -> list[tuple[Block, Block]]:
    """The aligned blocks of two pages; by the blocks' own identifiers where the format numbers its paragraphs."""
    left, right = html_blocks(english), html_blocks(chinese)
    if not left or not right:
        return []
    numbered = {block.identifier: block for block in right if block.identifier}
    shared = {block.identifier for block in left if block.identifier} & set(numbered)
    if by_identifier and len(shared) > 0.5 * len(left):
        return [(block, numbered[block.identifier]) for block in left if block.identifier in shared]
    return align(left, right)


def mallard_sections(path: Path) -> list[tuple[str, list[str]]]:
    """Title and paragraphs of each section of a GNOME help page; both languages have the same structure."""
    try:
        parser = etree.XMLParser(recover=True, no_network=True, resolve_entities=False)
        root = etree.parse(str(path), parser).getroot()
    except (OSError, etree.LxmlError):
        return []
    if root is None:
        return []

    def name(element) -> str:
        return etree.QName(element).localname if isinstance(element.tag, str) else ""

    sections: list[list] = [["", []]]

    def walk(element, section: list) -> None:
        for child in element:
            kind = name(child)
            if kind == "info":
                continue
            if kind == "section":
                nested = ["", []]
                sections.append(nested)
                walk(child, nested)
            elif kind == "title":
                if name(element) in ("page", "section"):
                    section[0] = clean("".join(child.itertext()))
            elif kind in ("p", "desc"):
                section[1].append(clean("".join(child.itertext())))
            else:
                walk(child, section)

    walk(root, sections[0])
    return [(title, paragraphs) for title, paragraphs in sections]


def read_man_page(path: Path, keep_headings: bool) -> str:
    """A man page as text with blank lines between paragraphs; headings stay as `.SH` lines if wanted."""
    try:
        with gzip.open(path, "rt", errors="ignore") as file:
            source = file.read()
    except OSError:
        return ""
    dropped = r'\\"|TH|so|de|nf|fi|in|RS|RE|TS|TE|if|ie|el|ds|hy|ad' + ("" if keep_headings else "|SH|SS")
    source = re.sub(rf"^\.({dropped}).*$", "\n", source, flags=re.M)
    source = re.sub(r"^\.(PP|TP|IP|LP|P|HP|sp).*$", "\n\n", source, flags=re.M)
    source = re.sub(r"^\.(?!SH|SS)\w+ ?", "", source, flags=re.M)
    source = re.sub(r"\\f.|\\&|\\/|\\,", "", source)
    source = re.sub(r"\\-", "-", source)
    return re.sub(r"\\\(..", "", source).replace("\\", "")


def pod_text(source: str) -> str:
    """Perl documentation without its formatting codes."""
    return re.sub(r"[A-Z]<+ ?(.*?) ?>+", r"\1", source)


def strip_number(heading: str) -> str:
    """A heading without its chapter number, in either language."""
    heading = re.sub(r"^(第 ?[0-9A-Z]+ ?章|附录 ?[A-Z])\.?\s*", "", heading).rstrip("¶").strip()
    if re.match(r"^(Chapter |Appendix )?\s*([0-9]+|[A-Z])\.", heading):
        heading = re.sub(r"^(Chapter|Appendix)?\s*([0-9]+|[A-Z])(\.[0-9]+)*\.?\s*(章\.?)?\s*", "", heading)
    return heading.strip()
