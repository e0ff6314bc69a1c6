# The two commands of the README are `make run` and `make test`; the others are for those who work
# on the program. Everything lands in .build and data/, which git ignores.
PORT ?= 8080
DATA ?= data
# The tests take about two minutes; one that hangs is to fail, not to wait for ever.
TEST_SECONDS ?= 1500

.PHONY: run test lint format bench crash faults debian outside failover growth log

run: debian
	@swift build -c release --product tequ
	@.build/release/tequ demo --data $(DATA) --port $(PORT)

test: debian
	swift build --build-tests
	timeout --kill-after=10 $(TEST_SECONDS) swift test --skip-build

lint:
	swift format lint --strict -r Sources Tests cities Package.swift

format:
	swift format -i -r Sources Tests cities Package.swift

bench: debian
	swift build -c release --product tequ
	.build/release/tequ bench

# Checkers that are not ours; see docs/how-to/run-the-outside-checks.md.
outside: debian
	swift build -c release --product tequ
	Tests/independent/run

# 10,000 small cities lose power, fill their disks and are killed; what they promised must hold.
faults: debian
	swift build -c release --product tequ
	.build/release/tequ simulate --faults --seed 1 --runs 10000 --json

# Every bit that is flipped in a log of 10,000 entries must be noticed, a million of them; readers are fed with
# damaged text two million times; the log's speed beside those of Go and Python.
log: debian
	swift build -c release --product tequ
	.build/release/tequ bench log --flips 1000000
	TEQU_FUZZ=200000 swift test --filter ReaderFuzzTests
	Tests/independent/run log log-speed witnesses canary

# The how-to pages for PostgreSQL, run on loopback addresses, machines and nodes being killed meanwhile.
failover: debian
	swift build -c release --product tequ
	Tests/independent/run postgres-troubles nodes failover

# Partitioned tables, a reading standby, a server for each city: docs/explanation/growth.md.
growth: debian
	swift build -c release --product tequ
	Tests/independent/run growth

debian:
	@sh scripts/install-debian.sh

# A simulated city is killed 210 times at random moments; nothing acknowledged may be lost. Copies and
# key rotations are killed as often and go on.
crash: debian
	TEQU_KILLS=210 swift test --filter 'CityKillTests|CopyKillTests'
