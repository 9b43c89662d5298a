"""A first vector for every Chinese piece, without any training: IBM model 1 on the parallel text.

Brown et al. 1993, "The Mathematics of Statistical Machine Translation". The model gives t(english | chinese); a Chinese
row starts as the weighted mean of the English rows it is aligned with, and with the teacher's layers unchanged that
alone finds passages across the languages.
"""

import json

import numpy
from safetensors.numpy import load_file

from .settings import TEACHER, TEXT_DIMENSIONS, WORK
from .text import CHINESE
from .vocabulary import FOLDER, character_rows, chinese_rows, row_of_id, row_source, student_tokenizer

_ITERATIONS = 6
_LONGEST_ENGLISH = 30
_MOST_CHINESE = 28
_BEST = 8
_SHARPEN = 1.3
_NORM = 0.95


def teacher_rows() -> numpy.ndarray:
    weights = load_file(TEACHER / "model.safetensors")
    return weights[next(key for key in weights if "word_embeddings" in key)].astype(numpy.float32)


def prepare() -> dict:
    pairs = [pair for pair in json.loads((WORK / "data" / "pairs.json").read_text()) if not pair[0].endswith("_chunk")]
    table, source, is_chinese = row_of_id(), row_source(), chinese_rows()
    count = len(source)
    null = count
    tokenizer = student_tokenizer()
    english = [
        numpy.unique(table[item.ids[1:-1]]) if 2 < len(item.ids) < _LONGEST_ENGLISH else None
        for item in tokenizer.encode_batch([pair[2] for pair in pairs])
    ]
    words = [table[item.ids[1:-1]] for item in tokenizer.encode_batch([pair[3] for pair in pairs])]
    by_character = character_rows()
    left: list[numpy.ndarray] = []
    right: list[numpy.ndarray] = []
    for pair, pieces, chinese in zip(pairs, english, words):
        if pieces is None:
            continue
        characters = numpy.array(
            [by_character[sign] for sign in CHINESE.findall(pair[3]) if sign in by_character], numpy.int64
        )
        # Each sentence is read twice, in words and in characters, so that both get a translation.
        for reading in (chinese, characters):
            reading = numpy.unique(reading[is_chinese[reading]]) if len(reading) else reading
            if 0 < len(reading) <= _MOST_CHINESE:
                left.append(numpy.append(reading, null))
                right.append(pieces)
    chinese_side = numpy.concatenate([numpy.tile(z, len(e)) for z, e in zip(left, right)]).astype(numpy.int32)
    english_side = numpy.concatenate([numpy.repeat(e, len(z)) for z, e in zip(left, right)]).astype(numpy.int32)
    english_count = numpy.array([len(e) for e in right])
    chinese_count = numpy.array([len(z) for z in left])
    # One group for each English word of each sentence: its probability is shared among the sentence's Chinese pieces.
    group = numpy.repeat(
        numpy.arange(english_count.sum(), dtype=numpy.int32), numpy.repeat(chinese_count, english_count)
    )
    key, place = numpy.unique(chinese_side.astype(numpy.int64) * count + english_side, return_inverse=True)
    del chinese_side, english_side
    place = place.astype(numpy.int32)
    of_chinese, of_english = (key // count).astype(numpy.int32), (key % count).astype(numpy.int32)
    probability = numpy.full(len(key), 1e-3, numpy.float32)
    for _ in range(_ITERATIONS):
        share = probability[place]
        share /= numpy.bincount(group, weights=share)[group]
        expected = numpy.bincount(place, weights=share, minlength=len(key))
        total = numpy.bincount(of_chinese, weights=expected, minlength=count + 1)
        probability = (expected / numpy.maximum(total[of_chinese], 1e-9)).astype(numpy.float32)

    teacher = teacher_rows()
    rows = numpy.zeros((count, TEXT_DIMENSIONS), numpy.float32)
    for row, piece in enumerate(source):
        if not isinstance(piece, str):
            rows[row] = teacher[piece]
    norm = numpy.linalg.norm(rows[~is_chinese], axis=1).mean()
    mean = rows[~is_chinese].mean(0)
    order = numpy.lexsort((-probability, of_chinese))
    start = numpy.searchsorted(of_chinese[order], numpy.arange(count + 2))
    unaligned = 0
    for row in numpy.flatnonzero(is_chinese):
        best = order[start[row] : start[row + 1]][:_BEST]
        best = best[(probability[best] > 0.03) & ~is_chinese[of_english[best]]]
        if len(best) == 0:
            rows[row] = mean
            unaligned += 1
            continue
        weight = probability[best] ** _SHARPEN
        vector = (weight[:, None] * rows[of_english[best]]).sum(0) / weight.sum()
        rows[row] = vector * (norm / numpy.linalg.norm(vector)) * _NORM
    numpy.save(FOLDER / "first_rows.npy", rows)
    pieces = (TEACHER / "vocab.txt").read_text().splitlines()
    sample = {}
    for word in ("文件", "删除", "服务器", "密码", "火", "城"):
        if word in source:
            row = source.index(word)
            best = order[start[row] : start[row + 1]][:4]
            sample[word] = [
                [pieces[source[of_english[at]]], round(float(probability[at]), 2)]
                for at in best
                if not is_chinese[of_english[at]]
            ]
    return {"sentences": len(left), "cells": len(group), "without_alignment": unaligned, "sample": sample}
