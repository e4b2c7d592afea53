# make demo: everything from an empty machine to the running demo.   make test: every test.   README.md has the rest.
PYTHON ?= python3
PY := .venv/bin/python

.PHONY: demo demo-reset setup test check format lock environment environment-with-browser

demo: environment
	@exec $(PY) -m subsidy.demo_server

setup: environment
	@$(PY) -m subsidy.demo_server --prepare

demo-reset: environment
	@$(PY) -m subsidy.demo_server --reset

test: environment-with-browser
	$(PY) -m pytest --numprocesses $(WORKERS) --dist loadfile $(TESTS)
WORKERS ?= auto

check: environment
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache
	.venv/bin/djlint --quiet --lint templates
	$(PY) manage.py check --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run

format: environment
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

# After a change of the dependencies in pyproject.toml. The files carry hashes and no address.
lock: environment
	$(PY) -m uv pip compile pyproject.toml --extra demo --extra test $(LOCK) -o requirements.txt
	$(PY) -m uv pip compile pyproject.toml --constraint requirements.txt $(LOCK) -o requirements-production.txt
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	--custom-compile-command "make lock"

environment:
	@$(PYTHON) subsidy/set_up.py

environment-with-browser:
	@$(PYTHON) subsidy/set_up.py --browser
