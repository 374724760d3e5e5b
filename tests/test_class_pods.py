"""The objects of infra/kubernetes fit together; their commands are run in test_class_run.py, no cluster is."""

from __future__ import annotations

import re
from typing import Any

import pytest

from grader.classroom import contained
from grader.curriculum import ROOT
from tests.class_pods import FOLDER, container, documents, job

EVERY = [document for path in sorted(FOLDER.glob("*.yaml")) for document in documents(path.name)]
JOBS = ("grade", "merge")


def variables(name: str) -> dict[str, str]:
    """Return what a Job's pods have in their environment."""
    return {each["name"]: each.get("value", "") for each in container(name)["env"]}


def test_there_are_as_many_pods_as_shards() -> None:
    spec = job("grade")["spec"]
    assert spec["completionMode"] == "Indexed"
    assert str(spec["completions"]) == variables("grade")["SHARDS"]
    assert 1 < spec["parallelism"] <= spec["completions"]
    assert spec["maxFailedIndexes"] == spec["completions"], "one part that can't be graded doesn't end the others"


@pytest.mark.parametrize("name", JOBS)
def test_a_pod_is_told_every_variable_that_its_command_names(name: str) -> None:
    own = container(name)
    named = set(re.findall(r"\$\{?([A-Z_]+)", " ".join(own["args"])))
    assert named <= variables(name).keys() | {"JOB_COMPLETION_INDEX"}  # which Kubernetes sets
    assert own["command"] == ["sh", "-c"]


@pytest.mark.parametrize("name", JOBS)
def test_a_pod_has_a_volume_for_every_path_that_it_is_told(name: str) -> None:
    spec = job(name)["spec"]["template"]["spec"]
    mounts = {mount["mountPath"]: mount["name"] for mount in container(name)["volumeMounts"]}
    paths = {value for value in variables(name).values() if value.startswith("/")}
    assert {path for path in paths if not any(f"{path}/".startswith(f"{mount}/") for mount in mounts)} == set()
    assert {*mounts.values()} == {volume["name"] for volume in spec["volumes"]}
    claims = {volume["persistentVolumeClaim"]["claimName"] for volume in spec["volumes"] if "emptyDir" not in volume}
    assert claims <= {each["metadata"]["name"] for each in EVERY if each["kind"] == "PersistentVolumeClaim"}


@pytest.mark.parametrize("name", JOBS)
def test_a_pod_can_ask_nothing_of_the_cluster(name: str) -> None:
    spec = job(name)["spec"]["template"]["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    (policy,) = [each for each in EVERY if each["kind"] == "NetworkPolicy"]
    assert policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}, "nothing in, nothing out"


def test_a_pod_that_grades_may_what_bubblewrap_needs_and_no_more() -> None:
    """A container on Docker with the same rights grades in test_class_contained.py."""
    context = container("grade")["securityContext"]
    asked = [
        word for option, word in zip(contained.ALLOWED, contained.ALLOWED[1:], strict=False) if option == "--cap-add"
    ]
    assert sorted(context["capabilities"]["add"]) == sorted(asked)
    assert context["seccompProfile"] == context["appArmorProfile"] == {"type": "Unconfined"}
    assert context["procMount"] == "Unmasked"
    assert "privileged" not in context
    assert job("grade")["spec"]["template"]["spec"]["hostUsers"] is False


def test_what_was_handed_in_is_read_only_where_it_runs() -> None:
    mounts = {mount["name"]: mount for mount in container("grade")["volumeMounts"]}
    assert mounts["submissions"]["readOnly"] is True
    assert "submissions" not in {mount["name"] for mount in container("merge")["volumeMounts"]}


def test_the_secret_of_the_class_is_not_in_a_file() -> None:
    (seed,) = [each for each in container("grade")["env"] if each["name"] == "CLASS_SEED"]
    assert seed["valueFrom"]["secretKeyRef"] == {"name": "class-seed", "key": "seed"}


def test_everything_is_in_the_one_namespace() -> None:
    (namespace,) = [each["metadata"]["name"] for each in EVERY if each["kind"] == "Namespace"]
    others: list[dict[str, Any]] = [each["metadata"] for each in EVERY if each["kind"] != "Namespace"]
    assert {each["namespace"] for each in others} == {namespace}


def test_the_guide_names_every_file() -> None:
    guide = (ROOT / "docs" / "classroom.md").read_text(encoding="utf-8")
    for path in FOLDER.glob("*.yaml"):
        assert f"infra/kubernetes/{path.name}" in guide
    assert contained.DOCKERFILE in guide
