"""Headings and questions with the passages under them: what the retrieval stage learns from and is chosen by."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from .documents import SHARE, held_back, leak_filter, page_pairs
from .markup import HEADINGS, html_blocks, html_pairs, mallard_sections, pod_text, read_man_page, strip_number
from .parallel import package_descriptions
from .settings import WORK
from .text import chinese_count, clean, clean_chinese, mostly_chinese

_NAME_HEADINGS = ("NAME", "名称", "NAME (名称)", "NAME 名称", "名字")
_DESCRIPTION_HEADINGS = ("DESCRIPTION", "描述", "DESCRIPTION 描述", "说明", "DESCRIPTION (描述)")

Section = dict
"""source, document, query_en, query_zh, passages: [[english, chinese], ...], validation."""


def _passages(paragraphs: list[tuple[str, str]], validation: bool) -> list[tuple[str, str]]:
    """Aligned paragraphs joined to passages of up to 480 English or 200 Chinese characters; at most three."""
    leaks = leak_filter()
    passages: list[tuple[str, str]] = []
    english = chinese = ""
    for left, right in paragraphs:
        if leaks.shares_run(left, right) or (not validation and leaks.touches_validation(left, right)):
            continue
        if len(left) > 560:
            left, right = left[:560], right[:240]
        if (english and len(english) + len(left) > 480) or (
            chinese and not english and len(chinese) + len(right) > 200
        ):
            passages.append((english, chinese))
            english = chinese = ""
        english, chinese = (english + " " + left).strip(), chinese + right
    if english or chinese:
        passages.append((english[:600], chinese[:260]))
    return [
        passage
        for passage in passages
        if any(passage)
        and (len(passage[0]) > 150 or not passage[0])
        and (chinese_count(passage[1]) > 45 or not passage[1])
    ][:3]


def _section(
    source: str, document: str, english: str, chinese: str, paragraphs: list[tuple[str, str]], validation: bool
) -> Iterator[Section]:
    passages = _passages(paragraphs, validation)
    if passages and not leak_filter().equals(english, chinese):
        yield {
            "source": source,
            "document": document,
            "query_en": english,
            "query_zh": chinese,
            "passages": passages,
            "validation": validation,
        }


def _bilingual() -> Iterator[Section]:
    for pair in page_pairs():
        validation = held_back(pair.source, pair.document)
        if pair.kind == "mallard":
            english, chinese = mallard_sections(pair.english), mallard_sections(pair.chinese)
            if len(english) != len(chinese):
                continue
            for (title, paragraphs), (chinese_title, chinese_paragraphs) in zip(english, chinese):
                if len(paragraphs) == len(chinese_paragraphs) and chinese_count(chinese_title) >= 2:
                    translated = [
                        (left, clean_chinese(right))
                        for left, right in zip(paragraphs, chinese_paragraphs)
                        if mostly_chinese(right)
                    ]
                    yield from _section(
                        pair.source, pair.document, title, clean_chinese(chinese_title), translated, validation
                    )
            continue
        heading: tuple[str, str] | None = None
        paragraphs = []
        for left, right in html_pairs(pair.english, pair.chinese, pair.kind == "numbered"):
            if left.tag in HEADINGS:
                if heading and chinese_count(heading[1]) >= 2 and len(heading[0]) > 3:
                    yield from _section(pair.source, pair.document, *heading, paragraphs, validation)
                heading, paragraphs = (strip_number(left.text), strip_number(clean_chinese(right.text))), []
            elif heading and mostly_chinese(right.text):
                paragraphs.append((left.text, clean_chinese(right.text)))
        if heading and chinese_count(heading[1]) >= 2 and len(heading[0]) > 3:
            yield from _section(pair.source, pair.document, *heading, paragraphs, validation)
    for digest, english, chinese in package_descriptions():
        document = "descriptions:" + digest
        if len(english) > 1 and chinese_count(chinese[0]) >= 4:
            paragraphs = list(zip(english[1:], chinese[1:]))
            yield from _section(
                "descriptions", document, english[0], chinese[0], paragraphs, held_back("descriptions", document)
            )


def _english_page(source: str, path: Path) -> Iterator[Section]:
    document = f"{source}:{path.name}"
    heading, paragraphs = "", []
    for block in [*html_blocks(path), None]:
        if block is None or block.tag in HEADINGS:
            if len(heading) > 3:
                yield from _section(
                    source, document, heading, "", [(text, "") for text in paragraphs], held_back(source, document)
                )
            heading, paragraphs = strip_number(block.text) if block else "", []
        else:
            paragraphs.append(block.text)


def _english_manuals() -> Iterator[Section]:
    for path in sorted(SHARE.glob("perl/5.36*/pod/*.pod")):
        if path.name.startswith("perl5") or path.name in ("perlfaq.pod", "perltoc.pod"):
            continue
        source = "perl-faq" if "faq" in path.name else "perl-doc"
        document = f"{source}:{path.name}"
        heading, paragraphs = "", []
        for part in [*re.split(r"\n\s*\n", path.read_text(errors="ignore")), "=head1 "]:
            found = re.match(r"=head([1-4]) (.*)", part)
            if found:
                if len(heading) > 5 and not heading.isupper():
                    yield from _section(
                        source, document, heading, "", [(text, "") for text in paragraphs], held_back(source, document)
                    )
                heading, paragraphs = clean(pod_text(found[2])), []
            elif not part.startswith((" ", "\t", "=")):
                paragraphs.append(clean(pod_text(part)))
    for path in sorted(SHARE.glob("doc/git-doc/**/*.html")):
        if "RelNotes" not in str(path):
            yield from _english_page("git-doc", path)
    for pattern, source in (
        ("doc/aptitude/html/en/*.html", "aptitude"),
        ("doc/debian-policy/policy.html/*.html", "debian-policy"),
        ("developers-reference/*.html", "developers-reference"),
        ("doc/debmake-doc/html/*.html", "debmake"),
        ("doc/apt-doc/*.html/*.html", "apt"),
    ):
        for path in sorted(SHARE.glob(pattern)):
            translated = source == "debmake" and re.search(r"\.(de|zh-cn|ja)\.html$", path.name)
            other_guide = source == "apt" and not re.search(r"(guide|offline)\.html/", str(path))
            if not translated and not other_guide:
                yield from _english_page(source, path)


def _man_page(path: Path, chinese: bool, seen: set[str]) -> Iterator[Section]:
    parts = re.split(r"^\.SH ?", read_man_page(path, keep_headings=True), flags=re.M)[1:]
    by_heading = {}
    for part in parts:
        title, _, text = part.partition("\n")
        by_heading[clean(title).strip('"').upper()] = text
    name = next((by_heading[key] for key in _NAME_HEADINGS if key in by_heading), "")
    description = next((by_heading[key] for key in _DESCRIPTION_HEADINGS if key in by_heading), "")
    split = re.split(r"\s[-–—]+\s", clean(name), maxsplit=1)
    if len(split) < 2:
        return
    query = split[1].strip()
    paragraphs = [clean(text) for text in re.split(r"\n\s*\n", re.sub(r"^\.SS.*$", "\n", description, flags=re.M))]
    source = "manpages-zh" if chinese else "manpages"
    document = f"{source}:{path.name}"
    validation = held_back(source, document)
    if chinese:
        if chinese_count(query) >= 3:
            translated = [("", clean_chinese(text)) for text in paragraphs if chinese_count(text) > 0.3 * len(text)]
            yield from _section(source, document, "", clean_chinese(query), translated, validation)
    elif len(query.split()) >= 3 and query.lower() not in seen:
        seen.add(query.lower())
        yield from _section(
            source, document, query, "", [(text, "") for text in paragraphs if len(text) > 30], validation
        )


def _man_pages() -> Iterator[Section]:
    seen: set[str] = set()
    for number in "12345678":
        for path in sorted(SHARE.glob(f"man/man{number}/*.gz")):
            if "perl" not in path.name:
                yield from _man_page(path, False, seen)
        for path in sorted(SHARE.glob(f"man/zh_CN/man{number}/*.gz")):
            yield from _man_page(path, True, seen)


def prepare() -> dict:
    """Writes `sections.json`. A heading that many sections have («Options», «See also») is no question: dropped."""
    found = [*_bilingual(), *_english_manuals(), *_man_pages()]
    headings = Counter((section["query_en"] or section["query_zh"]).lower() for section in found)
    sections: list[Section] = []
    seen: set[str] = set()
    for section in found:
        first = (section["passages"][0][0] or section["passages"][0][1])[:100]
        if headings[(section["query_en"] or section["query_zh"]).lower()] <= 2 and first not in seen:
            seen.add(first)
            sections.append(section)
    (WORK / "data" / "sections.json").write_text(json.dumps(sections, ensure_ascii=False))
    return {
        "sections": len(sections),
        "passages": sum(len(section["passages"]) for section in sections),
        "training": dict(Counter(section["source"] for section in sections if not section["validation"])),
        "validation": dict(Counter(section["source"] for section in sections if section["validation"])),
    }
