# The entry points. Each command installs the tools it needs, and says so.

.DEFAULT_GOAL := help
.PHONY: help run build test check format soak mutants bench dev clean toolchain bundle browser

export PATH := $(CURDIR)/target/tools/bin:$(PATH)

# The crates built natively. Building them in one command gives their common dependencies a single set
# of features, so that nothing is compiled twice. Here `app` is built for the server; the feature
# `hydrate` is for the browser's build alone.
NATIVE := -p sync -p app -p server

PRETTIER := frontend/node_modules/.bin/prettier --log-level warn
SCRIPTS_AND_STYLES := '{app,server,frontend,end2end,style}/**/*.{ts,js,mjs,css}'

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: build ## build, and serve on http://127.0.0.1:3000 (ARGS="--listen …" for another address)
	target/release/tandem $(ARGS)

build: bundle ## build target/release/tandem, a single file
	cargo build --release -p server

test: bundle browser ## run all tests: engine, server, and real browsers
	frontend/toolchain.sh test
	server/tests/setup.sh
	cargo nextest run $(NATIVE)
	cargo test --doc $(NATIVE)
	@# The browser tests start target/debug/tandem.
	cargo build --bins --tests $(NATIVE)
	cd end2end && npx playwright test

check: browser ## check formatting, lints, types, docs and dependencies
	frontend/toolchain.sh check
	cargo fmt --all --check
	$(PRETTIER) --check $(SCRIPTS_AND_STYLES)
	shellcheck $$(git ls-files '*.sh' .ci)
	cargo shear
	cargo deny --log-level error check licenses bans sources
	@# The database of known vulnerabilities is on GitHub, which not every machine can reach.
	@if cargo deny --log-level off fetch db 2>/dev/null; then cargo deny --log-level error check advisories; \
		else echo "advisories skipped: their database cannot be fetched from here"; fi
	@# The server embeds this folder. For lints it may be empty.
	mkdir -p target/site
	cargo clippy $(NATIVE) --all-targets -- -D warnings
	target/tools/bin/wasm-cargo clippy -p frontend --target wasm32-unknown-unknown \
		--target-dir target/front -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps --document-private-items $(NATIVE)
	cd end2end && npx tsc --noEmit && npx tsc --project ../frontend/jsconfig.json

format: toolchain ## format Rust, TypeScript, JavaScript and CSS
	cargo fmt --all
	$(PRETTIER) --write $(SCRIPTS_AND_STYLES)

soak: ## run more of the engine's simulation (SEEDS=100000 FROM=0)
	@# A target folder of its own: built alone, the engine's dependencies have fewer features.
	TANDEM_SEEDS=$(or $(SEEDS),100000) TANDEM_FROM=$(or $(FROM),0) cargo test --target-dir target/sync-only \
		-p sync --test it everyone_converges -- --nocapture

mutants: ## find faults in engine and store that no test notices; takes hours (FILES="-f app/sync/src/rules.rs" SHARD=0/100)
	@test -x target/tools/bin/cargo-mutants || cargo install --locked --root target/tools cargo-mutants
	mkdir -p target/site target/mutants
	-$(MUTANTS) -o target/mutants/engine -p sync -- --lib --test it
	-$(MUTANTS) -o target/mutants/store -p server -- --lib --test it -- $(STORE_TESTS)
	@echo "Not noticed:"; cat target/mutants/*/mutants.out/missed.txt

# In place, because a copy would lack target/site; each fault is reverted.
MUTANTS = TANDEM_SEEDS=200 CARGO_TARGET_DIR=$(CURDIR)/target/mutants cargo mutants --in-place \
	$(FILES) $(if $(SHARD),--shard $(SHARD) --sharding round-robin)

# The tests of the store, and those that find faults of its which no other does.
STORE_TESTS := store:: backups:: epochs:: resume:: trash:: twins::

bench: bundle ## measure the server
	cargo run --release -p server --example bench

dev: toolchain ## serve, and rebuild and restart whenever a source changes
	frontend/dev.sh $(ARGS)

clean: ## delete everything that was built
	rm -rf target frontend/node_modules end2end/node_modules

toolchain:
	@frontend/toolchain.sh

bundle: toolchain
	@frontend/bundle.sh

browser:
	@end2end/setup.sh
