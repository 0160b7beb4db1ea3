# The command line of the project. `make` lists what it does.
MAKEFLAGS += --no-print-directory
export PATH := node_modules/.bin:$(PATH)
PLATFORM := tsx src/cli.ts
IMPORTS := src/imports/.inputs.sha256

.DEFAULT_GOAL := help
.PHONY: help imports crds synth verify check test-types test-unit test lint format clean

help: ## Show what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

node_modules: package-lock.json
	npm ci
	@touch $@

imports: $(IMPORTS) ## Make the TypeScript types of the pinned CRDs (src/imports)

$(IMPORTS): node_modules $(wildcard crds/*.yaml src/crds/*.ts) src/commands/imports.ts
	@$(PLATFORM) imports
	@touch $@

crds: node_modules ## Take the pinned CRDs out of their Go modules again (crds/; needs Go)
	@$(PLATFORM) crds

synth: imports ## Prove the package and generate xrds/, compositions/ and claims/schemas/
	@$(PLATFORM) synth

verify: imports ## Fail when a generated file is not what its source says
	@$(PLATFORM) verify

check: imports ## Check claims: all of claims/, or CLAIMS="a.yaml b.yaml"
	@$(PLATFORM) check $(CLAIMS)

test-types: imports
	tsc --noEmit

test-unit: test-types ## Run the type tests and unit tests (Node alone, no cluster)
	vitest run

test: lint test-unit verify check ## Run everything that must hold

lint: node_modules ## Check style
	biome check

format: node_modules ## Mend style
	biome check --write

clean: ## Remove what can be made again
	rm -rf src/imports node_modules dist
