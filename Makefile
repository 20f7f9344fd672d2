.DEFAULT_GOAL := help
# Without .pyc files every process would compile our code anew: a second of CPU each.
unexport PYTHONDONTWRITEBYTECODE
.NOTPARALLEL:
.PHONY: help setup run serve stream test live lint bench bench-hour chaos policy schema provider-schema matrix clean
.PHONY: graph update-check
.PHONY: template-metadata
.PHONY: dashboards monitoring monitoring-check
.PHONY: lock try-images
.PHONY: audit licences sbom dist
.PHONY: dataflow-template dataflow-run dataflow-update dataflow-drain

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
TOOLS  := $(VENV)/.tools
POLICY := .venv-policy
SUPPLY := .venv-supply

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-17s %s\n", $$1, $$2}'

# pip works quietly: say what takes two minutes and why.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "AIPROD needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	@echo "Setting up .venv (once, about two minutes) ..."
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.$(1)'
	@sh templates/fonts.sh
endef

# Re-made when setup.py changes.
$(STAMP): setup.py jobs/version.py
	$(call install)
	@touch $@

# With what only tests and checks need: in one go, since pip takes as long again for a second one.
$(TOOLS): setup.py jobs/version.py
	$(call install,[dev])
	@touch $(STAMP) $@

setup: $(TOOLS) ## install everything into .venv

run: $(STAMP) ## render the examples, offline, into out/
	@$(BIN)/aiprod render examples/*.json --out out

serve: $(STAMP) ## the whole service on this machine: API and worker, port 8000; FAKES=1: with paid services, faked
	@$(BIN)/$(if $(FAKES),python -m tests.fakes.serve,aiprod serve)

stream: $(STAMP) ## the streaming pipeline against Google's Pub/Sub emulator
	@$(BIN)/python -m pipeline.stream --project="$(GOOGLE_CLOUD_PROJECT)" --host="$(PUBSUB_EMULATOR_HOST)" --emulator="$(AIPROD_PUBSUB_EMULATOR)" --java_home="$(JAVA_HOME)"

test: $(TOOLS) ## every test
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

live: $(TOOLS) ## the contracts of paid services, asked of themselves: with the keys that are set, for up to 3 dollars
	@$(BIN)/python -m pytest -m live tests/live

lint: $(TOOLS) ## style, types, import rules, known weaknesses of packages
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/hadolint templates/*.Dockerfile
	@$(MAKE) --no-print-directory audit

chaos: $(TOOLS) ## hundreds of jobs while processes are killed; builds broken on purpose
	@$(BIN)/python -m tests.chaos.run --jobs 200 --mutants
	@$(BIN)/python -m tests.chaos.paying --kills 100
	@$(BIN)/python -m tests.chaos.reprocessing --jobs 200 --kills 3

bench: $(STAMP) ## measurements as JSON: an hour and more, on a machine that does nothing else
	@$(BIN)/python -m bench.render
	@$(BIN)/python -m bench.moviepy_compare
	@$(BIN)/python -m bench.growth
	@$(BIN)/python -m bench.service
	@$(BIN)/python -m bench.memory
	@$(BIN)/python -m bench.reuse
	@$(BIN)/python -m bench.variants

bench-hour: $(STAMP) ## render an hour of 500 scenes and find its marks again, as JSON
	@$(BIN)/python -m bench.hour

# In an environment of its own: checkov wants older libraries than we do.
policy: ## the rules of checkov for deployments/terraform
	@test -x $(POLICY)/bin/checkov || { $(PYTHON) -m venv $(POLICY) && $(POLICY)/bin/pip install --quiet --disable-pip-version-check 'checkov>=3.3,<4'; }
	@$(POLICY)/bin/python $(POLICY)/bin/checkov -d deployments/terraform --framework terraform --compact --quiet --skip-download

# In an environment of its own, which is made when it is needed: offline that is never.
$(SUPPLY)/.installed:
	@$(PYTHON) -m venv $(SUPPLY)
	@$(SUPPLY)/bin/pip install --quiet --disable-pip-version-check 'build>=1.2,<2' 'cyclonedx-bom>=7,<8' 'pip-audit>=2.9,<3'
	@touch $@

# 3: nobody can be asked, which has been said.
audit: $(TOOLS) ## whether weaknesses are known of what AIPROD needs; nobody is asked offline
	@$(BIN)/python -m tests.supply.audit && $(MAKE) --no-print-directory $(SUPPLY)/.installed \
		&& $(BIN)/python -m tests.supply.audit $(SUPPLY)/bin/pip-audit || test $$? = 3

licences: $(TOOLS) ## the licences of what AIPROD needs; fails when one does not go with Apache-2.0
	@$(BIN)/python -m tests.supply.licences

sbom: $(TOOLS) $(SUPPLY)/.installed ## write build/sbom/*.cdx.json: what AIPROD and its images are made of
	@mkdir -p build/sbom
	@$(SUPPLY)/bin/cyclonedx-py environment --output-file build/sbom/aiprod.cdx.json $(BIN)/python
	@$(BIN)/python -m tests.supply.sbom build/sbom/aiprod.cdx.json
	@for image in api pipeline; do $(SUPPLY)/bin/cyclonedx-py requirements --output-file build/sbom/$$image.cdx.json templates/$$image.lock || exit 1; done

dist: $(SUPPLY)/.installed ## write dist/: wheel and source of this version
	@rm -rf dist
	@$(SUPPLY)/bin/python -m build

# The last packages that HashiCorp made, of 6.50 of the providers. 100 MB, which nothing but this needs.
provider-schema: $(TOOLS) ## write tests/deployments/provider_schema.json: what Google's Terraform providers accept
	@$(BIN)/pip download --quiet --disable-pip-version-check --no-deps --dest build/providers cdktf-cdktf-provider-google==16.12.1 cdktf-cdktf-provider-google-beta==16.12.1
	@$(BIN)/python -m tests.deployments.derive_schema build/providers/*.whl

schema: $(STAMP) ## write docs/job.schema.json from the job document
	@$(BIN)/aiprod schema > docs/job.schema.json

matrix: $(TOOLS) ## write docs/field-matrix.md and docs/fault-matrix.md: what fields make again, and faults come to
	@$(BIN)/python -m tests.pipeline.field_matrix > docs/field-matrix.md
	@$(BIN)/python -m tests.transforms.fault_page > docs/fault-matrix.md

template-metadata: $(STAMP) ## write templates/metadata.json from the options of the pipeline
	@$(BIN)/python -m pipeline.flex_template > templates/metadata.json

graph: $(STAMP) ## write tests/pipeline/graph.golden.json, after a change of the graph that was meant
	@$(BIN)/python -m pipeline.graph_shape

quoted = '$(subst ','\'',$($(1)))'

update-check: $(STAMP) ## whether a job of SINCE=<tag or commit, else the newest tag> can be updated to this graph [MAPPING]
	@$(BIN)/python -m pipeline.update_check --since=$(call quoted,SINCE) --mapping=$(call quoted,MAPPING)

LOCKING := build/locking
lock: ## write templates/*.lock from setup.py; versions that fit are kept, remove a file for the newest
	@$(PYTHON) -m venv $(LOCKING)
	@$(LOCKING)/bin/pip install --quiet --disable-pip-version-check setuptools uv
	@$(LOCKING)/bin/python templates/lock.py

try-images: ## the steps of the Dockerfiles in a bare Debian: as root, with debootstrap; minutes [TRY=<folder>]
	@$(PYTHON) templates/try_install.py $(TRY)

# What is not set is said by the command itself, with an example.
LAUNCH = $(BIN)/python -m pipeline.launch $(1) $(if $(DRY_RUN),--dry_run) \
	--project=$(call quoted,PROJECT) --region=$(call quoted,REGION) --bucket=$(call quoted,BUCKET) \
	--subnetwork=$(call quoted,SUBNETWORK) --release=$(call quoted,RELEASE) --image=$(call quoted,IMAGE) --account=$(call quoted,ACCOUNT) \
	--name=$(call quoted,NAME) --settings=$(call quoted,SETTINGS) --request=$(call quoted,REQUEST) \
	--reprocessing=$(call quoted,REPROCESSING) --mapping=$(call quoted,MAPPING) --flags=$(call quoted,FLAGS)

dataflow-template: $(STAMP) ## build images and Flex Template: PROJECT, REGION, BUCKET [RELEASE, DRY_RUN=1]
	@$(call LAUNCH,template)

dataflow-run: $(STAMP) ## start the job: PROJECT, REGION, BUCKET, SUBNETWORK [SETTINGS, REQUEST, FLAGS, DRY_RUN=1]
	@$(call LAUNCH,run)

dataflow-update: $(STAMP) ## put this version in the place of that of SINCE, as above; otherwise as dataflow-run [MAPPING]
	@$(BIN)/python -m pipeline.update_check --since=$(call quoted,SINCE) --mapping=$(call quoted,MAPPING)
	@$(call LAUNCH,update)

dataflow-drain: $(STAMP) ## let the job end what it has begun: PROJECT, REGION [NAME, DRY_RUN=1]
	@$(call LAUNCH,drain)

dashboards: $(STAMP) ## write deployments/monitoring/*dashboards, for Grafana and for Cloud Monitoring
	@$(BIN)/python -m deployments.monitoring.write_dashboards

PROMETHEUS := command -v prometheus > /dev/null || { echo "prometheus is not in PATH; on Debian: apt-get install prometheus" >&2; exit 2; }

monitoring: ## a Prometheus on this machine, port 9090, that scrapes `make serve` and has the alerts
	@$(PROMETHEUS)
	@test -f aiprod-data/api-key || { echo "aiprod-data/api-key, the key for /metrics, is not there: run make serve first" >&2; exit 2; }
	@prometheus --config.file=deployments/monitoring/prometheus.yaml --storage.tsdb.path=build/prometheus --web.listen-address=127.0.0.1:9090 --log.level=warn

monitoring-check: $(TOOLS) ## ask a Prometheus every expression of alerts and dashboards, beside a service that makes a job
	@$(PROMETHEUS)
	@$(BIN)/python -m tests.deployments.ask_prometheus

clean: ## remove .venv, build/, dist/, out/ and aiprod-data/
	rm -rf $(VENV) $(POLICY) $(SUPPLY) .venv-bench build dist out aiprod-data
