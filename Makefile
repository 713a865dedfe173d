# `make` names what there is. Everything runs in the virtual environment that `run.py` keeps.

PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo test lint format lock bench-cast bench-live bench-audit bench-register bench-count \
	faults fuzz-ballots screenshots

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

demo: ## Start the demo
	python3 run.py demo

test: ## Run the whole suite
	python3 run.py test

.venv:
	python3 run.py setup

lint: .venv ## Check style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

format: .venv ## Put the code into its form
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock: ## Lock the newest dependencies, with hashes (needs uv)
	uv pip compile --upgrade --generate-hashes --no-emit-index-url --no-header --universal \
		pyproject.toml --group build -o requirements.lock
	uv pip compile --upgrade --generate-hashes --no-emit-index-url --no-header --universal \
		pyproject.toml --group dev -o requirements-dev.lock

bench-cast: .venv ## Measure casting beside plain SQL, pgbench and a bare handler
	$(PYTHON) -m benchmarks.cast

bench-live: .venv ## Measure a thousand people who follow one meeting and vote in it
	$(PYTHON) -m benchmarks.live

bench-audit: .venv ## Measure the audit of a secret election beside belenios-tool
	$(PYTHON) -m benchmarks.audit

bench-register: .venv ## Measure a register of 120,000 members
	$(PYTHON) -m benchmarks.register

bench-count: .venv ## Measure counting 120,000 ballots for 20 candidates
	$(PYTHON) -m benchmarks.count

faults: .venv ## Kill the server a thousand times on each database while people cast
	$(PYTHON) -m benchmarks.kill --times 1000

fuzz-ballots: .venv ## Let belenios-tool and us judge mutated ballots and archives
	$(PYTHON) -m benchmarks.fuzz_ballots

screenshots: .venv ## Take the pictures in docs/screenshots, from the demo started afresh
	$(PYTHON) docs/screenshots.py
