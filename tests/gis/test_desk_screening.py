"""Identifiers that a program made may hold any digits; what a person types may not."""

import pytest

from gis.cases.procedure import Field, FieldKind
from gis.desk.screening import refuse_personal
from gis.errors import FormatError

STUDY = Field("study_id", FieldKind.LINE)


@pytest.mark.parametrize(
    "study",
    [
        "interference_source-6c067145423256be",
        "compliance-079012345678abcd",
        "coverage-a079012345678bcd",
    ],
)
def test_the_id_of_a_study_is_nobodys_paper(study: str) -> None:
    refuse_personal([STUDY], {"study_id": study})


@pytest.mark.parametrize(
    "typed", ["079012345678", "coverage-079012345678", "CCCD-079012345678", "cccd 079012345678ab"]
)
def test_a_paper_is_none_the_less_refused_there(typed: str) -> None:
    with pytest.raises(FormatError):
        refuse_personal([STUDY], {"study_id": typed})
