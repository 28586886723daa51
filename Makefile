# Every target uses the virtual environment .venv. It is made, or brought up to date, when pyproject.toml changes.
# `make run` installs only what running needs. Every other target adds what the tests and tools need.

READY := .venv/.ready
TOOLS := .venv/.tools
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11

# With compiled modules on disk, each of the many processes that tests start begins a second earlier.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test bench before coverage fuzz linear atheris mutation torture soak fleet simulation locked due sizes lock pin \
	audit lint catalogues layout pictures clean

run: $(READY)
	@.venv/bin/python -m bot

# Runs the tests in a random order. The seed is printed at the end, and SEED=… repeats an order.
SEED := $(shell date +%s)
test: $(TOOLS)
	@.venv/bin/python -m pytest --randomly-seed=$(SEED)

# Measures which branches of bot/ and index/ the tests take, and fails below 90 %.
coverage: $(TOOLS)
	@.venv/bin/python -m pytest --cov --cov-report=term

# Gives every reader 20,000 damaged inputs; the suite gives it 250.
fuzz: $(TOOLS)
	@FUZZ_EXAMPLES=20000 .venv/bin/python -m pytest tests/index/sources/test_fuzz.py

# Grows inputs made for each regular expression from 1 kB to 1 MB, and fails where time grows faster than they do.
linear: $(TOOLS)
	@.venv/bin/python -m tests.linear

# Searches for input that breaks a reader, for SECONDS seconds.
SECONDS := 600
atheris: $(TOOLS)
	@.venv/bin/python -m pip install -qq --disable-pip-version-check -e '.[nightly]'
	@.venv/bin/python -m tests.long_runs.atheris_readers -max_total_time=$(SECONDS)

# Mutation testing: changes the code behind quotes in small ways. A change counts as noticed when a test fails or
# does not end any longer. Fails where less than 80 % of a file's changes are noticed.
mutation: $(TOOLS)
	@.venv/bin/python -m pip install -qq --disable-pip-version-check -e '.[nightly]'
	@.venv/bin/mutmut run
	@.venv/bin/mutmut results
	@.venv/bin/mutmut results --all true | awk -F '[ :]+' \
		'{ sub(/\.x.*/, "", $$2); all[$$2]++; noticed[$$2] += $$3 ~ /killed|timeout/ } \
		END { for (file in all) { share = noticed[file] / all[file]; low += share < 0.8; \
		printf "%s: %d of %d noticed (%d %%)\n", file, noticed[file], all[file], 100 * share }; exit low > 0 }'

# Starts jobs that write and kills them at random moments, N times; checks everything that is stored after each.
N := 200
torture: $(TOOLS)
	@.venv/bin/python -c 'import sys; from tests.long_runs.torture import main; sys.exit(main($(N), $(SEED)))'

# Asks five questions a second for SECONDS seconds while sources are read and files ingested, and compares the
# times with those of a quiet minute. Then ten servers ask, for a third of SECONDS each without and with one that attacks.
soak: $(TOOLS)
	@.venv/bin/python -c 'import sys; from tests.long_runs.soak import main; sys.exit(main($(SECONDS)))'

# Measures speed and memory from 10,000 passages to a million. The first run takes an hour, mostly for embedding.
DATA := ../shared/eval/realtimeqa-2023
SIZES := 10000 41000 100000 300000 1000000
bench: $(TOOLS)
	@HF_HUB_OFFLINE=1 .venv/bin/python -m tests.benchmarks.run .bench $(DATA) $(SIZES)

# Asks the same questions of this checkout and of an earlier commit, in turns, and compares the CPU time.
COMMIT := 4eb1bca
before: $(TOOLS)
	@HF_HUB_OFFLINE=1 .venv/bin/python -m tests.benchmarks.before .bench/before $(DATA) $(COMMIT)

# Uses every command, button and menu while another process keeps the SQLite file locked for LOCKED seconds.
LOCKED := 30
locked: $(TOOLS)
	@.venv/bin/python -c 'import sys; from tests.long_runs.locked import main; sys.exit(main($(LOCKED)))'

# Measures what the bot asks its database every few seconds, with 200,000 posted answers and 600,000 quotes.
due: $(TOOLS)
	@.venv/bin/python -c 'import sys; from tests.long_runs.due import main; sys.exit(main())'

# Pins all packages that the image installs, with hashes, for CPython 3.11 on x86-64 Linux. The build of torch
# without CUDA is not on PyPI, so it comes from PyTorch's own index. .venv is not pinned: it takes the versions that
# pyproject.toml admits, because it has to work with other Pythons and systems too.
LOCK := config/requirements.txt
TORCH := https://download.pytorch.org/whl/cpu/torch/
lock: $(TOOLS)
	@.venv/bin/uv pip compile pyproject.toml --quiet --upgrade --generate-hashes --find-links $(TORCH) \
		--python-version 3.11 --python-platform x86_64-manylinux_2_28 \
		--custom-compile-command 'make lock' --output-file $(LOCK)

# Pins the images of Dockerfile and compose.yaml by the digests that their tags have now. Needs Docker and the network.
IMAGE := s/.*[ \t]([a-z0-9./-]+:[A-Za-z0-9._-]+)@sha256:[0-9a-f]{64}.*/\1/p
pin:
	@for image in $$(sed -nE '$(IMAGE)' Dockerfile compose.yaml | sort -u); do \
		digest=$$(docker buildx imagetools inspect "$$image" --format '{{.Manifest.Digest}}') || exit 1; \
		sed -i -E "s|($$image)@sha256:[0-9a-f]{64}|\1@$$digest|" Dockerfile compose.yaml; \
		echo "$$image $$digest"; \
	done

# Asks the advisory service about every pinned package. It knows torch's versions without "+cpu". Needs the network.
audit: $(TOOLS)
	@sed 's/+cpu / /' $(LOCK) > .venv/pinned.txt
	@.venv/bin/python -m pip_audit --strict --disable-pip --require-hashes -r .venv/pinned.txt --progress-spinner off

# Runs three bots and two workers, with the real model, on one PostgreSQL and one Milvus Lite (with MILVUS=False
# each has its own search index), and kills two of them on the way.
ARTICLES := 10000
MILVUS := True
fleet: $(TOOLS)
	@.venv/bin/python -c 'from tests.long_runs.fleet import main; main($(ARTICLES), $(MILVUS))'

# Runs three bots with six shards, GUILDS guilds and PER_SECOND questions a second, and compares the figures with
# those that are predicted.
GUILDS := 3000
PER_SECOND := 5
simulation: $(TOOLS)
	@OMP_NUM_THREADS=1 .venv/bin/python -c 'from tests.long_runs.simulation import main; main($(GUILDS), 1000, $(PER_SECOND), $(SECONDS))'

# Measures what a database holds after YEARS years at shares of 1,000 articles and 500 questions a day, with and
# without lifetimes, and extrapolates.
YEARS := 5
ARTICLE_SHARE := 0.04
QUESTION_SHARE := 0.2
sizes: $(TOOLS)
	@.venv/bin/python -c 'import sys; from tests.long_runs.five_years import main; sys.exit(main($(YEARS), $(ARTICLE_SHARE), $(QUESTION_SHARE)))'

# Prints the imports between the packages: floors, circles, imports against the order of the rooms, and the sizes
# of folders, files and functions.
layout: $(TOOLS)
	@.venv/bin/python -m tests.layout

# Rules of style, types, and code that nothing uses.
lint: $(TOOLS)
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/vulture

# Writes new texts to translate into bot/locales. Tests fail while a translation is missing there.
catalogues: $(TOOLS)
	@.venv/bin/python -m tests.catalogues

# Draws the bot's real messages as Discord does, for the READMEs and to be looked at. Needs Node.js 20 and Chromium.
pictures: $(TOOLS)
	@cd tests/pictures && npm ci --silent --no-audit --no-fund --ignore-scripts
	@.venv/bin/python -m tests.pictures.payloads | node tests/pictures/render.mjs

clean:
	@rm -rf .venv .coverage* mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info

# The build of PyTorch without CUDA is not on PyPI. It is tried first, since the other takes gigabytes on Linux.
# Where its index does not answer, or has no build for this system, pip takes what PyPI has.
CPU_BUILDS := https://download.pytorch.org/whl/cpu
PIP := .venv/bin/python -m pip install -qq --disable-pip-version-check
$(READY): pyproject.toml
	@echo "Setting up .venv, once: about 520 MB are downloaded, which takes about 2 minutes …"
	@for python in $(PYTHONS); do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec $$python -m venv .venv; \
		fi; \
	done; echo "Python 3.11 or newer is needed: install it and try again." >&2; exit 1
	@echo "1/2 PyTorch, the build without CUDA …"
	@torch=$$(sed -nE 's/^ *"(torch==[^"]*)".*/\1/p' pyproject.toml); \
	$(PIP) --index-url $(CPU_BUILDS) --timeout 5 --retries 0 "$$torch" 2>/dev/null \
		|| echo "    cannot be had from $(CPU_BUILDS), so the default build follows"
	@echo "2/2 everything else …"
	@$(PIP) -e .
	@touch $@

$(TOOLS): $(READY)
	@echo "Adding what tests and tools need to .venv …"
	@$(PIP) -e '.[dev]'
	@touch $@
