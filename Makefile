# Everything a change needs before it is proposed: make check.

GO        ?= go
BENCH     ?= .
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

COMMIT    := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
LDFLAGS   := -s -w -X github.com/espalier-dev/espalier/internal/cli.Commit=$(COMMIT)

.PHONY: build test lint bench golden cross check clean

build: ## the program for this machine, as bin/espalier
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o bin/ .

test: ## all tests, with the race detector
	$(GO) test -race ./...

lint: ## formatting, vet, staticcheck, and what was downloaded against go.sum
	@unformatted=$$(gofmt -l .); \
	if [ -n "$$unformatted" ]; then \
		echo "gofmt would change these files; run gofmt -w on them:"; echo "$$unformatted"; exit 1; \
	fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod verify

bench: ## the figures of docs/performance.md; BENCH=name picks some
	$(GO) test -run='^$$' -bench='$(BENCH)' -benchmem ./...

golden: ## write the expected outputs anew; read the difference before you commit it
	$(GO) test $$(grep -rl --include='*_test.go' '"update"' . | xargs -n 1 dirname | sort -u) -update

cross: ## the program for every platform, without cgo, into dist/
	@for platform in $(PLATFORMS); do \
		os=$${platform%/*}; arch=$${platform#*/}; suffix=; \
		if [ $$os = windows ]; then suffix=.exe; fi; \
		echo "build $$os/$$arch"; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o dist/espalier_$${os}_$$arch$$suffix . || exit 1; \
	done

check: lint test cross

clean:
	rm -rf bin dist
