# The three commands of the house. Each starts with a check that names every missing tool at once.
# Options for the server travel in ARGS: make run ARGS="--listen 0.0.0.0:8080"
.PHONY: help run test bench check libfault

help:
	@echo "make run     build Steward and serve it on http://127.0.0.1:8080 with a real incident log in it"
	@echo "make test    everything that a change must pass, as CI runs it"
	@echo "make bench   speed, size and fault rounds, each beside a raw limit of this machine"
	@echo "make check   only look whether the tools are here"

check:
	@sh scripts/check.sh run

run:
	@sh scripts/run.sh $(ARGS)

test:
	@sh scripts/test.sh $(ARGS)

bench:
	@sh scripts/bench.sh $(ARGS)

# The library that makes disks fail for one process (bench/faults/libfault.c says how to steer it).
libfault: target/libfault.so

target/libfault.so: bench/faults/libfault.c
	@mkdir -p target
	cc -shared -fPIC -O2 -Wall -Wextra -Werror -o $@ bench/faults/libfault.c
