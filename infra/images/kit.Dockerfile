# What grades a class, for where bubblewrap can't be had (target tools: the kit is mounted), and for pods (target kit).
# GROUP=models brings PyTorch and the models of stage 3 as well. The whole context is a commit of the kit:
#
#   git archive HEAD | docker build --file infra/images/kit.Dockerfile --tag NAME -
ARG BASE=debian:bookworm-slim
FROM ${BASE} AS tools
ARG GROUP=grader
ARG PIP_INDEX_URL
ENV PATH=/opt/dojo/bin:/usr/local/bin:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1 DOJO_STATE_DIR=/state
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap ca-certificates git python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m venv /opt/dojo \
    && pip install --no-cache-dir "pip>=25.1"
COPY pyproject.toml /opt/dojo/
# On Linux PyPI's PyTorch brings several GB of CUDA; its own index has the build for the CPU.
RUN cd /opt/dojo \
    && if [ "$GROUP" != grader ]; then \
        grep -oE 'torch(vision)?==[0-9.]+' pyproject.toml \
        | xargs pip install --no-cache-dir --no-deps --index-url https://download.pytorch.org/whl/cpu; \
    fi \
    && pip install --no-cache-dir --group "$GROUP" \
    && mkdir /state
VOLUME /state

FROM tools AS kit
WORKDIR /milvus-dojo
COPY . .
CMD ["python", "-m", "grader", "--help"]
