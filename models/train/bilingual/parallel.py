"""Parallel text: what says the same in English and in Chinese, for distillation and for the dictionary."""

import glob
import gzip
import hashlib
import html
import json
import random
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib
import yaml

from .documents import FILES, SHARE, held_back, leak_filter, page_pairs
from .markup import html_pairs, mallard_sections, pod_text, read_man_page
from .settings import SEED, WORK
from .text import chinese_count, clean, clean_chinese, normal, plausible_pair

_TAG = re.compile(r"<[^<>]{1,80}>")
_ENGLISH_PASSAGES = 24_000

Row = tuple[str, str, str, str]
"""Source, document, English, Chinese."""


def _message(text: str) -> str:
    return html.unescape(_TAG.sub(" ", text)).replace("\\n", " ")


def _english_message(text: str) -> str:
    """An interface string without markup and without the mark of its keyboard shortcut."""
    text = _message(text)
    marked = re.search(r"(^|[^A-Za-z0-9])[_&~][A-Za-z0-9]|[A-Za-z][&~_][a-z]", text)
    return clean(re.sub(r"[_&~](?=[A-Za-z0-9])", "", text) if marked and text.count("_") < 2 else text)


def _chinese_message(text: str) -> str:
    text = re.sub(r"\s*[\(（][_&~][A-Za-z0-9][\)）]", "", _message(text))
    return clean(re.sub(r"[&_~](?=[\u3400-\u9fff])", "", text))


def _from_pages() -> Iterator[Row]:
    for pair in page_pairs():
        if held_back(pair.source, pair.document):
            continue
        if pair.kind == "mallard":
            english, chinese = mallard_sections(pair.english), mallard_sections(pair.chinese)
            if len(english) != len(chinese):
                continue
            for (title, paragraphs), (chinese_title, chinese_paragraphs) in zip(english, chinese):
                yield pair.source, pair.document, title, chinese_title
                if len(paragraphs) == len(chinese_paragraphs):
                    for left, right in zip(paragraphs, chinese_paragraphs):
                        yield pair.source, pair.document, left, right
        else:
            for left, right in html_pairs(pair.english, pair.chinese, pair.kind == "numbered"):
                yield pair.source, pair.document, left.text, right.text


def _from_catalogues() -> Iterator[Row]:
    """gettext's message catalogues; each message's paragraphs are paired one by one."""
    seen: set[str] = set()
    for path in sorted(
        glob.glob(f"{WORK}/catalogues/**/*.mo", recursive=True) + glob.glob(f"{FILES}/**/*.mo", recursive=True)
    ):
        language = Path(path).parent.parent.name.lower()
        if not re.search("zh_CN|zh-CN|zh_Hans", path) or "cp936" in path or "gb" in language:
            continue
        digest = hashlib.md5(Path(path).read_bytes()).hexdigest()
        if digest in seen:
            continue
        seen.add(digest)
        try:
            catalogue = polib.mofile(path)
        except (OSError, ValueError) as problem:
            print("unreadable catalogue:", Path(path).name, problem)
            continue
        document = "catalogue:" + Path(path).name
        for entry in catalogue:
            english = entry.msgid_plural or entry.msgid
            chinese = entry.msgstr or (entry.msgstr_plural.get(0, "") if entry.msgstr_plural else "")
            if not english or not chinese or english == chinese:
                continue
            left = [part for part in re.split(r"\n\s*\n", english) if part.strip()]
            right = [part for part in re.split(r"\n\s*\n", chinese) if part.strip()]
            if len(left) == len(right) > 1:
                for one, other in zip(left, right):
                    yield "catalogue", document, _english_message(one), _chinese_message(other)
            elif len(english) < 2500:
                yield "catalogue", document, _english_message(english), _chinese_message(chinese)


def _from_json_messages() -> Iterator[Row]:
    """MediaWiki's messages: one JSON file for each language, joined by key."""
    for chinese_path in sorted((SHARE / "mediawiki").glob("**/zh-hans.json")):
        english_path = chinese_path.with_name("en.json")
        if not english_path.exists():
            continue
        english = json.loads(english_path.read_text(errors="replace"))
        chinese = json.loads(chinese_path.read_text(errors="replace"))

        def plain(text: str) -> str:
            text = re.sub(
                r"\{\{(?:PLURAL|GENDER|plural|gender)[^|{}]*\|([^{}]*?)\}\}", lambda m: m[1].split("|")[-1], text
            )
            text = re.sub(r"\[\[(?:[^\]|]*\|)?([^\]]*)\]\]", r"\1", text)
            text = re.sub(r"\[\S+ ([^\]]*)\]", r"\1", text)
            return clean(_message(re.sub(r"'{2,}|\{\{[^{}]*\}\}", "", text)))

        for key, text in english.items():
            other = chinese.get(key)
            if isinstance(text, str) and isinstance(other, str) and len(text) < 1500:
                yield "mediawiki", "mediawiki:" + str(chinese_path.parent.relative_to(SHARE)), plain(text), plain(other)


def _package_index(pattern: str) -> str:
    """The text of one of apt's own index files, whatever it is compressed with."""
    found = sorted(glob.glob(f"{WORK}/indexes/*{pattern}*"))
    if not found:
        return ""
    if found[0].endswith(".gz"):
        return gzip.open(found[0], "rt", errors="replace").read()
    return subprocess.run(
        ["/usr/lib/apt/apt-helper", "cat-file", found[0]], capture_output=True, check=True
    ).stdout.decode(errors="replace")


def _descriptions(index: str, language: str) -> dict[str, list[str]]:
    """Package descriptions by the digest of the English one: the short line, then the paragraphs."""
    descriptions: dict[str, list[str]] = {}
    for record in index.split("\n\n"):
        digest = re.search(r"^Description-md5: (\w+)", record, re.M)
        body = re.search(rf"^Description-{language}: (.*(?:\n .*)*)", record, re.M)
        if digest and body:
            short, _, long = body[1].partition("\n")
            paragraphs = [clean(part) for part in re.split(r"\n \.\n", "\n" + long) if part.strip()]
            descriptions[digest[1]] = [short, *paragraphs]
    return descriptions


def package_descriptions() -> Iterator[tuple[str, list[str], list[str]]]:
    """Debian's package descriptions that exist in both languages (digest, English, Chinese), each text once."""
    english = _descriptions(_package_index("Translation-en"), "en")
    chinese = _descriptions(_package_index("Translation-zh"), "zh_CN")
    seen: set[str] = set()
    for digest, translated in sorted(chinese.items()):
        original = english.get(digest)
        if original and len(original) == len(translated) and " ".join(original[1:]) not in seen:
            seen.add(" ".join(original[1:]))
            yield digest, original, [clean_chinese(text) for text in translated]


def _from_package_indexes() -> Iterator[Row]:
    for digest, english, chinese in package_descriptions():
        if held_back("descriptions", "descriptions:" + digest):
            continue
        for left, right in zip(english, chinese):
            yield "descriptions", "descriptions:" + digest, left, right
    index = _package_index("dep11_Components")
    records = yaml.load_all(index, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) if index else ()
    for record in records:
        if not record or "ID" not in record:
            continue
        for key in ("Summary", "Description"):
            texts = record.get(key) or {}
            if "C" not in texts or "zh_CN" not in texts:
                continue
            left = [clean(part) for part in re.split(r"</?(?:p|li|ul|ol)>", str(texts["C"])) if part.strip()]
            right = [clean(part) for part in re.split(r"</?(?:p|li|ul|ol)>", str(texts["zh_CN"])) if part.strip()]
            if len(left) == len(right):
                for one, other in zip(left, right):
                    yield "appstream", "appstream:" + record["ID"], _english_message(one), _chinese_message(other)


def _english_only() -> Iterator[str]:
    """Passages of manuals that exist in English alone: they keep the English side where the teacher has it."""
    choose = random.Random(SEED)

    def passages(source: str) -> Iterator[str]:
        for paragraph in re.split(r"\n\s*\n", source):
            paragraph = clean(paragraph)
            if len(paragraph) <= 60 or len(re.findall(r"[A-Za-z]{2,}", paragraph)) <= 0.1 * len(paragraph):
                continue
            while len(paragraph) > 80:
                passage = paragraph[: choose.choice([250, 400, 550])]
                at = passage.rfind(" ")
                passage = passage[:at] if at > 80 else passage
                yield passage
                paragraph = paragraph[len(passage) :].strip()

    for path in sorted(SHARE.glob("man/man*/*.gz")):
        yield from passages(read_man_page(path, keep_headings=False))
    for path in sorted(SHARE.glob("perl/5.36*/pod/*.pod")) + sorted(SHARE.glob("doc/git-doc/**/*.txt")):
        yield from passages(re.sub(r"^=\w+", "", pod_text(path.read_text(errors="ignore")), flags=re.M))


def _chunks(rows: list[Row], choose: random.Random) -> Iterator[Row]:
    """Neighbouring paragraphs of one document joined, so that long texts are seen too."""
    by_document: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for source, document, english, chinese in rows:
        if source not in ("catalogue", "mediawiki", "appstream"):
            by_document.setdefault((source, document), []).append((english, chinese))
    for (source, document), paragraphs in by_document.items():
        at = 0
        while at < len(paragraphs):
            wanted, length = choose.choice([200, 350, 500]), 0
            first = at
            while at < len(paragraphs) and length < wanted:
                length += len(paragraphs[at][0]) + 1
                at += 1
            if at - first > 1 and length > 120:
                english = " ".join(text for text, _ in paragraphs[first:at])
                ended = (text if text[-1] in "。！？：；，" else text + "。" for _, text in paragraphs[first:at])
                yield source + "_chunk", document, english[:700], "".join(ended)[:350]


def prepare() -> dict:
    """Writes `pairs.json` (all pairs, then the chunks) and `english.json`."""
    leaks = leak_filter()
    read: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    pairs: list[Row] = []
    in_order: list[Row] = []
    dropped = 0
    for rows in (_from_pages(), _from_catalogues(), _from_json_messages(), _from_package_indexes()):
        for source, document, english, chinese in rows:
            english, chinese = clean(english)[:1500], clean_chinese(chinese)[:800]
            if not chinese or not plausible_pair(english, chinese):
                continue
            read[source] += 1
            key = (english.lower(), chinese)
            if key in seen and source == "catalogue":
                continue
            if leaks.leaks(english, chinese):
                dropped += 1
                continue
            in_order.append((source, document, english, chinese))
            if key not in seen:
                seen.add(key)
                kept[source] += 1
                pairs.append((source, document, english, chinese))
    choose = random.Random(SEED)
    chunks = list(_chunks(in_order, choose))
    english_only: list[str] = []
    unique: set[str] = set()
    for text in _english_only():
        if text not in unique:
            unique.add(text)
            if not leaks.shares_run(text):
                english_only.append(text)
    choose.shuffle(english_only)
    data = WORK / "data"
    (data / "pairs.json").write_text(json.dumps(pairs + chunks, ensure_ascii=False))
    (data / "english.json").write_text(json.dumps(english_only[:_ENGLISH_PASSAGES]))
    return {
        "read": dict(read),
        "kept": dict(kept),
        "pairs": len(pairs),
        "pairs_of_5_to_60_words": sum(5 <= len(pair[2].split()) <= 60 for pair in pairs),
        "chunks": len(chunks),
        "dropped_by_leak_filter": dropped,
        "english_only": min(len(english_only), _ENGLISH_PASSAGES),
        "chinese_characters": sum(chinese_count(pair[3]) for pair in pairs),
        "english_distinct": len({normal(pair[2]) for pair in pairs}),
    }
