"""The student's vocabulary: the English pieces that matter, Chinese characters, and Chinese *words*.

WordPiece never sees a Chinese word where the tokenizer puts blanks around each character, as BERT's does. Here that is
switched off: a Split on runs of known characters comes first, and WordPiece's longest match then finds words in a run.
A piece can therefore stand at the start of a run or inside it (`X`, `##X`); both ids share one row of the embedding
table. Traditional characters have ids of their own and share the row of the simplified character.
"""

import json
import logging
import re
from collections import Counter
from functools import cache

import jieba
import numpy
from opencc import OpenCC
from tokenizers import Tokenizer

from .settings import RECIPE, TEACHER, WORK
from .text import CHINESE

FOLDER = WORK / "student"
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_FULL_WIDTH = "。，、；：？！（）「」『』“”‘’《》【】…—·～"
_FIRST_GENERAL = 1996
"""In the teacher's vocabulary real words and pieces start here, most frequent first."""


def teacher_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(TEACHER / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@cache
def student_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@cache
def _rows() -> dict:
    return json.loads((FOLDER / "rows.json").read_text())


@cache
def row_of_id() -> numpy.ndarray:
    """Token id → row of the embedding table."""
    return numpy.array(_rows()["row_of_id"], numpy.int64)


@cache
def row_source() -> list[int | str]:
    """What a row stands for: the teacher's id (English) or a Chinese character or word."""
    return _rows()["row_source"]


def chinese_rows() -> numpy.ndarray:
    return numpy.array([isinstance(source, str) for source in row_source()])


def encode_rows(texts: list[str], limit: int) -> list[numpy.ndarray]:
    """Texts as rows of the embedding table, with [CLS] and [SEP], cut to `limit` pieces."""
    table = row_of_id()
    encoded = []
    for item in student_tokenizer().encode_batch(texts):
        ids = item.ids
        if len(ids) > limit:
            ids = [*ids[: limit - 1], ids[-1]]
        encoded.append(table[ids].astype(numpy.int32))
    return encoded


def in_characters(rows: numpy.ndarray, limit: int) -> numpy.ndarray:
    """The same text with each Chinese word spelt by its characters."""
    source = row_source()
    spelt: list[int] = []
    for row in rows.tolist():
        word = source[row]
        if isinstance(word, str) and len(word) > 1:
            spelt += [character_rows().get(character, row) for character in word]
        else:
            spelt.append(row)
    return numpy.array(spelt[:limit], numpy.int32)


@cache
def character_rows() -> dict[str, int]:
    return {source: row for row, source in enumerate(row_source()) if isinstance(source, str) and len(source) == 1}


def _english_ids(pieces: list[str], counts: Counter[int]) -> list[int]:
    """The teacher's ids that stay: signs, its most general pieces, then those that our text uses most."""
    settings = RECIPE.vocabulary
    keep: set[int] = set()
    for number, piece in enumerate(pieces):
        base = piece.removeprefix("##")
        if piece in _SPECIAL or (len(base) == 1 and (ord(base) < 256 or base in "—–‘’“”…•→←≤≥×")):
            keep.add(number)
    for number in range(_FIRST_GENERAL, _FIRST_GENERAL + settings.general_pieces):
        if re.fullmatch(r"(##)?[a-z0-9]+", pieces[number]):
            keep.add(number)
    for number, count in counts.most_common():
        if len(keep) >= settings.english_pieces:
            break
        if count >= 3 and all(ord(sign) < 0x250 or 0x2000 < ord(sign) < 0x2C00 for sign in pieces[number]):
            keep.add(number)
    # Text runs out of new pieces before the budget does: the rest is general English again.
    for number in range(_FIRST_GENERAL, len(pieces)):
        if len(keep) >= settings.english_pieces:
            break
        if re.fullmatch(r"(##)?[a-z0-9]+", pieces[number]):
            keep.add(number)
    return sorted(keep)


def _traditional(characters: set[str]) -> dict[str, str]:
    """Traditional characters whose simplified form is in the vocabulary and which are not in it themselves."""
    convert = OpenCC("t2s").convert
    found = {}
    for code in range(0x4E00, 0xA000):
        sign = chr(code)
        simple = convert(sign)
        if sign not in characters and simple != sign and simple in characters:
            found[sign] = simple
    return found


def prepare() -> dict:
    settings = RECIPE.vocabulary
    jieba.setLogLevel(logging.ERROR)
    pairs = json.loads((WORK / "data" / "pairs.json").read_text())
    english_only = json.loads((WORK / "data" / "english.json").read_text())
    plain = [pair for pair in pairs if not pair[0].endswith("_chunk")]
    counts: Counter[int] = Counter()
    for item in teacher_tokenizer().encode_batch([pair[2] for pair in plain] + english_only):
        counts.update(item.ids)
    pieces = (TEACHER / "vocab.txt").read_text().splitlines()
    keep = _english_ids(pieces, counts)
    character_counts: Counter[str] = Counter()
    word_counts: Counter[str] = Counter()
    for pair in plain:
        character_counts.update(CHINESE.findall(pair[3]))
        for word in jieba.cut(pair[3]):
            if 2 <= len(word) <= 4 and len(CHINESE.findall(word)) == len(word):
                word_counts[word] += 1
    characters = [sign for sign, count in character_counts.most_common() if count >= settings.least_character_count]
    words = [
        word for word, count in word_counts.most_common(settings.chinese_words) if count >= settings.least_word_count
    ]

    teacher_id = {piece: number for number, piece in enumerate(pieces)}
    vocabulary: dict[str, int] = {}
    row_by_id: list[int] = []
    source: list[int | str] = []

    def add(piece: str, row: int) -> None:
        vocabulary[piece] = len(row_by_id)
        row_by_id.append(row)

    for number in keep:
        add(pieces[number], len(source))
        source.append(number)
    for sign in _FULL_WIDTH:
        if sign not in vocabulary:
            add(sign, len(source))
            source.append(teacher_id.get(sign, sign))
    for piece in characters + words:
        row = len(source)
        source.append(piece)
        add(piece, row)
        add("##" + piece, row)
    traditional = _traditional(set(characters))
    for sign, simple in traditional.items():
        row = row_by_id[vocabulary[simple]]
        add(sign, row)
        add("##" + sign, row)
    assert len(source) < 2**15, "the id table of the ONNX graph is 16 bits wide"

    tokenizer = json.loads((TEACHER / "tokenizer.json").read_text())
    tokenizer["model"] = {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        # A whole run of Chinese counts as one word here.
        "max_input_chars_per_word": 400,
        "vocab": vocabulary,
    }
    tokenizer["normalizer"] = {
        "type": "BertNormalizer",
        "clean_text": True,
        "handle_chinese_chars": False,
        "strip_accents": None,
        "lowercase": True,
    }
    known = "".join(sorted(characters + list(traditional)))
    tokenizer["pre_tokenizer"] = {
        "type": "Sequence",
        "pretokenizers": [
            # Exactly the known characters: an unknown one inside a run would turn the whole run into [UNK].
            {"type": "Split", "pattern": {"Regex": f"[{known}]+"}, "behavior": "Isolated", "invert": False},
            {"type": "BertPreTokenizer"},
        ],
    }
    for token in tokenizer["added_tokens"]:
        token["id"] = vocabulary[token["content"]]
    for name, token in tokenizer["post_processor"]["special_tokens"].items():
        token["ids"] = [vocabulary[name]]
    tokenizer["truncation"] = tokenizer["padding"] = None
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")))
    (FOLDER / "rows.json").write_text(json.dumps({"row_of_id": row_by_id, "row_source": source}, ensure_ascii=False))
    total = sum(counts.values())
    return {
        "english_pieces": len(keep),
        "english_coverage": round(sum(counts[number] for number in keep) / total, 5),
        "characters": len(characters),
        "words": len(words),
        "least_word_count": word_counts[words[-1]],
        "traditional": len(traditional),
        "rows": len(source),
        "ids": len(row_by_id),
        "tokenizer_megabytes": round((FOLDER / "tokenizer.json").stat().st_size / 1e6, 3),
    }
