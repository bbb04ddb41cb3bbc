# Two commands a newcomer needs: `make demo` and `make test`. `make presubmit` is exactly what CI runs.
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
FRONTEND := web/frontend
FRONTEND_SOURCES := $(shell find $(FRONTEND) -path $(FRONTEND)/node_modules -prune -o -type f -print 2>/dev/null)
DIST := web/static/dist/.vite/manifest.json
BENCHES := evidence link live logs plan sitl search

.PHONY: install demo test test-py test-js lint types imports presubmit frontend fuzz lock clean $(BENCHES:%=bench-%)

install: $(STAMP) $(DIST)

$(STAMP): requirements-dev.lock pyproject.toml build_frontend.py
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	AIRBEAT_SKIP_FRONTEND=1 $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -c "from telemetry.gateway.systems import warm_up; warm_up()"
	touch $@

$(DIST): $(STAMP) $(FRONTEND_SOURCES)
	$(BIN)/python build_frontend.py

frontend: $(DIST)

demo: install
	$(BIN)/airbeat demo

test: test-py test-js

test-py: install
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test-js: install
	$(BIN)/python build_frontend.py test

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

presubmit: lint types imports test

$(BENCHES:%=bench-%): bench-%: install
	$(BIN)/python -m tests.bench.$*

# An hour of processor time on the frame reader; what it finds goes into tests/data/frames. atheris is 60 MB.
fuzz: install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check atheris==3.0.0
	nice -n 19 $(BIN)/python -m tests.telemetry.mavlink.fuzz_frame

lock: $(STAMP)
	$(BIN)/python -m uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements-dev.lock

clean:
	rm -rf $(VENV) web/static/dist $(FRONTEND)/node_modules .build
