"""Stages 1 and 2: the student learns to give a text, in either language, the teacher's vector of the English text.

Reimers & Gurevych 2020, "Making Monolingual Sentence Embeddings Multilingual using Knowledge Distillation".
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy
import torch
from torch import Tensor

from .settings import RECIPE, SEED, WORK
from .student import Encoder, Trainer, distillation_loss, first_student, keep_layers, load, pack, prefix, save
from .teacher import TeacherVectors
from .vocabulary import chinese_rows, encode_rows, in_characters

CHECKPOINTS = WORK / "checkpoints"
_LIMIT = 128
_MOST_TEXTS = 512


class Ragged:
    """Many short integer arrays in one: millions of small objects would cost gigabytes."""

    def __init__(self, values: numpy.ndarray, ends: numpy.ndarray) -> None:
        self.values, self.ends = values, ends
        self.lengths = numpy.diff(ends)

    @classmethod
    def of(cls, arrays: list[numpy.ndarray]) -> "Ragged":
        return cls(numpy.concatenate(arrays), numpy.cumsum([0] + [len(array) for array in arrays]))

    def __getitem__(self, at: int) -> numpy.ndarray:
        return self.values[self.ends[at] : self.ends[at + 1]]


class Texts:
    """All pairs and English passages, tokenised once and kept on disk."""

    def __init__(self) -> None:
        data = WORK / "data"
        pairs = json.loads((data / "pairs.json").read_text())
        english = json.loads((data / "english.json").read_text())
        cache = data / "tokens.npz"
        if not cache.exists():
            chinese = encode_rows([pair[3] for pair in pairs], _LIMIT)
            readings = {
                "chinese": chinese,
                "characters": [in_characters(rows, _LIMIT) for rows in chinese],
                "english": encode_rows([pair[2] for pair in pairs], _LIMIT),
                "anchor": encode_rows(english, _LIMIT),
            }
            arrays = {}
            for name, texts in readings.items():
                ragged = Ragged.of(texts)
                arrays[name], arrays[name + "_ends"] = ragged.values, ragged.ends
            numpy.savez(cache, **arrays)
        with numpy.load(cache) as stored:
            self.readings = {
                name: Ragged(stored[name], stored[name + "_ends"])
                for name in ("chinese", "characters", "english", "anchor")
            }
        self.vectors = TeacherVectors()
        self.pair_place = self.vectors.places([pair[2] for pair in pairs])
        self.anchor_place = self.vectors.places(english)
        self.words = numpy.array([len(pair[2].split()) for pair in pairs])
        self.is_chunk = numpy.array([pair[0].endswith("_chunk") for pair in pairs])

    def target(self, kind: str, chosen: numpy.ndarray) -> Tensor:
        places = (self.anchor_place if kind == "anchor" else self.pair_place)[chosen]
        return torch.from_numpy(self.vectors.at(places))


def _epoch(
    texts: Texts, kind: str, short_share: float, copies: int, tokens: int, random: numpy.random.Generator
) -> list[list[tuple[str, int]]]:
    """One pass over the texts of a kind, in batches of like length, in random order."""
    if kind == "anchor":
        chosen = numpy.arange(len(texts.anchor_place))
    else:
        chosen = numpy.flatnonzero((texts.words >= 3) | (random.random(len(texts.words)) < short_share))
        chosen = numpy.concatenate([chosen] + [numpy.flatnonzero(texts.is_chunk)] * (copies - 1))
    reading = numpy.full(len(chosen), kind, dtype=object)
    if kind == "chinese":
        reading[random.random(len(chosen)) < RECIPE.rows.characters_only] = "characters"
    lengths = numpy.zeros(len(chosen), int)
    for name in set(reading):
        lengths[reading == name] = texts.readings[name].lengths[chosen[reading == name]]
    order = numpy.lexsort((random.random(len(chosen)), lengths + random.integers(0, 3, len(chosen))))
    batches: list[list[tuple[str, int]]] = []
    at = 0
    while at < len(order):
        end, longest = at, 0
        while end < len(order):
            longest = max(longest, lengths[order[end]])
            if end > at and ((end - at + 1) * longest > tokens or end - at >= _MOST_TEXTS):
                break
            end += 1
        batches.append([(reading[place], int(chosen[place])) for place in order[at:end]])
        at = end
    return [batches[at] for at in random.permutation(len(batches))]


def _stream(*arguments) -> Iterator[list[tuple[str, int]]]:
    while True:
        yield from _epoch(*arguments)


def _train(
    trainer: Trainer,
    texts: Texts,
    random: numpy.random.Generator,
    chinese_share: float,
    anchor_share: float,
    short_share: float,
    copies: int,
    tokens: int,
    dimensions: int,
    prefix_weight: float,
    frozen: Tensor | None,
) -> dict:
    streams = {
        kind: _stream(texts, kind, short_share, copies, tokens, random) for kind in ("chinese", "english", "anchor")
    }
    started, seen = time.time(), 0
    running: dict[str, float] = {}
    log = []
    while trainer.step_count < trainer.steps:
        if random.random() < chinese_share:
            kind = "chinese"
        else:
            kind = "anchor" if random.random() < anchor_share else "english"
        batch = next(streams[kind])
        rows, mask = pack([texts.readings[name][at] for name, at in batch])
        wanted = texts.target(kind, numpy.array([at for _, at in batch]))
        given = trainer.model(rows, mask)
        loss, cosine = distillation_loss(given, wanted)
        if prefix_weight:
            short = distillation_loss(prefix(given, dimensions), prefix(wanted, dimensions))[0]
            loss = (1 - prefix_weight) * loss + prefix_weight * short
        trainer.step(loss, frozen)
        seen += int(mask.sum())
        running[kind] = 0.97 * running.get(kind, cosine) + 0.03 * cosine
        if trainer.step_count % 50 == 0:
            seconds = time.time() - started
            line = {"step": trainer.step_count, "seconds": round(seconds), "tokens_per_second": round(seen / seconds)}
            line |= {f"cosine_{name}": round(value, 4) for name, value in running.items()}
            log.append(line)
            print(json.dumps(line), flush=True)
    return {"tokens": seen, "seconds": round(time.time() - started), "log": log}


def train_rows() -> dict:
    """Stage 1: only the Chinese rows learn, under the teacher's own six layers."""
    settings = RECIPE.rows
    torch.manual_seed(SEED)
    random = numpy.random.default_rng(SEED)
    trainer = Trainer(first_student(), {"words": settings.learning_rate}, settings.steps, settings.warm_up)
    frozen = torch.from_numpy(~chinese_rows())
    figures = _train(trainer, Texts(), random, 1.0, 0.0, 0.3, 1, settings.tokens_per_batch, 0, 0.0, frozen)
    save(trainer.finish(), CHECKPOINTS / "rows.safetensors")
    return figures


def train_layers() -> dict:
    """Stage 2: some layers are taken out, and everything that is left learns."""
    settings = RECIPE.distil
    torch.manual_seed(SEED + 1)
    random = numpy.random.default_rng(SEED + 1)
    model: Encoder = keep_layers(load(CHECKPOINTS / "rows.safetensors"), settings.layers)
    rates = {
        "words": settings.embedding_rate,
        "layers": settings.learning_rate,
        "positions": settings.learning_rate,
        "first_norm": settings.learning_rate,
    }
    trainer = Trainer(model, rates, settings.steps, settings.warm_up)
    figures = _train(
        trainer,
        Texts(),
        random,
        settings.chinese_share,
        settings.anchor_share,
        settings.short_share,
        settings.chunk_copies,
        settings.tokens_per_batch,
        settings.prefix_dimensions,
        settings.prefix_weight,
        None,
    )
    save(trainer.finish(), CHECKPOINTS / "layers.safetensors")
    return figures


def checkpoint(name: str) -> Path:
    return CHECKPOINTS / f"{name}.safetensors"
