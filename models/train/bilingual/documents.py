"""Which documents there are, and which of them no stage may see.

Three kinds:

- `debian-handbook` is the held-out book. It is for measuring only: nothing is trained on it, nothing is chosen by it,
  and every training text that shares eight English words or fourteen Chinese characters with it is dropped.
- *Validation documents*, a share of the others, chosen by a hash of their name: never seen in any stage, and what every
  choice is made by. Paragraphs that other documents share word for word with them are dropped from training.
- All else is for training.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import html as lxml_html

from .markup import html_blocks, mallard_sections, strip_number
from .settings import WORK
from .text import CHINESE, chinese_count, clean, clean_chinese, mostly_chinese, normal

FILES = WORK / "files"
SHARE = FILES / "usr" / "share"

# One validation document in so many, by source. Prose manuals give more: they are closest to what is asked.
_VALIDATION_SHARE = {
    "debian-reference": 4,
    "installation-guide": 4,
    "debian-faq": 4,
    "maint-guide": 4,
    "debian-edu": 4,
    "gnome-help": 8,
    "linux-doc": 8,
    "kicad": 8,
}
_OTHER_SHARE = 16


@dataclass(frozen=True)
class PagePair:
    """One page in both languages."""

    source: str
    english: Path
    chinese: Path
    kind: str = "html"
    """`html`, `numbered` (HTML whose paragraphs carry identifiers) or `mallard`."""

    @property
    def document(self) -> str:
        return f"{self.source}:{self.english.relative_to(FILES)}"


def held_back(source: str, document: str) -> bool:
    """True for a validation document."""
    share = _VALIDATION_SHARE.get(source, _OTHER_SHARE)
    return int(hashlib.md5(document.encode()).hexdigest(), 16) % share == 0


def page_pairs() -> Iterator[PagePair]:
    """Every page that exists in both languages."""

    def pages(source: str, pattern: str, to_english, kind: str = "html") -> Iterator[PagePair]:
        for chinese in sorted(SHARE.glob(pattern)):
            english = Path(to_english(str(chinese)))
            if english.exists() and english != chinese:
                yield PagePair(source, english, chinese, kind)

    yield from pages(
        "libreoffice-help",
        "libreoffice/help/zh-CN/text/**/*.html",
        lambda p: p.replace("/zh-CN/", "/en-US/"),
        "numbered",
    )
    yield from pages("gimp-help", "gimp/2.0/help/zh_CN/*.html", lambda p: p.replace("/zh_CN/", "/en/"))
    yield from pages("debian-reference", "debian-reference/*.zh-cn.html", lambda p: p.replace(".zh-cn.", ".en."))
    yield from pages(
        "installation-guide", "doc/installation-guide-amd64/zh_CN/*.html", lambda p: p.replace("/zh_CN/", "/en/")
    )
    yield from pages(
        "debian-faq",
        "doc/debian/FAQ/zh-cn/*.zh-cn.html",
        lambda p: p.replace("/zh-cn/", "/").replace(".zh-cn.", ".en."),
    )
    yield from pages(
        "maint-guide",
        "doc/maint-guide-zh-cn/html/*.zh-cn.html",
        lambda p: p.replace("maint-guide-zh-cn", "maint-guide").replace(".zh-cn.", ".en."),
    )
    yield from pages("debian-edu", "doc/debian-edu-doc*-zh-cn/*.html", lambda p: p.replace("-zh-cn/", "-en/"))
    yield from pages(
        "linux-doc",
        "doc/linux-doc-6.1/html/translations/zh_CN/**/*.html",
        lambda p: p.replace("/translations/zh_CN/", "/"),
    )
    yield from pages("kicad", "doc/kicad/help/zh/*.html", lambda p: p.replace("/help/zh/", "/help/en/"))
    yield from pages(
        "lilypond", "doc/lilypond/html/Documentation/**/*.zh.html", lambda p: p.replace(".zh.html", ".html")
    )
    for english in sorted(SHARE.glob("help/C/**/*.page")):
        chinese = Path(str(english).replace("/help/C/", "/help/zh_CN/"))
        if chinese.exists():
            yield PagePair("gnome-help", english, chinese, "mallard")


# ---- the held-out book


def _handbook_sections(path: Path) -> tuple[list[dict], list[str]]:
    """Sections of one page of the book (title, identifier, paragraphs), and all its text for the leak filter."""
    root = lxml_html.parse(str(path), parser=lxml_html.HTMLParser(encoding="utf-8")).getroot()
    sections: list[dict] = []
    everything: list[str] = []

    def walk(element, section: dict | None) -> None:
        for child in element:
            if not isinstance(child.tag, str) or child.tag in ("script", "style", "pre"):
                continue
            classes = (child.get("class") or "").split()
            if "docnav" in classes or "toc" in classes or child.get("id") in ("banner", "title", "breadcrumbs"):
                continue
            if "titlepage" in classes:
                headings = child.xpath(".//h1|.//h2|.//h3|.//h4|.//h5")
                if headings:
                    title = clean(headings[0].text_content())
                    everything.append(title)
                    if section is not None and not section["title"]:
                        anchors = headings[0].xpath(".//a[@id]")
                        section["title"] = strip_number(re.sub(r"^([0-9]+|[A-Z])(\.[0-9]+)+\.?\s*", "", title))
                        section["id"] = anchors[0].get("id") if anchors else ""
                continue
            if child.tag in ("div", "section") and {"section", "chapter", "appendix", "preface", "simplesect"} & set(
                classes
            ):
                nested = {"title": "", "id": "", "paragraphs": []}
                sections.append(nested)
                walk(child, nested)
                continue
            leaf_item = child.tag == "li" and not child.xpath(".//div|.//p")
            if (
                "para" in classes
                or leaf_item
                or child.tag in ("p", "dt", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6")
            ):
                text = clean(child.text_content())
                if text:
                    everything.append(text)
                    if section is not None and child.tag not in ("td", "th"):
                        section["paragraphs"].append(text)
                continue
            walk(child, section)

    walk(root.find(".//body"), None)
    return sections, everything


def read_handbook() -> tuple[list[dict], list[str]]:
    """The book's bilingual sections (for measuring), and every text of it in both languages (for the leak filter)."""
    folder = SHARE / "doc" / "debian-handbook" / "html"
    sections: list[dict] = []
    everything: set[str] = set()
    seen: set[str] = set()
    for english_page in sorted((folder / "en-US").glob("*.html")):
        english, text = _handbook_sections(english_page)
        everything.update(text)
        chinese_page = folder / "zh-CN" / english_page.name
        if not chinese_page.exists():
            continue
        chinese, text = _handbook_sections(chinese_page)
        everything.update(text)
        by_identifier = {section["id"]: section for section in chinese if section["id"]}
        for section in english:
            other = by_identifier.get(section["id"])
            if other is None or section["id"] in seen:
                continue
            # The Chinese book is partly untranslated: English paragraphs are no part of a Chinese section.
            translated = [clean_chinese(text) for text in other["paragraphs"] if mostly_chinese(text)]
            if (
                section["title"]
                and chinese_count(other["title"]) >= 1
                and sum(map(len, section["paragraphs"])) >= 200
                and sum(map(chinese_count, translated)) >= 70
            ):
                seen.add(section["id"])
                sections.append(
                    {
                        "id": section["id"],
                        "en_title": section["title"],
                        "zh_title": clean_chinese(other["title"]),
                        "en": section["paragraphs"],
                        "zh": translated,
                    }
                )
    for page in (folder / "zh-CN").glob("*.html"):
        everything.update(_handbook_sections(page)[1])
    return sections, sorted(everything)


class LeakFilter:
    """Tells whether a training text touches the held-out book, or repeats a validation document's paragraph."""

    def __init__(self, book: list[str], validation: set[str]) -> None:
        self.whole: set[str] = set()
        self.words: set[str] = set()
        self.characters: set[str] = set()
        self.validation = validation
        for text in book:
            self.whole.add(normal(text))
            self.whole.update(normal(part) for part in re.split(r"(?<=[.!?。！？])\s*", text) if part.strip())
            words = normal(text).split()
            self.words.update(" ".join(words[at : at + 8]) for at in range(len(words) - 7))
            characters = "".join(CHINESE.findall(text))
            self.characters.update(characters[at : at + 14] for at in range(len(characters) - 13))

    def shares_run(self, english: str, chinese: str = "") -> bool:
        """Eight words or fourteen Chinese characters in a row that the book has too."""
        words = normal(english).split()
        if any(" ".join(words[at : at + 8]) in self.words for at in range(len(words) - 7)):
            return True
        characters = "".join(CHINESE.findall(chinese))
        return any(characters[at : at + 14] in self.characters for at in range(len(characters) - 13))

    def equals(self, *texts: str) -> bool:
        """Is one of the texts, as a whole, a paragraph, sentence or title of the book?"""
        return any(normal(text) in self.whole for text in texts if text)

    def touches_validation(self, *texts: str) -> bool:
        """Is one of the texts a paragraph of a validation document? Short ones («Note», «文件») are everybody's."""
        return any(len(text) > 40 or chinese_count(text) > 14 for text in texts) and any(
            normal(text) in self.validation for text in texts if text
        )

    def leaks(self, english: str, chinese: str = "") -> bool:
        return (
            self.equals(english, chinese)
            or self.shares_run(english, chinese)
            or self.touches_validation(english, chinese)
        )


def validation_texts() -> set[str]:
    """The paragraphs of all validation documents, in both languages."""
    texts: set[str] = set()
    for pair in page_pairs():
        if not held_back(pair.source, pair.document):
            continue
        for path in (pair.english, pair.chinese):
            if pair.kind == "mallard":
                for title, paragraphs in mallard_sections(path):
                    texts.update(normal(text) for text in (title, *paragraphs))
            else:
                texts.update(normal(block.text) for block in html_blocks(path))
    texts.discard("")
    return texts


@cache
def leak_filter() -> LeakFilter:
    data = WORK / "data"
    return LeakFilter(
        json.loads((data / "book_text.json").read_text()), set(json.loads((data / "validation_text.json").read_text()))
    )


def prepare() -> dict:
    """Reads the held-out book and the validation documents; must come before anything is read for training."""
    data = WORK / "data"
    data.mkdir(parents=True, exist_ok=True)
    sections, everything = read_handbook()
    (data / "book_sections.json").write_text(json.dumps(sections, ensure_ascii=False))
    (data / "book_text.json").write_text(json.dumps(everything, ensure_ascii=False))
    texts = validation_texts()
    (data / "validation_text.json").write_text(json.dumps(sorted(texts), ensure_ascii=False))
    pairs = list(page_pairs())
    return {
        "book_sections": len(sections),
        "book_texts": len(everything),
        "page_pairs": len(pairs),
        "validation_pages": sum(held_back(pair.source, pair.document) for pair in pairs),
        "validation_paragraphs": len(texts),
    }
