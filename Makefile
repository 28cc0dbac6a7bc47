# Everything on a bare Debian or Ubuntu with Python 3.11 or later: `make demo`, `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The Open XML validator, and libraries that must be able to read a workbook.
NODE_PACKAGES := @ooxml-tools/validate xlsx@0.18.5 exceljs@4.4.0
GET_NODE_PACKAGES = { npm install --silent --no-audit --no-fund --prefix $(VENV)/validator $(NODE_PACKAGES) \
	|| echo "no npm: some tests are skipped" >&2; }

# For `make coverage`: what pytest is to run.
ARGUMENTS :=

.PHONY: demo test test-fast lint coverage bench pictures gallery clean

demo: $(VENV)/ready
	$(BIN)/xlnet build --iters 200 --lr 0.01
	$(BIN)/xlnet check output/seed.xlsx

# A file stays in one process, as its tests share their work, and the longest starts first (tests/slow.py). There is one
# process more than processors: while one waits for an engine, another one computes.
WORKERS := $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
TOGETHER := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# While the tests run, a processor waits now and then: the lint takes its turn there, and what it says comes last.
test: $(VENV)/ready
	$(MAKE) lint >$(VENV)/lint.txt 2>&1 & lint=$$!; \
	$(BIN)/pytest $(TOGETHER); tests=$$?; \
	wait $$lint; lint=$$?; \
	cat $(VENV)/lint.txt; \
	exit $$((tests | lint))

# For daily work: all but the tests that take long.
test-fast: $(VENV)/ready
	$(BIN)/pytest $(TOGETHER) -m "not slow"

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

coverage: $(VENV)/ready
	$(BIN)/pip install --quiet --editable '.[coverage]'
	$(BIN)/pytest $(TOGETHER) --cov --cov-report=term --cov-report=html:build/coverage $(ARGUMENTS)

bench: $(VENV)/ready
	$(BIN)/pip install --quiet --editable '.[bench]'
	$(BIN)/python -m benchmarks

pictures: $(VENV)/ready
	$(BIN)/pip install --quiet pillow
	$(BIN)/python docs/pictures.py

# Every lesson in every language, and pages to download them from: build/gallery/index.html.
gallery: $(VENV)/ready
	$(BIN)/pip install --quiet pillow
	rm -rf build/gallery
	$(BIN)/python docs/gallery.py build/gallery

# What comes by apt and npm is fetched while pip is at work.
$(VENV)/ready: pyproject.toml Makefile .ci/system
	PYTHON=$(PYTHON) sh .ci/system python3-venv
	set -e; \
	{ PYTHON=$(PYTHON) sh .ci/system && $(GET_NODE_PACKAGES); } & others=$$!; \
	$(PYTHON) -m venv $(VENV); \
	$(BIN)/pip install --quiet --upgrade pip; \
	$(BIN)/pip install --quiet --editable '.[test,lint]'; \
	wait $$others
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .coverage.*
