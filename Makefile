# Every target sets up what it needs: a virtual environment with pinned packages and, as root on
# Debian, the system libraries of the window. Elsewhere missing libraries are named.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: setup demo test test-faults fuzz cluster bench bench-quick lint format pictures package constraints clean

setup: $(READY)

$(READY): constraints.txt pyproject.toml
	@$(PYTHON) packaging/setup_environment.py $(VENV)
	@touch $@

demo: $(READY)
	@$(BIN)/python -m tests.demo

cluster: $(READY)
	@$(BIN)/python -m tests.cluster

# The same faults every time; test-faults and FAULT_SEED=... try others.
test: $(READY)
	@FAULT_SEED=$${FAULT_SEED:-1} FAULT_SCALE=$${FAULT_SCALE:-0.1} $(BIN)/python -m pytest -n 3 --dist worksteal

test-faults: $(READY)
	@FAULT_SCALE=$${FAULT_SCALE:-1} $(BIN)/python -m pytest -n 4 --dist worksteal tests/faults

# Ten minutes, led by coverage; the tests hold a deterministic minute of it.
fuzz: $(READY)
	@$(BIN)/python -m pip install --quiet atheris==3.0.0
	@$(BIN)/python -m tests.fuzz $${FUZZ_SECONDS:-600}

bench: $(READY)
	@$(BIN)/python -m benchmarks

# Three minutes: whether something became much slower.
bench-quick: $(READY)
	@$(BIN)/python -m benchmarks --records 100000 --commit 20000 --rounds 2

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

pictures: $(READY)
	@$(BIN)/python docs/make_pictures

package: $(READY)
	@$(BIN)/python packaging/build.py

# Newest versions that fit pyproject.toml, with hashes, for every platform; needs uv.
constraints:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --all-extras --upgrade --custom-compile-command "make constraints" pyproject.toml -o constraints.txt

clean:
	rm -rf $(VENV) build dist demo-tour .mypy_cache .ruff_cache .pytest_cache
