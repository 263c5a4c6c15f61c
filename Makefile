# Remit. `make run` to look at it, `make test` to trust it; `make help` for the rest.

PYTHON ?= python3
VENV := .venv/bin
PYTEST := $(VENV)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help run test test-browser prove coverage check format bench kill venv assets lock clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null \
		|| grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST)

run: ## set everything up and serve http://127.0.0.1:8000 (PORT= HOST= REMIT_DATA_DIR= DEMO=0)
	@$(PYTHON) scripts/install.py base
	@$(VENV)/python -m config.assets
	@$(VENV)/python -m config.serve

test: venv assets ## set everything up and run the tests (ARGS= for pytest)
	@$(PYTEST) -n auto --dist worksteal $(ARGS)

prove: venv assets ## the life of a review under 2,000 runs of 50 acts each
	@REMIT_PROVE=1 $(PYTEST) tests/reviews/test_machine.py $(ARGS)

coverage: venv assets ## the tests, with the lines that none of them reached
	@$(PYTEST) -n auto --dist worksteal --cov --cov-report=term $(ARGS)

check: venv ## lint, types, layers, migrations, API schema, locks
	$(VENV)/ruff check
	$(VENV)/ruff format --check
	$(VENV)/djlint --lint --quiet templates
	$(VENV)/lint-imports --no-cache
	$(VENV)/python manage.py makemigrations --check --dry-run --settings tests.settings
	$(VENV)/python manage.py spectacular --validate --fail-on-warn --file /dev/null --settings tests.settings
	$(VENV)/python scripts/locks.py check
	$(VENV)/mypy

format: venv ## let ruff put Python in order
	$(VENV)/ruff check --fix-only
	$(VENV)/ruff format

bench: venv assets ## measure: ratios against the floors (ONLY= for one)
	@$(VENV)/python -m tests.bench $(ONLY)

kill: venv ## kill the reminder engine a thousand times, on SQLite and, where DATABASE_URL and REDIS_URL say, on those
	@$(VENV)/python -m tests.kill $(ARGS)

venv: ## make .venv with everything that tests and checks need
	@$(PYTHON) scripts/install.py dev

assets: venv ## fetch fonts and icons into static/vendor/
	@$(VENV)/python -m config.assets

lock: ## make the lock files anew (ARGS=--upgrade for newer versions)
	@$(PYTHON) scripts/locks.py write $(ARGS)

clean: ## remove what was made, except the data in var/
	rm -rf .venv node_modules static/vendor .mypy_cache .pytest_cache .ruff_cache .hypothesis htmlcov .coverage*
