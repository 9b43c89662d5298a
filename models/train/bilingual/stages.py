"""The whole recipe, stage by stage. A stage that is done leaves a stamp and its figures, and is not done again."""

import argparse
import json
import platform
import time
from collections.abc import Callable

from .settings import MODEL, RECIPE, THREADS, WORK


def _fetch() -> dict:
    from .fetch import fetch

    return fetch()


def _held_out() -> dict:
    from .documents import prepare

    return prepare()


def _parallel() -> dict:
    from .parallel import prepare

    return prepare()


def _sections() -> dict:
    from .sections import prepare

    return prepare()


def _vocabulary() -> dict:
    from .vocabulary import prepare

    return prepare()


def _dictionary() -> dict:
    from .dictionary import prepare

    return prepare()


def _teacher() -> dict:
    from .teacher import prepare

    return prepare()


def _rows() -> dict:
    from .distil import train_rows

    return train_rows()


def _layers() -> dict:
    from .distil import train_layers

    return train_layers()


def _retrieval() -> dict:
    from .retrieval import train

    return train()


def _export() -> dict:
    from .distil import checkpoint
    from .export import export_checkpoint
    from .vocabulary import FOLDER, row_of_id

    return export_checkpoint(
        checkpoint("retrieval"), row_of_id(), FOLDER / "tokenizer.json", MODEL, WORK / "float.onnx"
    )


STAGES: dict[str, Callable[[], dict]] = {
    "fetch": _fetch,
    "held-out": _held_out,
    "parallel": _parallel,
    "sections": _sections,
    "vocabulary": _vocabulary,
    "dictionary": _dictionary,
    "teacher": _teacher,
    "rows": _rows,
    "layers": _layers,
    "retrieval": _retrieval,
    "export": _export,
}
"""Modules are loaded by the stage that needs them: most read what an earlier stage has written."""


def run(until: str, again: str | None) -> None:
    stamps = WORK / "stamps"
    stamps.mkdir(parents=True, exist_ok=True)
    (WORK / "recipe.json").write_text(json.dumps(RECIPE.as_json(), indent=2) + "\n")
    names = list(STAGES)
    if again:
        for name in names[names.index(again) :]:
            (stamps / f"{name}.json").unlink(missing_ok=True)
    for name in names[: names.index(until) + 1]:
        stamp = stamps / f"{name}.json"
        if stamp.exists():
            print(f"{name}: done before")
            continue
        print(f"{name}: …", flush=True)
        started = time.time()
        figures = STAGES[name]()
        seconds = round(time.time() - started, 1)
        note = {"stage": name, "seconds": seconds, "threads": THREADS, "python": platform.python_version()}
        stamp.write_text(json.dumps(note | {"figures": figures}, indent=1, ensure_ascii=False) + "\n")
        print(f"{name}: done in {seconds} s", flush=True)
    figures = [
        json.loads((stamps / f"{name}.json").read_text()) for name in names if (stamps / f"{name}.json").exists()
    ]
    (WORK / "figures.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--until", choices=STAGES, default="export", help="last stage to do")
    parser.add_argument("--again", choices=STAGES, help="do this stage and all after it again")
    arguments = parser.parse_args()
    run(arguments.until, arguments.again)
