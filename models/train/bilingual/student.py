"""The network: BERT's encoder with mean pooling, written out, with the teacher's weights to start from."""

import math
from pathlib import Path

import numpy
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from .settings import RECIPE, TEACHER, TEXT_DIMENSIONS, THREADS
from .vocabulary import FOLDER, encode_rows

torch.set_num_threads(THREADS)
_HEADS = 12
_INNER = 1536
_EPSILON = 1e-12


class Layer(nn.Module):
    """One transformer layer, normalised after each part as BERT's is."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(TEXT_DIMENSIONS, TEXT_DIMENSIONS)
        self.key = nn.Linear(TEXT_DIMENSIONS, TEXT_DIMENSIONS)
        self.value = nn.Linear(TEXT_DIMENSIONS, TEXT_DIMENSIONS)
        self.attended = nn.Linear(TEXT_DIMENSIONS, TEXT_DIMENSIONS)
        self.attended_norm = nn.LayerNorm(TEXT_DIMENSIONS, eps=_EPSILON)
        self.inner = nn.Linear(TEXT_DIMENSIONS, _INNER)
        self.outer = nn.Linear(_INNER, TEXT_DIMENSIONS)
        self.outer_norm = nn.LayerNorm(TEXT_DIMENSIONS, eps=_EPSILON)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        def heads(x: Tensor) -> Tensor:
            return x.view(x.shape[0], x.shape[1], _HEADS, TEXT_DIMENSIONS // _HEADS).transpose(1, 2)

        query, key, value = heads(self.query(hidden)), heads(self.key(hidden)), heads(self.value(hidden))
        scores = query @ key.transpose(-1, -2) / math.sqrt(TEXT_DIMENSIONS // _HEADS) + bias
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(hidden.shape)
        hidden = self.attended_norm(self.attended(mixed) + hidden)
        return self.outer_norm(self.outer(functional.gelu(self.inner(hidden))) + hidden)


class Encoder(nn.Module):
    """Rows of the embedding table in, one vector for each token out."""

    def __init__(self, rows: int, layers: int, positions: int = 512) -> None:
        super().__init__()
        self.words = nn.Embedding(rows, TEXT_DIMENSIONS)
        self.positions = nn.Embedding(positions, TEXT_DIMENSIONS)
        self.first_norm = nn.LayerNorm(TEXT_DIMENSIONS, eps=_EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))

    def from_vectors(self, words: Tensor, mask: Tensor) -> Tensor:
        """`words` are the embedded pieces: the ONNX graph decodes them from four bits itself."""
        hidden = self.first_norm(words + self.positions(torch.arange(words.shape[1], device=words.device))[None])
        bias = (1.0 - mask.to(hidden.dtype))[:, None, None, :] * -1e4
        for layer in self.layers:
            hidden = layer(hidden, bias)
        return hidden

    def forward(self, rows: Tensor, mask: Tensor) -> Tensor:
        """Unit vectors of the texts: the mean over their tokens."""
        hidden = self.from_vectors(self.words(rows), mask).float()
        mean = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return functional.normalize(mean, dim=-1)


_NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attended": "attention.output.dense",
    "attended_norm": "attention.output.LayerNorm",
    "inner": "intermediate.dense",
    "outer": "output.dense",
    "outer_norm": "output.LayerNorm",
}


def from_teacher(layers: tuple[int, ...], word_rows: Tensor | None = None) -> Encoder:
    """The teacher itself, or a student that keeps some of its layers and brings an embedding table of its own."""
    weights = load_file(TEACHER / "model.safetensors")
    weights = {key.removeprefix("bert."): value.float() for key, value in weights.items()}
    words = weights["embeddings.word_embeddings.weight"] if word_rows is None else word_rows
    model = Encoder(len(words), len(layers))
    state = {
        "words.weight": words,
        # The segment is always the first one: its vector is a constant and goes into the positions.
        "positions.weight": weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0],
        "first_norm.weight": weights["embeddings.LayerNorm.weight"],
        "first_norm.bias": weights["embeddings.LayerNorm.bias"],
    }
    for place, layer in enumerate(layers):
        for ours, theirs in _NAMES.items():
            for kind in ("weight", "bias"):
                state[f"layers.{place}.{ours}.{kind}"] = weights[f"encoder.layer.{layer}.{theirs}.{kind}"]
    model.load_state_dict(state)
    return model


def first_student() -> Encoder:
    """All of the teacher's layers over the dictionary's rows."""
    return from_teacher(tuple(range(6)), torch.from_numpy(numpy.load(FOLDER / "first_rows.npy")))


def save(model: Encoder, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.float().contiguous() for key, value in model.state_dict().items()}, path)


def load(path: Path) -> Encoder:
    state = load_file(path)
    layers = 1 + max(int(key.split(".")[1]) for key in state if key.startswith("layers."))
    model = Encoder(len(state["words.weight"]), layers, len(state["positions.weight"]))
    model.load_state_dict(state)
    return model


def keep_layers(model: Encoder, layers: tuple[int, ...]) -> Encoder:
    model.layers = nn.ModuleList(model.layers[layer] for layer in layers)
    return model


def pack(texts: list) -> tuple[Tensor, Tensor]:
    """Texts (as rows) in one padded batch, and its mask."""
    longest = max(map(len, texts))
    rows = torch.zeros(len(texts), longest, dtype=torch.long)
    mask = torch.zeros(len(texts), longest)
    for place, text in enumerate(texts):
        rows[place, : len(text)] = torch.as_tensor(text, dtype=torch.long)
        mask[place, : len(text)] = 1
    return rows, mask


@torch.no_grad()
def embed_rows(model: Encoder, texts: list, tokens_per_batch: int = 6000) -> numpy.ndarray:
    """Vectors of texts given as rows; batches hold texts of like length."""
    was_training = model.training
    model.eval()
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    vectors = numpy.zeros((len(texts), TEXT_DIMENSIONS), numpy.float32)
    at = 0
    while at < len(order):
        end = at + 1
        while end < len(order) and (end - at + 1) * len(texts[order[end]]) <= tokens_per_batch:
            end += 1
        batch = order[at:end]
        vectors[batch] = model(*pack([texts[place] for place in batch])).numpy()
        at = end
    model.train(was_training)
    return vectors


def embed(model: Encoder, texts: list[str], limit: int = 160) -> numpy.ndarray:
    return embed_rows(model, encode_rows(texts, limit))


class Trainer:
    """Half-precision weights for speed, single-precision copies for the optimiser, one schedule for all."""

    def __init__(self, model: Encoder, rates: dict[str, float], steps: int, warm_up: int) -> None:
        """`rates`: learning rate of the parameters whose name begins with the key; the others stay as they are."""
        self.model = model.bfloat16().train()
        self.steps, self.warm_up, self.step_count = steps, warm_up, 0
        self.trained: dict[str, nn.Parameter] = {}
        groups = []
        self.master: dict[str, Tensor] = {}
        for prefix, rate in rates.items():
            names = [
                name for name, _ in model.named_parameters() if name.startswith(prefix) and name not in self.trained
            ]
            for name in names:
                parameter = model.get_parameter(name)
                self.trained[name] = parameter
                self.master[name] = parameter.detach().float().clone().requires_grad_(True)
            groups.append({"params": [self.master[name] for name in names], "base": rate})
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name in self.trained)
        self.optimiser = torch.optim.AdamW(groups, lr=1e-4, betas=(0.9, 0.98), weight_decay=0, fused=True)

    def step(self, loss: Tensor, frozen_rows: Tensor | None = None) -> None:
        """One step down the loss; `frozen_rows` of the embedding table take no part."""
        warm = min(1.0, (self.step_count + 1) / self.warm_up)
        factor = warm * max(0.03, 1 - self.step_count / self.steps)
        for group in self.optimiser.param_groups:
            group["lr"] = group["base"] * factor
        loss.backward()
        for name, parameter in self.trained.items():
            gradient = parameter.grad.float()
            if frozen_rows is not None and name == "words.weight":
                gradient[frozen_rows] = 0
            self.master[name].grad = gradient
            parameter.grad = None
        nn.utils.clip_grad_norm_(list(self.master.values()), 5.0)
        self.optimiser.step()
        with torch.no_grad():
            for name, parameter in self.trained.items():
                parameter.copy_(self.master[name])
        self.step_count += 1

    def finish(self) -> Encoder:
        """The model in single precision, with the masters' full figures."""
        model = self.model.float().eval()
        with torch.no_grad():
            for name, parameter in self.trained.items():
                parameter.copy_(self.master[name])
        return model


def soft_contrastive(student: Tensor, teacher: Tensor, temperature: float = RECIPE.temperature) -> Tensor:
    """Each text finds itself in the batch as sharply as the teacher does: a repeated text is no false negative."""
    wanted = functional.softmax(teacher @ teacher.T / temperature, -1)
    scores = student @ teacher.T / temperature
    rows = -(wanted * functional.log_softmax(scores, -1)).sum(-1).mean()
    columns = -(wanted * functional.log_softmax(scores.T, -1)).sum(-1).mean()
    return (rows + columns) / 2


def distillation_loss(student: Tensor, teacher: Tensor) -> tuple[Tensor, float]:
    """The teacher's vector, and the teacher's neighbours; also gives the mean cosine for the log."""
    cosine = (student * teacher).sum(-1).mean()
    return RECIPE.cosine_weight * (1 - cosine) + soft_contrastive(student, teacher), float(cosine.detach())


def prefix(vectors: Tensor, dimensions: int) -> Tensor:
    return functional.normalize(vectors[:, :dimensions], dim=-1)
