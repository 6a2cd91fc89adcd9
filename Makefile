# Every target makes its own environment first: Python 3.11+ and make are all that is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PAGES := $(wildcard services/*/README.md services/*/*/README.md)
REGION ?= 120116-binhai
ENGINE ?= embedded
$(if $(filter embedded kafka,$(ENGINE)),,$(error ENGINE=$(ENGINE): embedded, or kafka for Apache Kafka and PostgreSQL in containers))
DATA ?= .shuniu
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install run up check format generate test test-unit wheelhouse images-offline test-engines test-containers \
  test-faults bench bench-country soak audit-dependencies sbom clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-19s %s\n", $$1, $$2}'

$(READY): pyproject.toml contracts/pyproject.toml uv.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null 2>&1 || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@UV=$$(command -v uv || echo $(BIN)/uv); VIRTUAL_ENV=$(CURDIR)/$(VENV) $$UV sync --quiet --inexact --all-extras --frozen --compile-bytecode
	@touch $@

install: $(READY)  ## the environment, from PyPI only

run: $(READY)  ## the main job: the embedded stack, Binhai's register, the figures beside the published ones (REGION=, DATA=)
	@$(BIN)/python -m deploy.scenarios.$(lastword $(subst -, ,$(REGION))) --data-dir $(DATA) $(ARGS)

up: $(READY)  ## an embedded stack without the main job's data
	@$(BIN)/shuniu up --region $(REGION) --data-dir $(DATA) $(ARGS)

format: $(READY)  ## rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: $(READY)  ## schemas, samples, AsyncAPI, the page of events, the state tables in the services' pages and the page of policies
	$(BIN)/python -m shuniu_contracts generate
	$(BIN)/python -m chassis.states $(PAGES)
	$(BIN)/python -m chassis.policy_page docs/policies.md
	$(BIN)/python -m deploy.observability.dashboard

check: $(READY)  ## format, lint, types, import rules, contracts, stale files, unit tests: a few minutes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m shuniu_contracts generate --check
	$(BIN)/python -m shuniu_contracts check --against $$(git describe --tags --match 'contracts-*' --abbrev=0 2>/dev/null || echo HEAD)
	$(BIN)/python -m chassis.states --check $(PAGES)
	$(BIN)/python -m deploy.observability.dashboard --check
	$(BIN)/pytest -q -m "not integration and not system and not browser" -n 2

test-unit: $(READY)  ## the tests that need nothing
	$(BIN)/pytest -q -m "not integration and not system and not browser" -n 2 $(ARGS)

test: $(READY)  ## everything that needs no container; ARGS chooses: make test ARGS="tests/registry -k import"
	$(if $(ARGS),$(BIN)/pytest -q $(ARGS),$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder \
	    -m "not system and not browser" \
	  && $(BIN)/pytest -q -m "system or browser")

wheelhouse: $(READY)  ## all wheels that the image is built from, in dist/wheelhouse
	rm -rf dist/wheelhouse
	@UV=$$(command -v uv || echo $(BIN)/uv); $$UV build --quiet --all-packages --wheel --out-dir dist/wheelhouse && \
	  $$UV export --quiet --frozen --no-dev --no-emit-workspace --output-file dist/requirements.txt
	$(PYTHON) -m pip download --quiet --disable-pip-version-check --only-binary=:all: --dest dist/wheelhouse -r dist/requirements.txt

IMAGES ?= offline
NAMED := $(if $(filter offline,$(IMAGES)),SHUNIU_TEST_POSTGRES_IMAGE=shuniu-offline/postgres \
  SHUNIU_TEST_KAFKA_IMAGE=shuniu-offline/kafka SHUNIU_TEST_IMAGE=shuniu-offline/shuniu)
IN_CONTAINERS := $(NAMED) SHUNIU_TEST_BACKEND=containers

images-offline: wheelhouse  ## every image without an image registry; needs root, debootstrap and Maven
	deploy/offline/engine.sh
	deploy/offline/build.sh

ON_ENGINES := $(IN_CONTAINERS) $(BIN)/pytest -q

test-engines: $(READY)  ## what the chassis promises, and our image, on Apache Kafka and PostgreSQL in containers
	$(ON_ENGINES) tests/containers/test_image.py tests/containers/test_idempotence.py tests/containers/test_groups.py \
	  tests/chassis/test_relay.py \
	  tests/chassis/test_recovery.py tests/chassis/test_topics.py tests/chassis/test_bus.py \
	  tests/chassis/test_unit_of_work.py tests/chassis/consuming $(ARGS)

test-containers: test-engines  ## those, compose, brokers, stacks, TLS, the services' suites, a few faults (IMAGES=public)
	$(ON_ENGINES) tests/containers/test_compose.py tests/containers/test_brokers.py tests/containers/test_tiers.py \
	  tests/containers/test_mirror_compose.py tests/containers/test_secured.py \
	  tests/containers/test_secured_compose.py \
	  tests/chassis/http tests/chassis/test_backup.py tests/chassis/test_database.py \
	  tests/chassis/test_going_down.py tests/chassis/test_kills.py tests/chassis/test_log.py \
	  tests/chassis/test_majors.py tests/chassis/test_metrics.py tests/chassis/test_serving.py \
	  tests/chassis/test_statements.py tests/chassis/test_waiting.py tests/system/test_processes.py \
	  tests/system/test_traces.py tests/registry tests/grants tests/partybuild tests/notify tests/console tests/http $(ARGS)
	SHUNIU_FAULTS=full SHUNIU_FAULTS_KILLS=60 $(ON_ENGINES) -s tests/faults -k "$(FEW_FAULTS)" $(ARGS)

# Of the crash matrix, what differs most with the engines: each point once, lost engines, and random kills.
FEW_FAULTS := few_kills or second_check or every_point or test_losses or random_kills

test-faults: $(READY)  ## the whole crash matrix: hundreds of seeded kills of every process and engine (ENGINE=kafka)
	SHUNIU_FAULTS=full $(if $(filter kafka,$(ENGINE)),$(IN_CONTAINERS)) $(BIN)/pytest -q -s tests/faults $(ARGS)

bench: $(READY)  ## every row of the performance table beside its reference, dist/bench-ENGINE.json (ENGINE=kafka)
	@mkdir -p dist
	$(NAMED) $(BIN)/python -m tests.benchmarks --engine $(ENGINE) --json dist/bench-$(ENGINE).json $(ARGS)

bench-country: $(READY)  ## a million organisations through one stack on Apache Kafka, drawn over time
	@mkdir -p dist
	$(NAMED) $(BIN)/python -m tests.benchmarks.country --chart dist/country.png --json dist/country.json $(ARGS)

soak: $(READY)  ## an hour at half load with flat memory, drawn in dist/soak.png (ENGINE=kafka)
	@mkdir -p dist
	$(NAMED) $(BIN)/python -m tests.benchmarks.soak --engine $(ENGINE) --chart dist/soak.png --json dist/soak.json $(ARGS)

audit-dependencies: $(READY)  ## known vulnerabilities of what the image is built from; says so where none can be looked up
	@mkdir -p dist; UV=$$(command -v uv || echo $(BIN)/uv); $$UV export --quiet --frozen --no-dev --no-emit-workspace --output-file dist/requirements.txt
	$(BIN)/python -m deploy.security.audit dist/requirements.txt $(ARGS)

sbom: $(READY)  ## a CycloneDX bill of materials of the image, dist/sbom.cdx.json
	$(BIN)/python -m deploy.security.sbom --image $(or $(SHUNIU_IMAGE),shuniu-offline/shuniu)

clean:  ## the environment and the embedded stack's data
	rm -rf $(VENV) $(DATA)
