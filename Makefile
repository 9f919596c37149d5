# What a newcomer runs: make run, make test. What the check runs: make test.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
GO ?= go
LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
TEMPL := github.com/a-h/templ/cmd/templ@v0.3.1020

.PHONY: run test fmt generated vet lint unit race years processes crash verifiers conformance interop generate mod bench fuzz

run:
	$(GO) run ./cmd/shenzhong up --sample

# The stages, in the order of what fails fastest.
test: fmt generated vet mod lint race years processes crash verifiers conformance interop

fmt:
	@bad=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$bad" ]; then echo "gofmt would change:" $$bad; exit 1; fi

# The Go code of the pages is what the templates make.
generated:
	$(GO) run $(TEMPL) generate -log-level error
	@git diff --exit-code --stat -- '*_templ.go'

vet:
	$(GO) vet ./...

mod:
	$(GO) mod verify

lint:
	$(GO) run $(LINT) run ./...

unit:
	$(GO) test ./...

race:
	$(GO) test -race -count=1 -timeout 25m ./...

# Five years of a district at their full size, against an independent oracle; the
# race detector sees a smaller size. Another seed: make years SEED=7.
SEED ?= 20240108
years:
	SHENZHONG_YEARS_CLUES=10000 $(GO) test -count=1 -timeout 20m -v -run FiveYears ./cmd/shenzhong/years -seed $(SEED)

# One process and many, side by side; everybody's questions about a sealed draw;
# every operation with any input; a year under witnesses: too slow under the race
# detector.
processes:
	$(GO) test -count=1 -timeout 20m -run 'Processes|Crawl|AnyInput|EveryOperation|BadInput|UnderWitnesses' ./cmd/shenzhong

# The real binary killed, starved and damaged under load (cmd/shenzhong/crash_test.go).
# The long form is make crash CRASH_ROUNDS=1000; CRASH_SEED repeats a run. Disks are
# mounted where this runs as root; in CI it must.
CRASH_ROUNDS ?= 50
CRASH_SEED ?=
crash:
	@command -v mkfs.ext4 losetup mount >/dev/null || { apt-get update && apt-get install -y --no-install-recommends e2fsprogs mount util-linux; }
	$(GO) vet -tags crash ./cmd/shenzhong
	CRASH_ROUNDS=$(CRASH_ROUNDS) CRASH_SEED=$(CRASH_SEED) $(GO) test -count=1 -v -timeout $$((15 + $(CRASH_ROUNDS) / 5))m -tags crash -run 'TestCrash$$' ./cmd/shenzhong

# The page and the Python program for citizens, held against our own verifier,
# also on what a rehearsal publishes.
BUNDLES := $(or $(TMPDIR),/tmp)/shenzhong-rehearsed-bundles
verifiers:
	@command -v chromium chromium-browser google-chrome >/dev/null || { apt-get update && apt-get install -y --no-install-recommends chromium; }
	@command -v python3 >/dev/null || { apt-get update && apt-get install -y --no-install-recommends python3; }
	$(GO) vet -tags verifiers ./services/draw/...
	rm -rf $(BUNDLES) && $(GO) run ./cmd/shenzhong rehearse --bundles $(BUNDLES) >/dev/null
	SHENZHONG_BUNDLES=$(BUNDLES) $(GO) test -count=1 -timeout 10m -tags verifiers -run 'Agree|Page|Python' ./services/draw/fdraw

# The suites of the stores over MongoDB's protocol; docs/stores.md says what runs where.
SECANTUS := deploy/conformance/.venv/bin/secantusd-py
conformance: $(SECANTUS)
	cd deploy/conformance && $(GO) vet ./...
	cd deploy/conformance && SHENZHONG_TEST_SECANTUS=$(CURDIR)/$(SECANTUS) $(GO) test -count=1 -timeout 40m

$(SECANTUS): deploy/conformance/requirements.txt
	@python3 -c 'import ensurepip, venv' || { apt-get update && apt-get install -y --no-install-recommends python3-venv; }
	python3 -m venv deploy/conformance/.venv
	deploy/conformance/.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

# The public log, read by software that others wrote; docs/verify.md says by which.
interop:
	cd deploy/interop && $(GO) vet ./...
	cd deploy/interop && $(GO) test -count=1 -timeout 5m

# Every fuzz target for FUZZTIME each. make test runs their seeds. The go command may
# report the end of the time as a failure; only an input that fails is one.
FUZZTIME ?= 10s
fuzz:
	@for dir in $$(git grep -l '^func Fuzz' -- '*_test.go' | xargs -n1 dirname | sort -u); do \
		for target in $$($(GO) test -list '^Fuzz' ./$$dir | grep '^Fuzz'); do \
			echo "$$dir $$target"; \
			out=$$($(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) ./$$dir 2>&1) || \
				{ grep -q 'context deadline exceeded' <<<"$$out" && ! grep -q 'Failing input' <<<"$$out"; } || \
				{ echo "$$out"; exit 1; }; \
		done; \
	done

generate:
	$(GO) run $(TEMPL) generate
	$(GO) generate ./...

bench:
	$(GO) test -run '^$$' -bench . -benchtime 2s ./services/...
