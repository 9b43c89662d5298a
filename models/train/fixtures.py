"""Writes the 200 fixed texts and the bundled model's vectors of them, which the tests compare with Node's.

    python fixtures.py

Texts that are there already stay as they are. The vectors are made here one text at a time by ONNX Runtime and
`tokenizers`; Node makes them by transformers.js.
"""

import json

from bilingual.measure import onnx_embedder
from bilingual.settings import FIXTURES, MODEL, REPOSITORY
from bilingual.text import clean, cut_passages

_FROM_ARTICLES = 80
_SPECIAL = [
    "a",
    "是",
    "?",
    "。",
    "🙂",
    "🙂🙂🙂 🚀",
    "1234567890",
    "3.14159 + 2.71828 = 5.85987",
    "HTTP/1.1 429 Too Many Requests",
    "for await (const chunk of stream) { process.stdout.write(chunk); }",
    "const embedder = new TransformersEmbedder({ model: 'minilm-bilingual-v1' });",
    "SELECT id, vector FROM chunks WHERE document = ? ORDER BY rowid;",
    "camelCaseIdentifier snake_case_identifier SCREAMING_CASE kebab-case",
    "Ärger über naïve Café-Gäste, Ωmega and ß",
    "Tab\tand\nnewline  and   blanks",
    "使用 AbortController 取消请求。",
    "在 Node.js 里用 for await 读取流",
    "如何在Debian上配置Apache服务器？",
    "繁體中文：請重新啟動伺服器並檢查設定檔。",
    "《红楼梦》第一回　甄士隐梦幻识通灵",
    "饕餮 龘 㐀 rare characters",
    "日本語のテキスト and 한국어",
    "Привет, мир",
    "“Quoted” — with dashes – and ellipsis…",
    "https://example.org/path?query=1&other=%E4%B8%AD#fragment",
    "x" * 300,
    "的" * 300,
    "backpressure " * 60,
    "背压与缓冲区，" * 40,
    "[CLS] [SEP] [PAD] [MASK] [UNK]",
]


def texts() -> list[str]:
    """Passages of the course's articles in both languages, its questions, and awkward texts."""
    corpus = REPOSITORY / "corpus"
    chosen: list[str] = []
    for language, limit in (("en", 400), ("zh", 160)):
        passages: list[str] = []
        for path in sorted((corpus / language).glob("*.md")):
            body = path.read_text().split("---\n", 2)[-1]
            passages += cut_passages(
                [clean(part) for part in body.split("\n\n") if part.strip()], limit, language == "zh"
            )
        step = len(passages) / _FROM_ARTICLES
        chosen += [passages[int(at * step)] for at in range(_FROM_ARTICLES)]
    questions = [question["text"] for question in json.loads((corpus / "questions.json").read_text())]
    wanted = 200 - len(chosen) - len(_SPECIAL)
    chosen += questions[:: len(questions) // wanted][:wanted]
    return chosen + _SPECIAL


def main() -> None:
    stored = FIXTURES / "texts.json"
    found = json.loads(stored.read_text()) if stored.exists() else texts()
    assert len(found) == len(set(found)) == 200
    embed = onnx_embedder(MODEL / "onnx" / "model_quantized.onnx", MODEL / "tokenizer.json", batch=1)
    FIXTURES.mkdir(parents=True, exist_ok=True)
    stored.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    embed(found).astype("<f2").tofile(FIXTURES / "vectors.f16")
    print(len(found), "texts,", (FIXTURES / "vectors.f16").stat().st_size, "bytes of vectors")


if __name__ == "__main__":
    main()
