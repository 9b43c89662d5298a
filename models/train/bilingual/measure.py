"""nDCG@10 and recall@10 by direction, with bootstrap intervals, beside BM25 and the teacher.

A document's score is its best passage plus half the mean of all its passages; chosen on other documents.
"""

import json
import logging
import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import jieba
import numpy
import onnxruntime
from tokenizers import Tokenizer

from .settings import REPOSITORY, SEED, THREADS, WORK
from .text import clean, cut_passages

DIRECTIONS = (("en", "en"), ("zh", "zh"), ("zh", "en"), ("en", "zh"))
_PASSAGE = {"en": 500, "zh": 200}
_DEPTH = 10
_RESAMPLES = 2000

Embed = Callable[[list[str]], numpy.ndarray]


class TestSet:
    """Queries and documents in both languages; a query's answer is one document."""

    def __init__(self, name: str, documents: dict, queries: dict) -> None:
        self.name = name
        self.documents: dict[str, list[list[str]]] = documents
        """Language → passages of each document (an empty list where there is no translation)."""
        self.queries: dict[str, list[tuple[str, int]]] = queries
        """Language → (query, number of its document)."""

    def passages(self, language: str) -> tuple[list[str], numpy.ndarray]:
        texts = [text for document in self.documents[language] for text in document]
        owner = numpy.array([at for at, document in enumerate(self.documents[language]) for _ in document])
        return texts, owner

    def asked(self, query_language: str, language: str) -> list[int]:
        """The queries that have an answer in the other language."""
        return [
            at for at, (_, document) in enumerate(self.queries[query_language]) if self.documents[language][document]
        ]


def book() -> TestSet:
    """Titles of the held-out book's sections; the title itself is not in the text."""
    sections = json.loads((WORK / "data" / "book_sections.json").read_text())
    return TestSet(
        "held-out book, section titles",
        {
            lang: [cut_passages(section[lang], _PASSAGE[lang], lang == "zh") for section in sections]
            for lang in ("en", "zh")
        },
        {lang: [(section[f"{lang}_title"], at) for at, section in enumerate(sections)] for lang in ("en", "zh")},
    )


def validation() -> TestSet:
    """Headings of the validation documents: what choices are made by."""
    sections = [s for s in json.loads((WORK / "data" / "sections.json").read_text()) if s["validation"]]
    return TestSet(
        "validation documents, headings",
        {
            lang: [[passage[place] for passage in section["passages"] if passage[place]] for section in sections]
            for place, lang in enumerate(("en", "zh"))
        },
        {
            lang: [(section[f"query_{lang}"], at) for at, section in enumerate(sections) if section[f"query_{lang}"]]
            for lang in ("en", "zh")
        },
    )


def course() -> TestSet:
    """The course's own `test` questions, over its articles, which exist in both languages with the same facts."""
    corpus = REPOSITORY / "corpus"
    names = sorted(path.name for path in (corpus / "en").glob("*.md"))
    number = {name: at for at, name in enumerate(names)}
    documents = {}
    for language in ("en", "zh"):
        articles = []
        for name in names:
            text = re.sub(r"\A---\n.*?\n---\n", "", (corpus / language / name).read_text(), flags=re.S)
            paragraphs = [clean(part) for part in text.split("\n\n") if part.strip()]
            articles.append(cut_passages(paragraphs, _PASSAGE[language], language == "zh"))
        documents[language] = articles
    queries: dict[str, list[tuple[str, int]]] = {"en": [], "zh": []}
    for question in json.loads((corpus / "questions.json").read_text()):
        if question["split"] == "test" and question["relevant"]:
            name = question["relevant"][0]["documentId"].split("/")[1]
            queries[question["language"]].append((question["text"], number[name]))
    return TestSet("course, test questions", documents, queries)


def document_scores(queries: numpy.ndarray, passages: numpy.ndarray, owner: numpy.ndarray, count: int) -> numpy.ndarray:
    """Best passage plus half of the mean of a document's passages."""
    scores = queries @ passages.T
    best = numpy.full((len(queries), count), -9.0, numpy.float32)
    numpy.maximum.at(best.T, owner, scores.T)
    mean = numpy.zeros((count, passages.shape[1]), numpy.float32)
    numpy.add.at(mean, owner, passages)
    mean /= numpy.maximum(numpy.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
    return best + 0.5 * queries @ mean.T


def gains(scores: numpy.ndarray, answers: list[int]) -> tuple[numpy.ndarray, numpy.ndarray]:
    """nDCG@10 and recall@10 of each query (one answer each); ties count half."""
    ndcg, recall = numpy.zeros(len(answers)), numpy.zeros(len(answers))
    for at, answer in enumerate(answers):
        above = int((scores[at] > scores[at, answer]).sum())
        rank = above + (int((scores[at] == scores[at, answer]).sum()) - 1) // 2
        if rank < _DEPTH:
            ndcg[at], recall[at] = 1 / math.log2(rank + 2), 1
    return ndcg, recall


def interval(values: numpy.ndarray) -> tuple[float, float]:
    """95 % bootstrap interval of the mean over queries."""
    draw = numpy.random.default_rng(SEED).integers(0, len(values), (_RESAMPLES, len(values)))
    low, high = numpy.percentile(values[draw].mean(1), [2.5, 97.5])
    return float(low), float(high)


def _summary(ndcg: numpy.ndarray, recall: numpy.ndarray) -> dict:
    low, high = interval(ndcg)
    return {
        "ndcg": round(float(ndcg.mean()), 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "recall": round(float(recall.mean()), 4),
        "queries": len(ndcg),
    }


def measure(test: TestSet, embed_all: Embed, dimensions: int | None = None) -> dict:
    """All four directions of one embedder."""

    def vectors(texts: list[str]) -> numpy.ndarray:
        found = embed_all(texts)
        if dimensions:
            found = found[:, :dimensions] / numpy.linalg.norm(found[:, :dimensions], axis=1, keepdims=True)
        return found

    passages = {lang: (vectors(test.passages(lang)[0]), test.passages(lang)[1]) for lang in ("en", "zh")}
    queries = {lang: vectors([text for text, _ in test.queries[lang]]) for lang in ("en", "zh")}
    result = {}
    for asked, answered in DIRECTIONS:
        rows = test.asked(asked, answered)
        found, owner = passages[answered]
        scores = document_scores(queries[asked][rows], found, owner, len(test.documents[answered]))
        result[f"{asked}→{answered}"] = _summary(*gains(scores, [test.queries[asked][row][1] for row in rows]))
    return result


def _terms(text: str) -> list[str]:
    """Words: jieba's for Chinese, runs of letters and digits for the rest."""
    terms: list[str] = []
    for run in re.findall(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[a-z0-9_]+", text.lower()):
        terms += jieba.cut(run) if "\u3400" <= run[0] <= "\u9fff" else [run]
    return terms


def bm25_scores(test: TestSet, asked: str, answered: str, rows: list[int]) -> numpy.ndarray:
    """BM25 (k1 1.2, b 0.75) over whole documents."""
    documents = [Counter(_terms(" ".join(passages))) for passages in test.documents[answered]]
    lengths = numpy.array([sum(counts.values()) for counts in documents], float)
    mean = lengths[lengths > 0].mean()
    frequency: Counter[str] = Counter(term for counts in documents for term in counts)
    scores = numpy.zeros((len(rows), len(documents)))
    for at, row in enumerate(rows):
        for term in set(_terms(test.queries[asked][row][0])):
            if term not in frequency:
                continue
            weight = math.log(1 + (len(documents) - frequency[term] + 0.5) / (frequency[term] + 0.5))
            count = numpy.array([counts.get(term, 0) for counts in documents], float)
            scores[at] += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * lengths / mean))
    return scores


def measure_bm25(test: TestSet) -> dict:
    jieba.setLogLevel(logging.ERROR)
    result = {}
    for asked, answered in DIRECTIONS:
        rows = test.asked(asked, answered)
        scores = bm25_scores(test, asked, answered, rows)
        result[f"{asked}→{answered}"] = _summary(*gains(scores, [test.queries[asked][row][1] for row in rows]))
    return result


def onnx_embedder(graph: Path, tokenizer: Path, batch: int = 16, limit: int = 512) -> Embed:
    """The exported model, in batches of texts of like length."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    encoder = Tokenizer.from_file(str(tokenizer))
    encoder.no_padding()
    encoder.enable_truncation(limit)

    def run(texts: list[str]) -> numpy.ndarray:
        ids = [item.ids for item in encoder.encode_batch(texts)]
        order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
        vectors = numpy.zeros((len(ids), 384), numpy.float32)
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            longest = max(len(ids[at]) for at in chosen)
            rows = numpy.zeros((len(chosen), longest), numpy.int64)
            mask = numpy.zeros_like(rows)
            for place, at in enumerate(chosen):
                rows[place, : len(ids[at])], mask[place, : len(ids[at])] = ids[at], 1
            hidden = session.run(None, {"input_ids": rows, "attention_mask": mask})[0]
            mean = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
            vectors[chosen] = mean / numpy.linalg.norm(mean, axis=1, keepdims=True)
        return vectors

    return run


def remembering(embed_all: Embed) -> Embed:
    """The same embedder; a text that was embedded before is not embedded again."""
    known: dict[str, numpy.ndarray] = {}

    def run(texts: list[str]) -> numpy.ndarray:
        new = sorted({text for text in texts if text not in known})
        if new:
            known.update(zip(new, embed_all(new)))
        return numpy.stack([known[text] for text in texts])

    return run


def table(results: dict[str, dict]) -> str:
    """A Markdown table: systems down, directions across; nDCG@10 (95 % interval) / recall@10."""
    names = [f"{asked}→{answered}" for asked, answered in DIRECTIONS]
    lines = ["| | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    for system, result in results.items():
        figures = [result[name] for name in names]
        cells = [f"{f['ndcg']:.3f} ({f['low']:.3f}–{f['high']:.3f}) / {f['recall']:.2f}" for f in figures]
        lines.append(f"| {system} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
