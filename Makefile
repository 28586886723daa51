# Everything happens inside .venv; pip runs again only when pyproject.toml changes.

READY := .venv/.ready
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11

.PHONY: run test bench coverage fuzz atheris mutation torture soak fleet simulation lock audit lint catalogues layout \
	pictures clean

run: $(READY)
	@.venv/bin/python -m bot

# In an order that the seed decides, told at the end.
SEED := $(shell date +%s)
test: $(READY)
	@.venv/bin/python -m pytest --randomly-seed=$(SEED)

# Which branches of bot/ and index/ the tests take: below 90 % it fails.
coverage: $(READY)
	@.venv/bin/python -m pytest --cov --cov-report=term

# Every reader against 20,000 damaged inputs; the suite tries 500.
fuzz: $(READY)
	@FUZZ_EXAMPLES=20000 .venv/bin/python -m pytest tests/index/sources/test_fuzz.py

# Looks for input that breaks a reader, for so many seconds.
SECONDS := 600
atheris: $(READY)
	@.venv/bin/python -m pip install -qq --disable-pip-version-check -e '.[nightly]'
	@.venv/bin/python -m tests.long_runs.atheris_readers -max_total_time=$(SECONDS)

# Changes the code that quoting rests on in small ways, and looks whether a test notices each (or no longer ends);
# where those of a file notice less than 80 % it fails.
mutation: $(READY)
	@.venv/bin/python -m pip install -qq --disable-pip-version-check -e '.[nightly]'
	@.venv/bin/mutmut run
	@.venv/bin/mutmut results
	@.venv/bin/mutmut results --all true | awk -F '[ :]+' \
		'{ sub(/\.x.*/, "", $$2); all[$$2]++; noticed[$$2] += $$3 ~ /killed|timeout/ } \
		END { for (file in all) { share = noticed[file] / all[file]; low += share < 0.8; \
		printf "%s: %d of %d noticed (%d %%)\n", file, noticed[file], all[file], 100 * share }; exit low > 0 }'

# Kills every job that writes at random moments, N times, and checks all that is stored after each.
N := 200
torture: $(READY)
	@.venv/bin/python -c 'import sys; from tests.long_runs.torture import main; sys.exit(main($(N), $(SEED)))'

# Five questions a second for so many seconds while sources are read and files ingested, against a quiet minute.
soak: $(READY)
	@.venv/bin/python -c 'import sys; from tests.long_runs.soak import main; sys.exit(main($(SECONDS)))'

# Speed and memory from 10,000 passages to a million; the first run takes an hour, most of it embedding.
DATA := ../shared/eval/realtimeqa-2023
SIZES := 10000 41000 100000 300000 1000000
bench: $(READY)
	@HF_HUB_OFFLINE=1 .venv/bin/python -m tests.benchmarks.run .bench $(DATA) $(SIZES)

# Pins all that the image installs, with hashes, for CPython 3.11 on x86-64 Linux and with the build of torch without
# CUDA, which is not on PyPI. .venv takes what pyproject.toml admits: it has to work with other Pythons, elsewhere.
LOCK := config/requirements.txt
TORCH := https://download.pytorch.org/whl/cpu/torch/
lock: $(READY)
	@.venv/bin/uv pip compile pyproject.toml --quiet --upgrade --generate-hashes --find-links $(TORCH) \
		--python-version 3.11 --python-platform x86_64-manylinux_2_28 \
		--custom-compile-command 'make lock' --output-file $(LOCK)

# Asks the advisory service about every package that is pinned; torch is known there without +cpu. Needs the network.
audit: $(READY)
	@sed 's/+cpu / /' $(LOCK) > .venv/pinned.txt
	@.venv/bin/python -m pip_audit --strict --disable-pip --require-hashes -r .venv/pinned.txt --progress-spinner off

# Three bots and two workers on one PostgreSQL and one Milvus Lite (MILVUS=False: each with an index of its own),
# two of them killed on the way; the model is the real one.
ARTICLES := 10000
MILVUS := True
fleet: $(READY)
	@.venv/bin/python -c 'from tests.long_runs.fleet import main; main($(ARTICLES), $(MILVUS))'

# Three bots with six shards, thousands of guilds and a steady rate of questions, against what is predicted.
GUILDS := 3000
PER_SECOND := 5
simulation: $(READY)
	@OMP_NUM_THREADS=1 .venv/bin/python -c 'from tests.long_runs.simulation import main; main($(GUILDS), 1000, $(PER_SECOND), $(SECONDS))'

# The picture of imports: floors, circles, what runs against the order of the rooms, and how large things are.
layout: $(READY)
	@.venv/bin/python -m tests.layout

# Rules of style, types, and code that nothing uses.
lint: $(READY)
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/vulture

# What is new to translate goes into bot/locales; tests fail while something lacks there.
catalogues: $(READY)
	@.venv/bin/python -m tests.catalogues

# The README's pictures: the bot's real messages as Discord draws them. Needs Node.js 20 and Chromium.
pictures: $(READY)
	@cd tests/pictures && npm ci --silent --no-audit --no-fund --ignore-scripts
	@.venv/bin/python -m tests.pictures.payloads | node tests/pictures/render.mjs

clean:
	@rm -rf .venv .coverage* mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info

$(READY): pyproject.toml
	@echo "Setting up .venv (the first time takes about 2 minutes) …"
	@for python in $(PYTHONS); do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec $$python -m venv .venv; \
		fi; \
	done; echo "Python 3.11 or newer is needed: install it and try again." >&2; exit 1
	@.venv/bin/python -m pip install -qq --disable-pip-version-check -e '.[dev]'
	@touch $@
