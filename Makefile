# Thin: every target is one or two commands that can be typed by hand.
BUILD := build/default
JOBS  := $(shell nproc)
CTEST := ctest --output-on-failure --no-tests=error -j$(JOBS)

.PHONY: all packages clients demo test test-asan test-tsan size torture bench fuzz check lambda wolfssl-strict clean

all: packages
	cmake --preset default -Wno-dev >/dev/null
	cmake --build $(BUILD) -j$(JOBS)

packages:
	@scripts/install-packages

# MQTT clients that others wrote, for the tests.
clients: packages
	@scripts/install-clients

# The whole story of a device, from its root of trust to an accepted message.
demo: all
	$(BUILD)/bin/zerotouch demo --data build/demo

test: all clients check
	$(CTEST) --test-dir $(BUILD)
	@scripts/fidelity --check $(BUILD)

# The same tests with AddressSanitizer and UndefinedBehaviorSanitizer; with ThreadSanitizer.
test-asan test-tsan: test-%: packages clients
	cmake --preset $* -Wno-dev >/dev/null
	cmake --build build/$* -j$(JOBS)
	$(CTEST) --test-dir build/$*

# The device library's code and RAM on a Cortex-M4, written to docs/footprint.md.
size: packages
	scripts/size

# A thousand lives of an outbox, each ended by kill -9.
torture: all
	ZT_TORTURE_ROUNDS=1000 $(BUILD)/tests/test_port_outbox_torture

bench: all
	tests/bench/run $(BUILD)

# SECONDS=600 make fuzz
fuzz: packages
	cmake --preset fuzz -Wno-dev >/dev/null
	cmake --build build/fuzz -j$(JOBS)
	scripts/fuzz build/fuzz $${SECONDS:-60}

# What needs no build: who includes whom, file sizes, words that do not belong, the layout, and
# that each row of docs/behaviour.tsv names a test.
check: packages
	@scripts/check
	@scripts/fidelity --check

# build/default/lambda/bootstrap.zip, and the one for arm64 beside it in arm64/.
lambda: packages
	cmake --preset default -Wno-dev >/dev/null
	cmake --build $(BUILD) -j$(JOBS) --target lambda
	cmake --build $(BUILD) -j$(JOBS) --target lambda_arm64

# The Azure Sphere app's server verification again, with a wolfSSL that demands every certificate of the chain.
wolfssl-strict: all
	scripts/wolfssl-strict build/wolfssl-strict $(BUILD)/azure-sphere
	ZT_BIN_DIR=$(BUILD)/bin PYTHONPATH=tests/interop /usr/bin/python3 -W ignore tests/interop/azure_sphere/server_trust.py \
		$(CURDIR)/build/wolfssl-strict

clean:
	rm -rf build
