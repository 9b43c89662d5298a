"""Measures the exported model, beside BM25 and the teacher, on three sets, and writes the figures as JSON and Markdown.

    python evaluate.py [--model FOLDER] [--float GRAPH.onnx] [--out FIGURES.json]

- the held-out book: titles of its sections as queries (nothing was trained or chosen on it),
- the course's test questions (likewise),
- the validation documents' headings: no stage has seen them, but choices were made by them.

It needs what the stages before `rows` have written; run `run.sh` first, or `python -m bilingual --until teacher`.
"""

import argparse
import json
from functools import partial
from pathlib import Path

import numpy

from bilingual import measure
from bilingual.settings import MODEL, WORK
from bilingual.teacher import embed_texts


def agreement(left: numpy.ndarray, right: numpy.ndarray) -> dict[str, float]:
    cosine = (left * right).sum(1)
    return {"mean": round(float(cosine.mean()), 5), "least": round(float(cosine.min()), 5)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--float", type=Path, default=WORK / "float.onnx", dest="float_graph")
    parser.add_argument("--out", type=Path, default=WORK / "evaluation.json")
    arguments = parser.parse_args()

    tokenizer = arguments.model / "tokenizer.json"
    bundled = measure.remembering(measure.onnx_embedder(arguments.model / "onnx" / "model_quantized.onnx", tokenizer))
    float_layers = measure.remembering(measure.onnx_embedder(arguments.float_graph, tokenizer))
    report: dict = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    for test in (measure.course(), measure.book(), measure.validation()):
        results = report.setdefault(test.name, {})
        systems = {
            "BM25 (Chinese by words)": partial(measure.measure_bm25, test),
            "teacher, all-MiniLM-L6-v2": partial(measure.measure, test, embed_texts),
            "**this model, as bundled**": partial(measure.measure, test, bundled),
            "first 256 numbers only": partial(measure.measure, test, bundled, 256),
            "this model, layers not quantised": partial(measure.measure, test, float_layers),
        }
        for place, (system, run) in enumerate(systems.items()):
            # What does not depend on the model (the first two) is measured once.
            if place >= 2 or system not in results:
                results[system] = run()
                arguments.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
        print(f"\n{test.name}\n\n{measure.table(results)}", flush=True)
    passages = measure.book().passages("en")[0][:200] + measure.book().passages("zh")[0][:200]
    alone = measure.onnx_embedder(arguments.model / "onnx" / "model_quantized.onnx", tokenizer, batch=1)(passages)
    together = bundled(passages)
    report["cosine"] = {
        "bundled against float layers": agreement(together, float_layers(passages)),
        "alone against in a batch": agreement(alone, together),
    }
    print(json.dumps(report["cosine"], indent=1))
    arguments.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
