# The command line of the project. `make` lists what it does.
MAKEFLAGS += --no-print-directory
export PATH := node_modules/.bin:$(PATH)
PLATFORM := node --import=tsx src/cli.ts
IMPORTS := src/imports/.inputs.sha256

.DEFAULT_GOAL := help
.PHONY: help render up down status account fault bench imports crds charts synth verify package check test-types test-unit test-account test-cluster test lint format clean crossplane

help: ## Show what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

node_modules: package-lock.json
	npm ci
	@touch $@

render: node_modules ## Print all that CLAIM=claims/builderspace.yaml makes, without a cluster (ROUNDS=1: at once; TIMES=1; needs Go)
	@$(PLATFORM) render $(CLAIM) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(TIMES),--times)

crossplane: node_modules ## Run the pinned crossplane CLI: ARGS="resource validate crds/,xrds/ claims/network-only.yaml" (needs Go)
	@$(PLATFORM) crossplane $(ARGS)

up: imports ## Start a local management cluster and bring up CLAIM=claims/builderspace.yaml (needs Go)
	@$(PLATFORM) up $(CLAIM)

down: node_modules ## End what "make up" started
	@$(PLATFORM) down

status: imports ## Show claims and all that comes of them: CLAIM=name, or all (on KUBECONFIG's cluster, else the local one)
	@$(PLATFORM) status $(CLAIM)

account: node_modules ## Print the local cluster's AWS account (FORMAT=json; EMPTY=1: fail unless it is empty; CALLS=1: what was called)
	@$(PLATFORM) account $(if $(FORMAT),--format $(FORMAT)) $(if $(EMPTY),--empty) $(if $(CALLS),--calls)

# An option with the text of a variable, whatever stands in it.
option = $(if $(value $(2)),--$(1)='$(subst ','\'',$(value $(2)))')

fault: node_modules ## Have AWS fail: ACTION=eks.CreateCluster CODE=AccessDeniedException (COUNT=1 WHEN=late MATCHING=text); or list; or CLEAR=1
	@$(PLATFORM) fault $(call option,action,ACTION) $(call option,code,CODE) $(call option,message,MESSAGE) \
		$(call option,count,COUNT) $(call option,when,WHEN) $(call option,matching,MATCHING) $(if $(CLEAR),--clear)

bench: imports ## Measure the way up against AWS's longest chain (BREAKER=default: with Crossplane's own circuit breaker)
	@$(PLATFORM) bench

imports: $(IMPORTS) ## Make the TypeScript types of the pinned CRDs (src/imports)

$(IMPORTS): node_modules $(wildcard crds/*.yaml src/crds/*.ts) src/commands/imports.ts
	@$(PLATFORM) imports
	@touch $@

crds: node_modules ## Take the pinned CRDs out of their Go modules again (crds/; needs Go)
	@$(PLATFORM) crds

charts: node_modules ## Take the pinned Helm charts out of their Go modules again (charts/; needs Go)
	@$(PLATFORM) charts

synth: imports ## Prove the package and generate xrds/, compositions/ and claims/schemas/
	@$(PLATFORM) synth

verify: imports ## Fail when a generated file is not what its source says
	@$(PLATFORM) verify

package: imports ## Lay the package out in dist/package and build dist/*.xpkg with the crossplane CLI (needs Go)
	@$(PLATFORM) package

check: imports ## Check claims: all of claims/, or CLAIMS="a.yaml b.yaml"
	@$(PLATFORM) check $(CLAIMS)

test-types: imports
	tsc --noEmit

test-unit: test-types ## Run the type tests and unit tests (Node alone, no cluster)
	vitest run

test-account: imports ## Run the tests of the AWS account by AWS's SDK (needs Python 3.10 or later)
	vitest run --config vitest.account.config.ts

test-cluster: imports ## Run the tests with Crossplane's own programs, and on a real local cluster (FULL=1: those that take long, too; needs Go)
	vitest run --config vitest.engine.config.ts
	$(if $(FULL),FULL=1 )vitest run --config vitest.cluster.config.ts

test: lint test-unit verify check test-account test-cluster ## Run everything that must hold

lint: node_modules ## Check style
	biome check

format: node_modules ## Mend style
	biome check --write

clean: ## Remove what can be made again, the local cluster with it
	@[ ! -d node_modules ] || $(PLATFORM) down --remove
	rm -rf src/imports node_modules dist
