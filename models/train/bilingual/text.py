"""Cleaning and comparing English and Chinese text."""

import re

CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_WHITESPACE = re.compile(r"\s+")
_CHINESE_SIDE = r"[\u3400-\u9fff，。；：、！？（）「」“”]"
_GAP_IN_CHINESE = re.compile(rf"(?<={_CHINESE_SIDE}) +(?={_CHINESE_SIDE})")
_NOT_WORD = re.compile(r"[\W_]+")


def clean(text: str) -> str:
    """One line, single blanks, no invisible characters."""
    return _WHITESPACE.sub(" ", text.replace("\u200b", "").replace("\xad", "")).strip()


def clean_chinese(text: str) -> str:
    """As `clean`, and without the blanks that line breaks leave between Chinese characters."""
    return _GAP_IN_CHINESE.sub("", clean(text))


def chinese_count(text: str) -> int:
    return len(CHINESE.findall(text))


def mostly_chinese(text: str) -> bool:
    """True where a paragraph is translated at all: manuals leave some paragraphs in English."""
    return chinese_count(text) > 0.25 * len(text)


def normal(text: str) -> str:
    """The form in which two texts count as the same text."""
    return _NOT_WORD.sub(" ", text.lower()).strip()


def expected_english_length(chinese: str) -> float:
    """Length in characters that an English text of the same meaning has, roughly."""
    characters = chinese_count(chinese)
    return characters * 2.9 + (len(chinese) - characters) * 0.95


def plausible_pair(english: str, chinese: str) -> bool:
    """Could the one be a translation of the other? Judged by script and by length."""
    if english == chinese or len(english) < 2 or CHINESE.search(english):
        return False
    characters = chinese_count(chinese)
    if characters < 1 or not re.search("[A-Za-z]{2}", english):
        return False
    if characters / len(chinese) < 0.25 and characters < 8:
        return False
    ratio = len(english) / expected_english_length(chinese)
    return 0.33 < ratio < 3.0 or (len(english) < 30 and 0.2 < ratio < 5)


def cut_passages(paragraphs: list[str], limit: int, chinese: bool) -> list[str]:
    """Joins paragraphs to passages of at most `limit` characters; a longer paragraph is cut at a sentence."""
    passages: list[str] = []
    current = ""
    ends = ("。", "；", "，") if chinese else (". ", "; ", ",", " ")
    for paragraph in paragraphs:
        parts: list[str] = []
        while len(paragraph) > limit:
            at = max(paragraph.rfind(end, limit // 2, limit) for end in ends)
            at = limit if at < 0 else at + 1
            parts.append(paragraph[:at].strip())
            paragraph = paragraph[at:].strip()
        parts.append(paragraph)
        for part in parts:
            if current and len(current) + len(part) + 1 > limit:
                passages.append(current)
                current = part
            else:
                current = (current + ("" if chinese else " ") + part).strip()
    if current:
        passages.append(current)
    return passages
