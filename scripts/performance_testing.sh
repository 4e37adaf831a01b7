#!/usr/bin/env bash
# The performance guide's tool: benchmark, load-test, stress-test, profile, compare, report, clean. `--help` after each tells more.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
program="$here/.venv/bin/recipe-ocr"
[ -x "$program" ] || program=recipe-ocr
exec "$program" bench "$@"
