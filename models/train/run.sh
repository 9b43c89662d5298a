#!/bin/sh
# From nothing to the ONNX model, and its figures. Stages that are done are not done again; stop and start as you like.
#
#   models/train/run.sh                     everything
#   models/train/run.sh --until teacher     up to a stage
#   models/train/run.sh --again retrieval   this stage and those after it once more
#
# Needs Python 3.11, Debian 12's apt-get and dpkg (the documents are Debian packages), and 10 GB of disk in build/.
# EMBEDDER_WORK: another folder for build/. EMBEDDER_THREADS: threads to train with, 2 if not said.
set -e
cd "$(dirname "$0")"
work=${EMBEDDER_WORK:-$PWD/build}
if [ ! -x "$work/venv/bin/python" ]; then
  mkdir -p "$work"
  python3.11 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q -r requirements.txt
fi
EMBEDDER_WORK=$work "$work/venv/bin/python" -m bilingual "$@"
if [ -f "$work/stamps/export.json" ]; then
  EMBEDDER_WORK=$work "$work/venv/bin/python" evaluate.py
  EMBEDDER_WORK=$work "$work/venv/bin/python" fixtures.py
fi
