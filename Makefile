# What a newcomer runs: make run, make test. What the check runs: make test.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
GO ?= go
LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
TEMPL := github.com/a-h/templ/cmd/templ@v0.3.1020

.PHONY: run test fmt vet lint unit race processes verifiers conformance generate mod bench

run:
	$(GO) run ./cmd/shenzhong up --sample

# The stages, in the order of what fails fastest.
test: fmt vet mod lint race processes verifiers conformance

fmt:
	@bad=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$bad" ]; then echo "gofmt would change:" $$bad; exit 1; fi

vet:
	$(GO) vet ./...

mod:
	$(GO) mod verify

lint:
	$(GO) run $(LINT) run ./...

unit:
	$(GO) test ./...

race:
	$(GO) test -race -count=1 -timeout 15m ./...

# One process and many, side by side, and everybody's questions about a sealed
# draw: too slow under the race detector.
processes:
	$(GO) test -count=1 -timeout 10m -run 'Processes|Crawl' ./cmd/shenzhong

# The page and the Python program for citizens, held against our own verifier,
# also on what a rehearsal publishes.
BUNDLES := $(or $(TMPDIR),/tmp)/shenzhong-rehearsed-bundles
verifiers:
	@command -v chromium chromium-browser google-chrome >/dev/null || { apt-get update && apt-get install -y --no-install-recommends chromium; }
	@command -v python3 >/dev/null || { apt-get update && apt-get install -y --no-install-recommends python3; }
	$(GO) vet -tags verifiers ./services/draw/...
	rm -rf $(BUNDLES) && $(GO) run ./cmd/shenzhong rehearse --bundles $(BUNDLES) >/dev/null
	SHENZHONG_BUNDLES=$(BUNDLES) $(GO) test -count=1 -timeout 5m -tags verifiers -run 'Agree|Page|Python' ./services/draw/fdraw

# The suites of the stores over MongoDB's protocol; docs/stores.md says what runs where.
SECANTUS := deploy/conformance/.venv/bin/secantusd-py
conformance: $(SECANTUS)
	cd deploy/conformance && $(GO) vet ./...
	cd deploy/conformance && SHENZHONG_TEST_SECANTUS=$(CURDIR)/$(SECANTUS) $(GO) test -count=1 -timeout 8m

$(SECANTUS): deploy/conformance/requirements.txt
	@python3 -c 'import ensurepip, venv' || { apt-get update && apt-get install -y --no-install-recommends python3-venv; }
	python3 -m venv deploy/conformance/.venv
	deploy/conformance/.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

generate:
	$(GO) run $(TEMPL) generate
	$(GO) generate ./...

bench:
	$(GO) test -run '^$$' -bench . -benchtime 2s ./services/...
