# make demo | test | test-all | lint | bench | docs | clean — each works from a bare clone.
# Nothing but Python 3.11 to 3.13 and make is needed; everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
STAMPS := $(VENV)/.installed

.PHONY: demo test test-all lint types bench docs boundaries clean coverage mutation simulations sbom test-lowest test-newest load determinism faults fuzz oracles

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

# COMPARE=--compare-only prints what became of the recorded ratios, and leaves the record.
bench: $(STAMPS)-test
	$(PIP) install --quiet --constraint constraints.txt --editable ".[bench]"
	$(BIN)/python -m pytest -q -p no:warnings -s --durations 8 --record docs/benchmarks.json $(COMPARE) \
	  tests/bench/bench_*.py
	$(BIN)/python tests/bench/scaling_run.py --record docs/benchmarks.json $(COMPARE)

# Every fault at every step, then what it costs to be ready for them.
faults: $(STAMPS)-test
	$(BIN)/python -m pytest -q tests/faults tests/studies/test_codec.py
	$(BIN)/python tests/faults/record.py docs/trust/interruption.json

# Changed files and words for everything that reads; RECORD=docs/trust/fuzz.json for the docs.
SECONDS ?= 60

fuzz: $(STAMPS)-test
	$(BIN)/python tests/fuzz/run.py --seconds $(SECONDS) --save build/fuzz \
	  $(if $(RECORD),--record $(RECORD)) $(if $(ONLY),--only $(ONLY))

# The large loads, each in a process of its own: seconds and memory.
load: $(STAMPS)-test
	$(BIN)/python tests/bench/load_run.py --record docs/trust/load.json

# The demo under other circumstances and on other Pythons: what comes out otherwise?
PYTHONS ?= $(PYTHON)

determinism: $(STAMPS)-test
	$(BIN)/python tests/determinism/runs.py --record docs/trust/determinism.json $(PYTHONS)

# Compiled kernels run a second time, interpreted: no tracer sees machine code. Their integers are
# meant to wrap, which only the interpreter warns of.
KERNELS := tests/stats/test_kernels.py tests/weights/test_contiguity_fast.py \
  tests/models/quota/test_dea_solver.py tests/models/land/test_crosstab.py \
  tests/models/land/test_cell_areas.py tests/models/land/test_exact.py tests/stats/test_kmeans.py
# Where no file can grow, no coverage can be written, which these tests would take for a fault.
UNCOVERED := not full_disk and not disk_that_fills and not may_not_grow and not limit_of_memory

coverage: $(STAMPS)-test
	$(PIP) install --quiet --constraint constraints.txt --editable ".[coverage]"
	mkdir -p build
	$(BIN)/python -m coverage erase
	$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not slow" -k "$(UNCOVERED)" \
	  --cov --cov-report=
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -q -n auto -W ignore::RuntimeWarning -m "not slow" \
	  --cov --cov-append --cov-report= $(KERNELS)
	$(BIN)/python -m coverage report
	$(BIN)/python -m coverage json -q -o build/coverage.json
	$(BIN)/python tests/mutation/coverage_totals.py build/coverage.json docs/trust/coverage.json

# Which mutants of the code do the tests notice? A sample of each package, hours of computing.
PACKAGES ?= stats models weights data
SAMPLE ?= 300
SEED ?= 20261122

mutation: $(STAMPS)-test
	$(PIP) install --quiet --constraint constraints.txt --editable ".[mutation]"
	$(BIN)/python tests/mutation/run.py --packages $(PACKAGES) --sample $(SAMPLE) --seed $(SEED) \
	  --record tests/mutation/record.json

# Do intervals and tests keep what they state? CORES processes; NAMES="sim_global" for a part.
# Matrices are small, so that threads inside them would cost more than they give.
CORES ?= 1

simulations: $(STAMPS)-test
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
	  $(BIN)/python tests/simulation/run_simulations.py --jobs $(CORES) $(NAMES)

oracles: $(STAMPS)-test
	$(BIN)/python -m pytest -q tests/oracles/test_oracles.py -k all_cases \
	  --oracles docs/trust/oracles.json

docs: $(STAMPS)-docs
	$(BIN)/python -m sphinx -W -n -q -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html."

# What users have installed, and the licence of each part, into docs/trust/sbom.json.
sbom: $(STAMPS)-core
	$(PIP) install --quiet --constraint constraints.txt --editable ".[release]"
	$(PYTHON) -m venv --clear $(VENV)/users
	$(VENV)/users/bin/python -m pip --disable-pip-version-check install --quiet \
	  --constraint constraints.txt ".[rasters,distributed]"
	$(BIN)/python tests/release/sbom.py $(VENV)/users/bin/python

# Libraries of other days warn of one another: there a warning is no error.
OTHER_DAYS := -m "not slow" -W default::DeprecationWarning -W default::FutureWarning \
  -W default::PendingDeprecationWarning
METHODS := $(addprefix tests/,core data geo weights stats models laws published studies)

# The oldest releases that pyproject.toml allows; Python 3.11.
test-lowest: pyproject.toml
	$(PYTHON) tests/release/lowest.py --check
	$(PYTHON) -m venv --clear $(VENV)/lowest
	$(VENV)/lowest/bin/python -m pip --disable-pip-version-check install --quiet \
	  --constraint constraints-lowest.txt --editable ".[rasters,distributed,boundaries,pymrio]" \
	  pytest pytest-xdist hypothesis exactextract pygeoda
	$(VENV)/lowest/bin/python -m pytest -q -n auto --dist loadfile $(OTHER_DAYS) $(METHODS)
	$(VENV)/lowest/bin/spatialcarbon demo --out demo --overwrite

# The newest releases there are today.
test-newest: pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)/newest
	$(VENV)/newest/bin/python -m pip --disable-pip-version-check install --quiet --upgrade \
	  --editable ".[test,boundaries,pymrio]"
	$(VENV)/newest/bin/python -m pytest -q -n auto --dist loadfile -m "not slow" $(METHODS)
	$(VENV)/newest/bin/spatialcarbon demo --out demo --overwrite

boundaries: $(STAMPS)-core
	$(PIP) install --quiet --constraint constraints.txt --editable ".[boundaries]"
	$(BIN)/python shapefiles/build.py
	$(BIN)/python tests/release/checksums.py

clean:
	rm -rf $(VENV) demo build dist docs/_build docs/_generated .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
