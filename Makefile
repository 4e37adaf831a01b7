# Every check and every run of this project. `make help` lists them.
UV ?= $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
PYTHON ?= python3.11
RUN = $(UV) run --no-sync
IN ?= samples
OUT ?= out/samples
LABELS ?= samples
ENGINES ?= paddle paddle-tiny tesseract
SIZE ?= tiny
STEPS ?= 3600
TAUGHT ?= out/taught
export REFEREE ?= ../shared/eval/score.py

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run serve test lint types imports unit service page contract test-ray test-cluster budgets notebooks fix lock samples picture monitoring dashboard-pictures bench-bulk bench-serve bench-accuracy soak accuracy calibration train-recognizer ablation clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet uv

setup: $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv) ## create .venv with the pinned packages (uv is installed first if missing)
	$(UV) sync --inexact --quiet

setup-dev: $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv) ## the same, with EasyOCR and the checkers
	$(UV) sync --all-extras --group dev --group training --inexact --quiet

run: setup ## start a local Ray, submit the bulk job over the samples, follow it, print what was found
	$(RUN) recipe-ocr bulk $(IN) $(OUT) --submit

serve: setup ## the HTTP service for development, with its page, on http://127.0.0.1:8000
	$(RUN) recipe-ocr serve

test: setup-dev lint types imports unit service page contract test-ray test-cluster notebooks budgets ## every check

lint: ## ruff, read-only
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types: ## mypy, strict
	$(RUN) mypy

imports: ## who may import whom
	$(RUN) lint-imports --no-cache

unit: ## tests without Ray and without engines
	$(RUN) pytest tests/unit tests/test_*.py -q -n 2

service: ## jobs, cache, HTTP, alert rules on real servers: PostgreSQL, Redis, nginx and Prometheus from Debian (skipped where missing, not in CI)
	$(RUN) pytest tests/service -q -n 2

page: ## the page in a real Chromium from Debian (skipped where missing, not in CI)
	$(RUN) pytest tests/page -q -n 2

contract: ## one suite over every engine, with real weights, and the whole pipeline over the samples
	$(RUN) pytest tests/contract -q

test-ray: ## the bulk job on a real Ray cluster of this machine
	$(RUN) pytest tests/ray -q

test-cluster: ## three Ray nodes on this machine, one of them lost while a job and the service run; then the head
	$(RUN) pytest tests/cluster -q

MEASURE = $(RUN) recipe-ocr bench benchmark --concurrency 1,2 --duration 20 --rounds 2 --pairs 5 --output out/budgets
COMPARE = $(RUN) recipe-ocr bench compare out/budgets --budgets serve_configs/performance_budgets.yaml
budgets: ## a short benchmark of the real service, held to serve_configs/performance_budgets.yaml (ratios, no seconds)
	$(MEASURE)
	@$(COMPARE) || { echo "a neighbour of this machine can spoil a run: once more"; $(MEASURE) && $(COMPARE); }

notebooks: ## run every notebook from an empty kernel
	$(RUN) pytest --nbmake notebooks -q --nbmake-timeout=600

fix: ## format and mend what ruff can
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

lock: ## pin the newest versions that pyproject.toml admits
	$(PYTHON) scripts/lock.py --upgrade

samples: ## render the sample pictures again (fonts come from npm)
	$(RUN) python scripts/render_samples.py

picture: ## draw the README's pictures again
	$(RUN) python scripts/draw_readme.py

accuracy: ## engines side by side on labelled images, with a report in out/accuracy: make accuracy LABELS=DIR
	$(RUN) recipe-ocr evaluate $(LABELS) $(addprefix --engine ,$(ENGINES)) --out out/accuracy

calibration: ## fit the curves of confidences again, a quarter of an hour (fonts come from npm); LABELS are only measured on
	$(RUN) python scripts/fit_calibration.py $(ENGINES) --check $(LABELS) --write

monitoring: ## write the table of metrics in docs and Grafana's dashboards again, from the code
	$(RUN) python scripts/write_monitoring.py

dashboard-pictures: ## draw the dashboards in docs again, from a real Prometheus
	DASHBOARD_PICTURES=docs/images $(UV) run --isolated --group dev --group pictures pytest tests/ray/test_prometheus.py -q

bench-bulk: ## speed and memory of the bulk job, written to out/bench/bulk.json
	$(RUN) python scripts/bench_bulk.py

bench-serve: ## speed and memory of the service, written to out/bench/serve.json
	$(RUN) python scripts/bench_serve.py $(ARGS)

bench-accuracy: ## accuracy and speed against RapidOCR, written to out/bench/accuracy.json: make bench-accuracy LABELS=DIR
	$(RUN) python scripts/bench_accuracy.py $(LABELS) $(ARGS)

soak: ## an hour of bulk and load, fails where memory grows: out/soak/bulk.svg, service.svg (ARGS="--images 60 --minutes 2" for a look)
	$(RUN) python scripts/soak.py $(ARGS)

train-recognizer: ## teach PP-OCRv6 to read recipes: make train-recognizer SIZE=tiny STEPS=3600 (goes on where it was stopped)
	$(RUN) python jobs/train_recognizer.py --size $(SIZE) --steps $(STEPS) --output $(TAUGHT)

ablation: ## what each kind of drawn lines brings, half an hour of one core: make ablation LABELS=DIR
	$(RUN) python scripts/ablate_recognizer.py $(LABELS) $(ARGS)

clean: ## remove what runs and checks leave behind
	rm -rf out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
