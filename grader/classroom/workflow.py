"""The workflow of GitHub Actions that grades what a learner pushes, by the kit's own checks at one commit."""

from __future__ import annotations

import json

from grader.classroom.pinned import Pinned

PATH = ".github/workflows/grade.yml"

_TEXT = """\
# Grades what is pushed with the checks of the kit's own repository at one commit: what is changed in the checks that
# lie here counts for nothing, and is reported. For your mark your teacher runs the same checks.
name: grade

on: push

permissions:
  contents: read

concurrency:
  group: grade-${{ github.ref }}
  cancel-in-progress: true

jobs:
  grade:
    runs-on: ubuntu-24.04
    timeout-minutes: 120
    env:
      KIT_REPOSITORY: @repository@
      KIT_REVISION: @revision@
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          path: learner
          persist-credentials: false
      - uses: actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c # v6.0.0
        with:
          python-version: "3.11"
      - name: Fetch the kit
        run: |
          git init --quiet kit
          git -C kit fetch --quiet --depth 1 "$KIT_REPOSITORY" "$KIT_REVISION"
          git -C kit checkout --quiet --detach FETCH_HEAD
      - name: Bubblewrap, and leave to use it
        run: |
          sudo apt-get update && sudo apt-get install -y bubblewrap
          sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0
      - name: Grade
        working-directory: kit
        run: |
          pip install nox
          nox -s autograde -- ../learner --points ../learner/exercises/given.toml --out ../class
      - name: Show
        if: always()
        run: cat class/summary.md >> "$GITHUB_STEP_SUMMARY"
"""


def workflow(kit: Pinned) -> str:
    """Return the text of the workflow; a JSON string is one of YAML too, whatever stands in it."""
    return _TEXT.replace("@repository@", json.dumps(kit.repository)).replace("@revision@", json.dumps(kit.revision))
