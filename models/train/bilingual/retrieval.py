"""Stage 3: a heading or question finds the passage under it, asked and answered in either language.

Contrastive within the batch. The target is not "this passage and no other" alone: part of it is the teacher's own
similarity of the English texts, so that a passage that also answers is not pushed away. Part of each batch are sections
of one document, which are each other's hard negatives. Every few steps is a distillation step, against forgetting.
"""

import json
import time
from dataclasses import dataclass

import numpy
import torch
from torch import Tensor
from torch.nn import functional

from .distil import CHECKPOINTS, Texts
from .measure import DIRECTIONS, TestSet, document_scores, gains, validation
from .settings import RECIPE, SEED, WORK
from .student import Encoder, Trainer, embed, load, pack, prefix, save
from .teacher import TeacherVectors, first_sentences
from .vocabulary import encode_rows

# How often a source's sections are drawn: prose about systems more, LibreOffice's menus and Perl's reference less.
_WEIGHT = {
    "libreoffice-help": 1.0,
    "perl-doc": 0.5,
    "git-doc": 0.8,
    "manpages": 0.7,
    "manpages-zh": 0.8,
    "debian-reference": 2.5,
    "installation-guide": 2.5,
    "debian-faq": 3.5,
    "maint-guide": 2.5,
    "debian-edu": 2.5,
    "gnome-help": 2.5,
    "linux-doc": 1.5,
    "kicad": 1.5,
    "descriptions": 1.5,
    "perl-faq": 2.0,
    "debian-policy": 1.2,
    "developers-reference": 1.5,
    "debmake": 1.2,
    "aptitude": 1.5,
    "apt": 1.5,
}


@dataclass(frozen=True)
class Item:
    """A query in one or two languages and its passages; `None` where a language has none."""

    document: str
    weight: float
    queries: tuple[numpy.ndarray | None, numpy.ndarray | None]
    passages: tuple[list[numpy.ndarray] | None, list[numpy.ndarray] | None]
    query_place: int
    passage_places: list[int]


def _items(vectors: TeacherVectors) -> list[Item]:
    settings = RECIPE.retrieval
    sections = [s for s in json.loads((WORK / "data" / "sections.json").read_text()) if not s["validation"]]
    raw = [
        (
            section["document"],
            _WEIGHT.get(section["source"], 1.0),
            section["query_en"],
            section["query_zh"],
            [passage[0] for passage in section["passages"]],
            [passage[1] for passage in section["passages"]],
        )
        for section in sections
    ]
    for number, (first, rest, chinese_first, chinese_rest, document) in enumerate(first_sentences()):
        weight = settings.first_sentence_weight
        # Six neighbours at most count as one document here: a long manual's chunks would crowd out all else.
        raw.append((f"{document}/{number // 6}", weight, first, chinese_first, [rest], [chinese_rest]))
    items = []
    for document, weight, english, chinese, english_passages, chinese_passages in raw:
        items.append(
            Item(
                document,
                weight,
                (
                    encode_rows([english], settings.query_tokens)[0] if english else None,
                    encode_rows([chinese], settings.query_tokens)[0] if chinese else None,
                ),
                (
                    encode_rows(english_passages, settings.passage_tokens) if english_passages[0] else None,
                    encode_rows(chinese_passages, settings.passage_tokens) if chinese_passages[0] else None,
                ),
                int(vectors.places([english])[0]),
                vectors.places(english_passages).tolist(),
            )
        )
    return items


class _Batches:
    """Draws items by weight, with neighbours of the same document among them."""

    def __init__(self, items: list[Item], random: numpy.random.Generator) -> None:
        self.items, self.random = items, random
        self.weights = numpy.array([item.weight for item in items])
        self.has = [numpy.array([item.passages[language] is not None for item in items]) for language in (0, 1)]
        self.by_document: dict[str, list[int]] = {}
        for at, item in enumerate(items):
            self.by_document.setdefault(item.document, []).append(at)

    def draw(self, language: int) -> list[Item]:
        settings, able = RECIPE.retrieval, self.has[language]
        chance = self.weights * able
        chosen: dict[int, None] = {}
        for seed in self.random.choice(len(self.items), settings.batch, replace=False, p=chance / chance.sum()):
            group = [int(seed)]
            if self.random.random() < settings.same_document:
                others = self.random.permutation(self.by_document[self.items[seed].document])[:6]
                group += [int(at) for at in others if able[at] and at != seed][: int(self.random.integers(1, 4))]
            for at in group:
                if len(chosen) < settings.batch:
                    chosen[at] = None
        return [self.items[at] for at in chosen]


def _soft_targets(similarity: Tensor, known: Tensor) -> Tensor:
    """Identity, softened by the teacher's similarity where the teacher knows both texts."""
    identity = torch.eye(len(similarity))
    soft = functional.softmax(similarity.masked_fill(~known, -1e4), -1)
    share = RECIPE.retrieval.identity
    return torch.where(known.any(-1, keepdim=True), share * identity + (1 - share) * soft, identity)


def _contrastive(queries: Tensor, passages: Tensor, similarity: Tensor, known: Tensor) -> Tensor:
    scores = queries @ passages.T / RECIPE.retrieval.temperature
    rows = -(_soft_targets(similarity, known) * functional.log_softmax(scores, -1)).sum(-1).mean()
    columns = -(_soft_targets(similarity.T, known.T) * functional.log_softmax(scores.T, -1)).sum(-1).mean()
    return (rows + columns) / 2


class _Validation:
    """Mean nDCG@10 of the four directions on the validation documents' headings, all sources."""

    def __init__(self) -> None:
        self.test: TestSet = validation()

    def __call__(self, model: Encoder) -> dict[str, float]:
        passages = {}
        for language in ("en", "zh"):
            texts, owner = self.test.passages(language)
            passages[language] = (embed(model, texts, 144), owner)
        queries = {
            language: embed(model, [text for text, _ in self.test.queries[language]]) for language in ("en", "zh")
        }
        result = {}
        for asked, answered in DIRECTIONS:
            rows = self.test.asked(asked, answered)
            found, owner = passages[answered]
            scores = document_scores(queries[asked][rows], found, owner, len(self.test.documents[answered]))
            ndcg, _ = gains(scores, [self.test.queries[asked][row][1] for row in rows])
            result[f"{asked}→{answered}"] = round(float(ndcg.mean()), 4)
        result["mean"] = round(sum(result.values()) / len(DIRECTIONS), 4)
        return result


def _distillation_step(
    model: Encoder, texts: Texts, long_enough: numpy.ndarray, random: numpy.random.Generator
) -> Tensor:
    kind = random.choice(["chinese", "english", "anchor"], p=[0.4, 0.3, 0.3])
    # Passages are long, pairs short: about as many tokens either way.
    chosen = random.choice(len(texts.anchor_place), 40) if kind == "anchor" else random.choice(long_enough, 144)
    given = model(*pack([texts.readings[kind][at][:96] for at in chosen]))
    return RECIPE.cosine_weight * (1 - (given * texts.target(kind, chosen)).sum(-1)).mean()


def train() -> dict:
    settings = RECIPE.retrieval
    torch.manual_seed(SEED + 2)
    random = numpy.random.default_rng(SEED + 2)
    texts = Texts()
    items = _items(texts.vectors)
    batches, validate = _Batches(items, random), _Validation()
    long_enough = numpy.flatnonzero(texts.readings["english"].lengths >= 7)
    model = load(CHECKPOINTS / "layers.safetensors")
    rate = settings.learning_rate
    trainer = Trainer(
        model,
        {"words": settings.embedding_rate, "layers": rate, "positions": rate, "first_norm": rate},
        settings.steps,
        settings.warm_up,
    )
    started = time.time()
    log = [{"step": 0, "validation": validate(trainer.model)}]
    print(json.dumps(log[-1]), flush=True)
    running = 0.0
    while trainer.step_count < settings.steps:
        if trainer.step_count % settings.distil_every == settings.distil_every - 1:
            trainer.step(_distillation_step(trainer.model, texts, long_enough, random))
        else:
            language = int(random.integers(2))
            queries, passages, query_places, passage_places = [], [], [], []
            for item in batches.draw(language):
                both = item.queries[0] is not None and item.queries[1] is not None
                ask = int(random.integers(2)) if both else int(item.queries[0] is None)
                # The first passage under a heading is the one that most often answers it.
                passage = int(random.integers(len(item.passage_places))) if random.random() < 0.5 else 0
                queries.append(item.queries[ask])
                passages.append(item.passages[language][passage])
                query_places.append(item.query_place)
                passage_places.append(item.passage_places[passage])
            asked, answered = numpy.array(query_places), numpy.array(passage_places)
            teacher_queries = torch.from_numpy(texts.vectors.at(asked))
            teacher_passages = torch.from_numpy(texts.vectors.at(answered))
            known_passage = torch.from_numpy(answered >= 0)
            known = torch.from_numpy(asked >= 0)[:, None] & known_passage[None]
            similarity = teacher_queries @ teacher_passages.T / settings.temperature
            given, found = trainer.model(*pack(queries)), trainer.model(*pack(passages))
            loss = _contrastive(given, found, similarity, known)
            running = 0.95 * running + 0.05 * float(loss.detach())
            if settings.prefix_weight:
                size = RECIPE.distil.prefix_dimensions
                short = _contrastive(prefix(given, size), prefix(found, size), similarity, known)
                loss = (1 - settings.prefix_weight) * loss + settings.prefix_weight * short
            away = (1 - (found * teacher_passages).sum(-1)) * known_passage
            loss = loss + settings.passage_anchor * away.sum() / known_passage.sum().clamp(min=1)
            trainer.step(loss)
        if trainer.step_count % settings.validate_every == 0 and trainer.step_count < settings.steps:
            line = {"step": trainer.step_count, "seconds": round(time.time() - started), "loss": round(running, 3)}
            log.append(line | {"validation": validate(trainer.model)})
            print(json.dumps(log[-1]), flush=True)
    final = trainer.finish()
    save(final, CHECKPOINTS / "retrieval.safetensors")
    result = validate(final)
    print(json.dumps(result), flush=True)
    return {"items": len(items), "seconds": round(time.time() - started), "log": log, "validation": result}
