# The two commands of the README are `make demo` and `make test`; both install what is missing first.
# Everything else is a shorthand for one line of Cargo or npm.

CARGO ?= cargo
# the demo's file once there is one; without a name the window opens your library
FILE ?= $(wildcard demo-out/demo.reprise)
FUZZ_SECONDS ?= 20

.PHONY: help setup setup-demo demo test app package package-check screenshots first-run bench bench-window fuzz lint rust-test ui-test e2e clean

help:
	@echo "make demo   record, replay, break and compare the sample shop; ends by itself"
	@echo "make test   every test: Rust, window, MariaDB, loopback capture, the window under Xvfb"
	@echo "make app    the desktop on your library, or on the demo's file once there is one (FILE=... for another)"
	@echo "make package      a Debian package: the command, the window, the capture helper"
	@echo "make package-check  installs it on a copy of this system, opens the window under Xvfb, removes it"
	@echo "make screenshots  pictures of every page in both themes, into docs/screenshots and ui/e2e/kept"
	@echo "make first-run    the path of a new user in the window, step by step, into docs/first-run"
	@echo "make bench  the benchmarks, printed as ratios against a peer in the same run"
	@echo "make bench-window  how the window does on a million exchanges, and what drawing a live run costs"
	@echo "make fuzz   every fuzz target for FUZZ_SECONDS (20) from the kept inputs"
	@echo "make lint   formatting, clippy, docs, the types and style of the window"

setup-demo:
	@scripts/setup demo

setup:
	@scripts/setup test

demo: setup-demo
	$(CARGO) build --release -p reprise
	target/release/reprise demo --out demo-out

app: setup
	cd ui && npm run --silent build
	$(CARGO) build --release -p reprise-desktop --features custom-protocol
	REPRISE_FILE=$(FILE) target/release/reprise-desktop

package: setup
	cd ui && npm run --silent build
	$(CARGO) build --release -p reprise -p reprise-capture
	$(CARGO) build --release -p reprise-desktop --features custom-protocol
	scripts/package

package-check: package
	@scripts/setup package
	scripts/package-check "$$(ls -t target/package/reprise_*.deb | head -n 1)"

screenshots:
	cd ui && npm run --silent build
	$(CARGO) build --release -p reprise-fixtures --example shop
	$(CARGO) build --release -p reprise-desktop --features custom-protocol
	cd ui && PROFILE=release node e2e/screenshots.mjs && PROFILE=release node e2e/kept.mjs

first-run:
	cd ui && npm run --silent build
	$(CARGO) build --release -p reprise-fixtures --example shop
	$(CARGO) build --release -p reprise-desktop --features custom-protocol
	cd ui && PROFILE=release node e2e/first_run.mjs

test: setup ui-test rust-test e2e

rust-test:
	$(CARGO) test --workspace --exclude reprise-desktop
	$(CARGO) test -p reprise-desktop

ui-test:
	cd ui && npm run --silent build && npm test --silent

e2e:
	cd ui && npm run --silent build
	$(CARGO) build -p reprise-fixtures --example shop
	$(CARGO) build -p reprise-desktop
	cd ui && npm run --silent e2e

lint: setup
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --quiet
	cd ui && npm run --silent check && npm run --silent lint

bench:
	@scripts/setup bench
	$(CARGO) build --release -p reprise
	$(CARGO) run --release -q -p reprise-app --example bench
	$(CARGO) run --release -q -p reprise-measure --example speed

bench-window: setup
	cd ui && npm run --silent build
	$(CARGO) build --release -p reprise-fixtures --example shop
	$(CARGO) build --release -p reprise
	$(CARGO) build --release -p reprise-desktop --features custom-protocol
	cd ui && PROFILE=release node e2e/million.mjs && PROFILE=release node e2e/drawing.mjs

fuzz:
	@scripts/setup fuzz
	FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz

clean:
	$(CARGO) clean
	rm -rf fuzz/target
	rm -rf ui/dist demo-out
