"""How long a large import holds the register."""

from pathlib import Path

from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Structure, StructureKind
from propagation.compliance.records import Confidence

COUNT = 20_000
KNOWN = Provenance(confidence=Confidence.SYNTHETIC, source="dữ liệu mô phỏng")
OWNER = Organisation(id="a", name="A", kind=OrganisationKind.OPERATOR, provenance=KNOWN)


def _structure(number: int) -> Structure:
    return Structure(
        id=f"s{number:05}",
        code=f"T{number}",
        name=f"Cột Tân An {number}",
        kind=StructureKind.ANTENNA_MAST,
        owner_id="a",
        longitude=106.0 + number * 1e-5,
        latitude=10.5 + number * 1e-5,
        height_m=42.0,
        commune_name="Xã Bình Hoà",
        provenance=KNOWN,
    )


def test_add_structures(benchmark, tmp_path: Path) -> None:
    """Target: 20,000 structures with index and history under 3 s."""
    structures = [_structure(number) for number in range(COUNT)]
    names = (tmp_path / f"{number}.gpkg" for number in range(100))

    def opened() -> tuple[tuple[Register], dict[str, object]]:
        register = Register.open(next(names), create=True)
        with register.write(author="test", reason="owner") as w:
            w.add_organisations([OWNER])
        return (register,), {}

    def add(register: Register) -> Register:
        with register, register.write(author="test", reason="import") as w:
            w.add_structures(structures)
        return register

    register = benchmark.pedantic(add, setup=opened, rounds=2)
    with Register.open(register.path) as again:
        assert again.count_structures(SYSTEM, bbox=(106.0, 10.5, 106.1, 10.6)) == 10_001
