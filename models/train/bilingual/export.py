"""From the trained student to a folder that transformers.js loads: int8 layers, four-bit embedding rows.

Two things differ from the usual export.

- The embedding table is four bits a number (groups of 64 share a scale) and is decoded in the graph, after the lookup.
- The layers' matrices are int8, and each *token's* activations get a scale of their own. The usual dynamic quantisation
  takes one scale for the whole batch, so that a text's vector depends on what happens to share its batch; here it does
  not.
"""

import json
import shutil
from pathlib import Path

import numpy
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from .settings import RECIPE, TEXT_DIMENSIONS
from .student import Encoder, Layer, load

_CLIPS = (1.0, 0.92, 0.85, 0.78, 0.7)
_HALF = TEXT_DIMENSIONS // 2


def four_bits(rows: Tensor) -> tuple[Tensor, Tensor, float]:
    """Packed rows, their scales, and the relative error. Each group takes the clipping that suits it best."""
    group = RECIPE.export.group
    grouped = rows.view(len(rows), -1, group)
    best_error = torch.full(grouped.shape[:2], torch.inf)[:, :, None]
    best_scale = torch.zeros_like(best_error)
    best_value = torch.zeros_like(grouped)
    for clip in _CLIPS:
        scale = (grouped.abs().amax(2, keepdim=True) * clip / 7).clamp_min(1e-8).half().float()
        value = torch.round(grouped / scale).clamp(-8, 7)
        error = ((value * scale - grouped) ** 2).sum(2, keepdim=True)
        better = error < best_error
        best_error = torch.where(better, error, best_error)
        best_scale = torch.where(better, scale, best_scale)
        best_value = torch.where(better, value, best_value)
    unsigned = (best_value + 8).to(torch.uint8).view(len(rows), TEXT_DIMENSIONS)
    packed = unsigned[:, :_HALF] * 16 + unsigned[:, _HALF:]
    relative = float((best_error.sum() / (rows**2).sum()) ** 0.5)
    return packed, best_scale.view(len(rows), -1).half(), relative


class _FusedLayer(nn.Module):
    """The same layer with query, key and value in one matrix."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        self.layer = layer
        parts = (layer.query, layer.key, layer.value)
        self.together = nn.Linear(TEXT_DIMENSIONS, 3 * TEXT_DIMENSIONS)
        with torch.no_grad():
            scale = 32**-0.5  # the attention's own scale goes into the query
            self.together.weight.copy_(torch.cat([parts[0].weight * scale, parts[1].weight, parts[2].weight]))
            self.together.bias.copy_(torch.cat([parts[0].bias * scale, parts[1].bias, parts[2].bias]))

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        batch, length = hidden.shape[0], hidden.shape[1]
        parts = self.together(hidden).view(batch, length, 3, 12, 32).permute(2, 0, 3, 1, 4)
        scores = parts[0] @ parts[1].transpose(-1, -2) + bias
        mixed = (scores.softmax(-1) @ parts[2]).transpose(1, 2).reshape(batch, length, TEXT_DIMENSIONS)
        hidden = self.layer.attended_norm(self.layer.attended(mixed) + hidden)
        inner = functional.gelu(self.layer.inner(hidden))
        return self.layer.outer_norm(self.layer.outer(inner) + hidden)


class _Graph(nn.Module):
    """What the ONNX file holds: token ids in, one vector a token out."""

    def __init__(self, model: Encoder, row_of_id: numpy.ndarray) -> None:
        super().__init__()
        packed, scales, self.error = four_bits(model.words.weight.detach())
        self.register_buffer("row_of_id", torch.from_numpy(row_of_id.astype(numpy.int16)))
        self.register_buffer("packed", packed)
        self.register_buffer("scales", scales)
        positions = model.positions.weight.detach()[: RECIPE.export.positions]
        scale = positions.abs().amax(1, keepdim=True) / 127
        self.register_buffer("positions", torch.round(positions / scale).to(torch.int8))
        self.register_buffer("position_scale", scale)
        self.first_norm = model.first_norm
        self.layers = nn.ModuleList(_FusedLayer(layer) for layer in model.layers)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        rows = self.row_of_id[input_ids].to(torch.int32)
        bytes_ = self.packed[rows].float()
        high = torch.floor(bytes_ / 16)
        values = torch.cat([high, bytes_ - 16 * high], -1) - 8.0
        scales = self.scales[rows].float()
        values = values.view(rows.shape[0], rows.shape[1], -1, RECIPE.export.group) * scales[:, :, :, None]
        words = values.reshape(rows.shape[0], rows.shape[1], TEXT_DIMENSIONS)
        place = torch.arange(input_ids.shape[1])
        positions = self.positions[place].float() * self.position_scale[place]
        hidden = self.first_norm(words + positions[None])
        bias = (1.0 - attention_mask.float())[:, None, None, :] * -1e4
        for layer in self.layers:
            hidden = layer(hidden, bias)
        return hidden


def quantise_by_token(model: onnx.ModelProto) -> int:
    """Turns every product with a constant matrix into an integer product, with one scale per token and per column."""
    graph = model.graph
    constants = {item.name: item for item in graph.initializer}
    nodes: list[onnx.NodeProto] = []
    quantised: dict[str, tuple[str, str]] = {}
    added: list[onnx.TensorProto] = [
        numpy_helper.from_array(numpy.array(127.0, numpy.float32), "q/most"),
        numpy_helper.from_array(numpy.array(1e-9, numpy.float32), "q/least"),
        numpy_helper.from_array(numpy.array(128.5, numpy.float32), "q/middle"),
        numpy_helper.from_array(numpy.array(128, numpy.uint8), "q/zero"),
    ]
    count = 0

    def activation(name: str) -> tuple[str, str]:
        """The tensor in 8 bits around 128, and its scale for each token; made once for each tensor."""
        if name not in quantised:
            key = f"q/{len(quantised)}"
            nodes.extend(
                [
                    helper.make_node("Abs", [name], [f"{key}/abs"]),
                    helper.make_node("ReduceMax", [f"{key}/abs"], [f"{key}/max"], axes=[-1], keepdims=1),
                    helper.make_node("Max", [f"{key}/max", "q/least"], [f"{key}/bound"]),
                    helper.make_node("Div", ["q/most", f"{key}/bound"], [f"{key}/factor"]),
                    helper.make_node("Div", [f"{key}/bound", "q/most"], [f"{key}/scale"]),
                    helper.make_node("Mul", [name, f"{key}/factor"], [f"{key}/scaled"]),
                    # Adding 128.5 and cutting off rounds to the nearest; all values are positive then.
                    helper.make_node("Add", [f"{key}/scaled", "q/middle"], [f"{key}/moved"]),
                    helper.make_node("Cast", [f"{key}/moved"], [f"{key}/bytes"], to=TensorProto.UINT8),
                ]
            )
            quantised[name] = (f"{key}/bytes", f"{key}/scale")
        return quantised[name]

    for node in graph.node:
        matrix = constants.get(node.input[1]) if node.op_type == "MatMul" else None
        if matrix is None or len(matrix.dims) != 2:
            nodes.append(node)
            continue
        weight = numpy_helper.to_array(matrix)
        scale = numpy.maximum(numpy.abs(weight).max(0), 1e-9) / 127
        key = f"q/matrix{count}"
        added += [
            numpy_helper.from_array(numpy.round(weight / scale).astype(numpy.int8), key),
            numpy_helper.from_array(scale.astype(numpy.float32), f"{key}/scale"),
        ]
        values, token_scale = activation(node.input[0])
        nodes += [
            helper.make_node("MatMulInteger", [values, key, "q/zero"], [f"{key}/sums"]),
            helper.make_node("Cast", [f"{key}/sums"], [f"{key}/float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{key}/float", token_scale], [f"{key}/tokens"]),
            helper.make_node("Mul", [f"{key}/tokens", f"{key}/scale"], [node.output[0]]),
        ]
        del constants[node.input[1]]
        count += 1
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.initializer[:]
    graph.initializer.extend([*constants.values(), *added])
    return count


def export(
    model: Encoder, row_of_id: numpy.ndarray, tokenizer: Path, folder: Path, keep_float: Path | None = None
) -> dict:
    """Writes the model folder; the float graph goes beside it where `keep_float` says so."""
    graph = _Graph(model.float().eval(), row_of_id).eval()
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    float_path = keep_float or folder / "onnx" / "float.onnx"
    example = torch.randint(5, 100, (2, 7))
    axes = {0: "batch", 1: "length"}
    torch.onnx.export(
        graph,
        (example, torch.ones_like(example)),
        str(float_path),
        input_names=["input_ids", "attention_mask"],
        output_names=["last_hidden_state"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "last_hidden_state": axes},
        opset_version=17,
        do_constant_folding=True,
        dynamo=False,
    )
    quantised = onnx.load(str(float_path))
    matrices = quantise_by_token(quantised)
    onnx.checker.check_model(quantised)
    path = folder / "onnx" / "model_quantized.onnx"
    onnx.save(quantised, str(path))
    if keep_float is None:
        float_path.unlink()
    shutil.copy(tokenizer, folder / "tokenizer.json")
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": TEXT_DIMENSIONS,
        "num_hidden_layers": len(model.layers),
        "num_attention_heads": 12,
        "intermediate_size": 1536,
        "hidden_act": "gelu",
        "max_position_embeddings": RECIPE.export.positions,
        "type_vocab_size": 1,
        "vocab_size": len(row_of_id),
        "layer_norm_eps": 1e-12,
        "pad_token_id": 0,
    }
    tokenizer_config = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": True,
        "model_max_length": RECIPE.export.positions,
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
        "tokenize_chinese_chars": False,
        "strip_accents": None,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config, indent=2) + "\n")
    sizes = {str(file.relative_to(folder)): file.stat().st_size for file in sorted(folder.rglob("*")) if file.is_file()}
    return {"four_bit_error": round(graph.error, 4), "matrices": matrices, "bytes": sizes, "total": sum(sizes.values())}


def export_checkpoint(
    checkpoint: Path, row_of_id: numpy.ndarray, tokenizer: Path, folder: Path, keep_float: Path
) -> dict:
    return export(load(checkpoint), row_of_id, tokenizer, folder, keep_float)
