# Everything that people do with the project, by name. 'make' alone lists it.

XDG_CACHE_HOME ?= $(HOME)/.cache
# One build directory for every clone, so that a fresh one does not compile RocksDB again.
cache := $(XDG_CACHE_HOME)/phytohub
export CARGO_TARGET_DIR ?= $(cache)/target
NIGHTLY ?= nightly
FUZZ_SECONDS ?= 60
ROUNDS ?= 1000
# The same for all: another choice of packages gives libraries other features, and builds them anew.
build := cargo build --workspace --lib --bins --examples

.DEFAULT_GOAL := help
.PHONY: help setup run test load crash bench release fuzz

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## installs what a fresh Debian lacks: libclang, libxml2, Python, Node, a JDK, Chromium, curl
	@.ci/setup

run: setup ## a hub, a certificate on its way, and the national system of two countries in a browser
	@$(build)
	@$(CARGO_TARGET_DIR)/debug/phytohub demo

test: setup ## all tests, those with real clients (Python, Node, Java, curl) included
	@engine/tests/clients/setup.sh $(cache)/clients
	@$(build)
	@cargo test --workspace --no-fail-fast

crash: setup ## ROUNDS (1000) times: load, SIGKILL, restart, and a ledger that must agree
	@$(build)
	@PHYTOHUB_HISTORIES=100000 cargo test --workspace --test it simulation::no_history
	@PHYTOHUB_KILL_ROUNDS=20 cargo test --workspace --test it gens::kill
	@rm -f $(cache)/crash.txt
	@for how in "" --power-cut --disk-faults --drops-after-seconds=2,4; do \
	  $(CARGO_TARGET_DIR)/debug/phytohub-crash --rounds $(ROUNDS) --figures $(cache)/crash.txt $$how \
	    || exit 1; done
	@cat $(cache)/crash.txt

# PHYTOHUB_BACKLOG says how many envelopes wait in its long backlog; ten million need 25 GB of disk.
load: setup ## what compares speeds, as ratios in one run that must hold; wants a quiet machine
	@cargo bench --workspace --bench '*' --profile dev --no-fail-fast -- --quick none

bench: setup ## the benches at length, with the same ratios at the end
	@cargo bench --workspace --bench '*' --profile dev

release: setup ## the binary as it is installed
	@cargo build --release --package phytohub
	@echo "$(CARGO_TARGET_DIR)/release/phytohub"

fuzz: setup ## the fuzz targets, FUZZ_SECONDS (60) each; needs a nightly compiler and cargo-fuzz
	@cd engine && for target in $$(cargo +$(NIGHTLY) fuzz list); do \
	  mkdir -p $(cache)/fuzz-corpus/$$target fuzz/corpus/$$target && \
	  CARGO_TARGET_DIR=$(cache)/fuzz-target cargo +$(NIGHTLY) fuzz run $$target \
	    $(cache)/fuzz-corpus/$$target fuzz/corpus/$$target \
	    -- -max_total_time=$(FUZZ_SECONDS) || exit 1; done
