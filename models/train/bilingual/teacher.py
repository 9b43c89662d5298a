"""The teacher's vectors of every English text, computed once."""

import json
import re
import time

import numpy

from .settings import WORK
from .student import embed_rows, from_teacher
from .vocabulary import teacher_tokenizer

_LIMIT = 160


def embed_texts(texts: list[str]) -> numpy.ndarray:
    model = from_teacher(tuple(range(6))).bfloat16().eval()
    tokenizer = teacher_tokenizer()
    tokenizer.enable_truncation(_LIMIT)
    return embed_rows(model, [item.ids for item in tokenizer.encode_batch(texts)])


def prepare() -> dict:
    """One vector for each distinct English text of pairs, English passages, and sections."""
    data = WORK / "data"
    texts = {pair[2] for pair in json.loads((data / "pairs.json").read_text())}
    texts |= set(json.loads((data / "english.json").read_text()))
    for section in json.loads((data / "sections.json").read_text()):
        if not section["validation"]:
            texts |= {section["query_en"], *(english for english, _ in section["passages"])}
    texts |= {text for pair in first_sentences() for text in pair[:2]}
    texts.discard("")
    ordered = sorted(texts)
    started = time.time()
    vectors = embed_texts(ordered)
    numpy.save(data / "teacher_vectors.npy", vectors.astype(numpy.float16))
    (data / "teacher_texts.json").write_text(json.dumps(ordered, ensure_ascii=False))
    return {"texts": len(ordered), "seconds": round(time.time() - started)}


class TeacherVectors:
    """The vectors by text."""

    def __init__(self) -> None:
        data = WORK / "data"
        texts = json.loads((data / "teacher_texts.json").read_text())
        self._place = {text: at for at, text in enumerate(texts)}
        self._vectors = numpy.load(data / "teacher_vectors.npy")

    def places(self, texts: list[str]) -> numpy.ndarray:
        """Places of the texts in the table; -1 where there is none."""
        return numpy.array([self._place.get(text, -1) for text in texts], numpy.int64)

    def at(self, places: numpy.ndarray) -> numpy.ndarray:
        vectors = self._vectors[places].astype(numpy.float32)
        return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)


def first_sentences() -> list[tuple[str, str, str, str, str]]:
    """From the chunks: (first sentence, rest) in English and in Chinese, and the document. A weak kind of question."""
    found = []
    for source, document, english, chinese in json.loads((WORK / "data" / "pairs.json").read_text()):
        if not source.endswith("_chunk"):
            continue
        left = re.split(r"(?<=[.!?:]) ", english, maxsplit=1)
        right = re.split(r"(?<=[。！？：；])", chinese, maxsplit=1)
        if (
            len(left) == len(right) == 2
            and 12 < len(left[0]) < 140
            and len(left[1]) > 120
            and 5 < len(right[0]) < 60
            and len(right[1]) > 40
        ):
            found.append((left[0], left[1], right[0], right[1], document))
    return found
