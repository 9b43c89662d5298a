"""Runs the Jupyter project's own suite for kernels, `jupyter_kernel_test` from PyPI, on the course's kernel.

python test/kernel/jupyter-kernel-test.py (needs: pip install jupyter_kernel_test, and `npm ci` in the checkout)
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

root = Path(__file__).resolve().parents[2]
state = tempfile.TemporaryDirectory(prefix="kernel-suite-")
spec = Path(state.name, "kernels", "course-kernel")
spec.mkdir(parents=True)


def project_node() -> str:
    """The Node that the project brings, or the one on PATH."""
    for name in ("bin/node", "bin/node.exe"):
        path = root / "node_modules" / "node" / name
        if path.exists():
            return str(path)
    return subprocess.check_output(["node", "-p", "process.execPath"], text=True).strip()


spec.joinpath("kernel.json").write_text(
    json.dumps(
        {
            "argv": [project_node(), str(root / "kernel" / "start.cjs"), "{connection_file}"],
            "display_name": "TypeScript",
            "language": "typescript",
            "interrupt_mode": "message",
        }
    )
)
os.environ["JUPYTER_PATH"] = state.name
os.environ["JUPYTER_RUNTIME_DIR"] = str(Path(state.name, "runtime"))
os.chdir(root / "notebooks")

import jupyter_kernel_test  # noqa: E402  the paths above must be set first


class CourseKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "course-kernel"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('hello, stderr')"
    completion_samples = [
        {"text": "Math.atan", "matches": ["atan", "atan2", "atanh"]},
        {"text": "import fs from 'node:fs/pro", "matches": ["promises"]},
    ]
    complete_code_samples = ["1", "const a = 1;", "function f() {\n  return 1;\n}", "await f()"]
    incomplete_code_samples = ["function f() {", "const a = [1,", "`text", "/* note", "x =>"]
    invalid_code_samples = ["a b", "let = ;", "'text"]
    code_page_something = "await jupyter.page('a long text')"
    code_generate_error = "throw new Error('meant')"
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": "'三'.repeat(2)", "result": "'三三'"},
        {"code": "[1, 2].values().map((n) => n * 2).toArray()", "result": "[ 2, 4 ]"},
        {"code": "1 + 2", "result": "3"},
        {"code": "1 + 2", "result": "3"},
    ]
    code_display_data = [
        {"code": "import { display } from 'tslab';\ndisplay.html('<b>bold</b>')", "mime": "text/html"},
        {
            "code": "await jupyter.display({ [Symbol.for('Jupyter.display')]: () => ({ 'text/markdown': '**b**' }) })",
            "mime": "text/markdown",
        },
    ]
    code_history_pattern = "1 ?*2"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.max"
    code_clear_output = "jupyter.clearOutput()"


class CourseKernelWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "course-kernel"
    support_iopub_welcome = True


if __name__ == "__main__":
    sys.exit(not unittest.main(exit=False, verbosity=2).result.wasSuccessful())
