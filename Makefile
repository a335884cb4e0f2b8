# make demo   everything on simulated platforms: no key, no network
# make run    the same program on the real platforms
# make fleet  a cluster, hubs and workers on this machine, and a table of how they do
# make test   installs what the tests need, then runs all of them

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
GO ?= go
SEED ?= 1
SPEED ?= 1
LISTEN ?= 127.0.0.1:8080
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)

.PHONY: demo run build ui ui-test ui-e2e ui-bench extension fleet faults test lint bench fuzz deps clean

demo: build
	bin/onair demo --listen $(LISTEN) --data data/demo-$(SEED) --seed $(SEED) --speed $(SPEED)

run: build
	bin/onair serve --listen $(LISTEN) --data data/onair

# The web page is part of the program, so it is built first.
build: extension/dist/web/index.html
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/...

ui: extension/dist/web/index.html

extension/node_modules/.package-lock.json: extension/package-lock.json
	npm ci --prefix extension --no-audit --no-fund
	@touch $@

extension/dist/web/index.html: extension/node_modules/.package-lock.json api/openapi.yaml $(shell git ls-files extension | grep -v '\.go$$')
	npm run --prefix extension build
	@touch $@

# Types, style and unit tests of the user interface.
ui-test: extension/node_modules/.package-lock.json
	npm run --prefix extension check
	npm test --prefix extension

# Journeys in a real Chromium against a real hub on the simulator.
ui-e2e: build
	npm run --prefix extension e2e

# Bytes, nodes, times and memory of the new tab in a real Chromium; fails only when it has too many bytes.
ui-bench: build
	npm run --prefix extension bench

# What goes to the Chrome store, and the web page.
extension: ui
	scripts/extension

# A cluster of three stock nats-servers, two hubs, three workers and the simulated platforms on this machine, with a
# table of how they do; until Ctrl-C, or FLEET="--for 30s".
FLEET ?=
fleet: build bin/nats-server
	bin/onair fleet $(FLEET)

bin/nats-server: go.mod
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o $@ github.com/nats-io/nats-server/v2

# The long fault tests: ten mixed faults each, on a broker of one node and on a cluster, with the history checked.
faults:
	ONAIR_FAULTS=long $(GO) test -count=1 -v -timeout 20m -run 'TestFaults|TestClusterAdopts' ./cmd/onair

test: deps lint build
	$(GO) test -timeout 30m ./...
	$(GO) test -timeout 30m -race -short ./...
	$(MAKE) ui-test
	$(MAKE) ui-e2e

# Debian packages that the tests start programs from; one apt line, printed when it cannot be run.
deps:
	scripts/deps

lint:
	@out=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$out" ]; then echo "not gofmt'd:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...

bench:
	$(GO) test -run '^$$' -bench . -benchtime 2s ./view ./broker ./api ./cmd/onair

# Each fuzz target for FUZZTIME; a crash leaves its input in testdata/fuzz.
FUZZTIME ?= 30s
fuzz:
	scripts/fuzz $(FUZZTIME)

clean:
	rm -rf bin dist extension/dist/newtab extension/dist/panel extension/dist/web/assets extension/dist/web/index.html extension/node_modules
