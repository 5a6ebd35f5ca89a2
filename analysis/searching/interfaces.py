"""The public interfaces of databases as `data/searches/interfaces.yml` names them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from analysis.files.yaml_files import read_model
from analysis.protocol_rules import Frozen

InterfaceId = Literal["pubmed", "europepmc", "clinicaltrials-gov"]


class Interface(Frozen):
    """Where an interface is, how often it may be asked, and how far windows overlap."""

    address: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9._~:/%-]+/$", max_length=200)]
    seconds_between_requests: Annotated[float, Field(ge=0, le=60)]
    records_a_request: Annotated[int, Field(ge=1, le=1_000)]
    overlap_days: Annotated[int, Field(ge=0, le=3_650)]


class Interfaces(Frozen):
    contact: Annotated[str, Field(pattern=r"^[^\s@]+@[^\s@]+$", max_length=200)] | None = None
    interfaces: Mapping[InterfaceId, Interface]

    @model_validator(mode="after")
    def _every_one(self) -> Interfaces:
        if missing := [name for name in get_args(InterfaceId) if name not in self.interfaces]:
            raise ValueError(f"interfaces does not name {', '.join(missing)}")
        return self


def read_interfaces(data: Path) -> Interfaces:
    """All of them; EvidenceError where the file is missing or wrong."""
    return read_model(data / "searches" / "interfaces.yml", Interfaces)
