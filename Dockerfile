# The gateway alone: it brings no database, no cache and no language model (docker-compose.yml does), and no research.
FROM python:3.11.15-slim AS build
WORKDIR /srv/turnpoint
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv .venv
COPY requirements/server.txt requirements/
RUN .venv/bin/pip install --require-hashes --only-binary :all: --requirement requirements/server.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY turnpoint turnpoint
COPY app app
RUN .venv/bin/pip install --no-deps --no-build-isolation --editable ./turnpoint --editable .

FROM python:3.11.15-slim
LABEL org.opencontainers.image.title="Turnpoint" \
      org.opencontainers.image.description="Verified counterfactual suggestions for clinicians" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --no-create-home turnpoint && install -d -o 10001 -g 10001 /srv/weights
WORKDIR /srv/turnpoint
COPY --from=build /srv/turnpoint/.venv .venv
COPY . .
# Nothing is written at run time: without this each process compiles the service's own code anew.
RUN .venv/bin/python -m compileall -q app turnpoint
# HOST is not loopback, so the gateway refuses to start unless callers must be known (docs/identity.md).
ENV PATH="/srv/turnpoint/.venv/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 \
    NUMBA_CACHE_DIR=/tmp/numba HOST=0.0.0.0 PORT=8000 MODEL_STORE=/srv/turnpoint/model_store
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["python", "-c", "\
import http.client, os, sys; \
c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=3); \
c.request('GET', '/livez'); \
sys.exit(c.getresponse().status != 200)"]
CMD ["turnpoint", "serve"]
