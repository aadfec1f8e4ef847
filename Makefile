# make demo | test | test-all | lint | bench | docs | clean — each works from a bare clone.
# Nothing but Python 3.11 to 3.13 and make is needed; everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
STAMPS := $(VENV)/.installed

.PHONY: demo test test-all lint types bench docs boundaries clean

$(VENV)/bin/python:
	$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" \
	  || { echo "Python 3.11 to 3.13 is needed: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMPS)-core: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --quiet --constraint constraints.txt --editable .
	touch $@

$(STAMPS)-test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --quiet --constraint constraints.txt --editable ".[test]"
	touch $@ $(STAMPS)-core

$(STAMPS)-docs: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --quiet --constraint constraints.txt --editable ".[docs]"
	touch $@

demo: $(STAMPS)-core
	$(BIN)/spatialcarbon run analyses/02_five_city_clusters/study.toml --out demo --overwrite
	@echo "Open demo/report.html in a browser and demo/results.gpkg in QGIS."

test: $(STAMPS)-test
	$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not slow"

test-all: $(STAMPS)-test
	$(PIP) install --quiet --constraint constraints.txt --editable ".[boundaries]"
	$(BIN)/python -m pytest -q -n auto --dist loadfile

lint: $(STAMPS)-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(STAMPS)-test
	$(PIP) install --quiet --constraint constraints.txt --editable ".[bench]"
	$(BIN)/python -m pytest -q -p no:warnings -s --record docs/benchmarks.json \
	  tests/bench/bench_*.py

docs: $(STAMPS)-docs
	$(BIN)/python -m sphinx -W -n -q -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html."

boundaries: $(STAMPS)-core
	$(PIP) install --quiet --constraint constraints.txt --editable ".[boundaries]"
	$(BIN)/python shapefiles/build.py

clean:
	rm -rf $(VENV) demo build dist docs/_build docs/_generated .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
