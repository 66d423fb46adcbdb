# Every daily command, and the long measurements. `make help` lists them; each target says what it does after `##`.
SHELL := /bin/sh
PY := .venv/bin/python
PYTEST := $(PY) -m pytest
STAMP := .venv/.installed
JOBS ?= 2
SIDE_BY_SIDE = $(if $(filter 1,$(JOBS)),,-n $(JOBS) --dist loadfile --no-loadscope-reorder)
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet

.DEFAULT_GOAL := help
.PHONY: help install run test check audit lint format properties quarter pages post soak runbooks upgrade doors mutate load ledger duplicates board lock clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## set up .venv with everything and the command .venv/bin/duban

$(STAMP): requirements/install.sh requirements/dev.txt $(wildcard libs/*/pyproject.toml services/*/pyproject.toml) duban/pyproject.toml
	@sh requirements/install.sh
	@touch $@

run: $(STAMP) ## the whole chain with a sample city; its board opens at http://127.0.0.1:8000 [BOARD=off] [SPEED=1 is real time] [FRESH=1] [FOR=20s]
	@.venv/bin/duban run $(if $(SPEED),--speed $(SPEED)) $(if $(FRESH),--fresh) $(if $(FOR),--for $(FOR)) $(if $(BOARD),--board $(BOARD))

check: lint ## lint, format, types, import rules, architecture: no servers needed
	@$(PYTEST) tests/architecture

audit: $(STAMP) ## advisories about what is delivered (needs pip-audit and an index with advisories; else exit code 2, never "none")
	@$(PY) requirements/audit.py

lint: $(STAMP)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo

format: $(STAMP) ## put imports and layout in order
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format --quiet .

test: lint ## every check and every test, on real RabbitMQ and PostgreSQL (found, or started privately) [ARGS="tests/notify -k mail"] [JOBS=2]
	@$(PY) tests/servers.py run -- $(PYTEST) $(SIDE_BY_SIDE) $(ARGS)

properties: $(STAMP) ## new random histories through the whole chain: do the invariants hold? [HISTORIES=2000, half an hour]
	@DUBAN_HISTORIES=$(or $(HISTORIES),2000) $(PYTEST) tests/system/test_invariants_hold.py tests/system/test_outages_move_no_liability.py $(ARGS)

quarter: $(STAMP) ## the whole Boston quarter (needs ../shared): rehearsed, and compared with what the city itself said [a quarter of an hour or more]
	@$(PYTEST) -m full -s tests/system -k "quarter and not soak" $(ARGS)

pages: $(STAMP) ## every page of the board in every width in a browser, with axe [two minutes]
	@$(PYTEST) -m "full or not full" tests/board/browser $(ARGS)

post: $(STAMP) ## 10,000 notices to a mail server that stalls, drops and refuses: each arrives once, or is seen to have failed [half an hour]
	@$(PYTEST) -m full -n0 tests/notify/integration/test_five_hundred_notices.py $(ARGS)

soak: $(STAMP) ## two replicas of every role under kill -9, broker and database crashes, at full size [half an hour or more; needs ../shared]
	@$(PYTEST) -m full -s tests/system -k soak $(ARGS)

doors: $(STAMP) ## the HTTP door against its own description, at full size [EXAMPLES=100 for each route, good and bad; some minutes]
	@DUBAN_EXAMPLES=$(or $(EXAMPLES),100) $(PYTEST) -m full tests/intake/integration/test_http_against_its_description.py $(ARGS)

runbooks: $(STAMP) ## every command of the runbooks as its page has it, RabbitMQ's own too [a minute]
	@$(PYTEST) -m "full or not full" -n0 tests/system/test_deployment.py -k "runbooks or wrong_command" $(ARGS)

upgrade: $(STAMP) ## old and new release side by side on one database and broker: expand, migrate, contract [a minute]
	@$(PYTEST) -m full tests/chassis -k rolling $(ARGS)

mutate: $(STAMP) ## does the suite notice a changed rule? mutmut on the pure rules [ARGS=scoring: one package, 10 s to some minutes each]
	@$(PY) tests/mutation/run.py $(ARGS)

load: $(STAMP) ## throughput beside FastStream, medians of three, and a storm of deadlines, with fsync [a quarter of an hour]
	@$(PY) tests/servers.py run --fsync -- $(PY) tests/load/run.py $(ARGS)

ledger: $(STAMP) ## a long ledger (督办台账) in by file and out again: seconds and memory [ROWS=100000; some minutes]
	@$(PY) tests/servers.py run --fsync -- $(PY) tests/load/run.py ledger --rows $(or $(ROWS),100000)

duplicates: $(STAMP) ## the search for duplicates among a million matters: milliseconds [MATTERS=1000000; some minutes]
	@$(PY) tests/servers.py run --fsync -- $(PY) tests/load/run.py duplicates --matters $(or $(MATTERS),1000000)

board: $(STAMP) ## the board's pages with a million matters on PostgreSQL, and its rebuild from events: milliseconds [MATTERS=1000000; ten minutes]
	@$(PY) tests/servers.py run -- $(PY) tests/load/run.py board --matters $(or $(MATTERS),1000000) $(ARGS)

lock: ## write requirements/*.txt anew from requirements/*.in (needs uv)
	@for name in runtime notify dev build load mutate; do $(LOCK) requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean: ## remove what was built or cached, not .venv and not var/
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist mutants
	@find libs services duban tests examples -name __pycache__ -type d -prune -exec rm -rf {} +
