"""Levels, lines, ducts, contracts, rents and papers; what a structure can carry and costs.

Revision ID: 0010
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from gis.register.databases.choice import database_of
from gis.register.schema import Day, Geometry

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add seven tables and twenty columns; records that were there say nothing of them."""
    _structures()
    _attachment_levels()
    _routes()
    _ducts_and_cables()
    _contracts()
    _rents_and_documents()
    connection = op.get_bind()
    database_of(connection).enter(connection, "routes", "LINESTRING")
    for name in (
        "attachment_levels",
        "ducts",
        "cables",
        "contracts",
        "published_rents",
        "documents",
    ):
        database_of(connection).enter(connection, name, None)


def _to(target: str) -> sa.ForeignKey:
    return sa.ForeignKey(target, deferrable=True, initially="DEFERRED")


def _table(name: str, *columns: Any) -> None:
    op.create_table(
        name,
        sa.Column("fid", sa.Integer(), primary_key=True),
        *columns,
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), _to("import_batches.id")),
        sa.Column("source_row", sa.Integer()),
        sqlite_autoincrement=True,
    )


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.Text(), nullable=False, unique=True)


def _text(name: str, *, required: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=not required)


def _structures() -> None:
    for name, kind in (
        ("state", sa.Text()),
        ("mast_class", sa.Text()),
        ("building_height_m", sa.REAL()),
        ("reach_m", sa.REAL()),
        ("concealed", sa.Boolean()),
        ("wind_area_limit_m2", sa.REAL()),
        ("load_limit_kg", sa.REAL()),
        ("power_supply", sa.Text()),
        ("backup_power_hours", sa.REAL()),
        ("rent_asked_vnd", sa.REAL()),
        ("rent_unit", sa.Text()),
        ("lightning_protected", sa.Boolean()),
        ("obstacle_lights", sa.Boolean()),
        ("earthing_resistance_ohm", sa.REAL()),
        ("inspected_on", Day()),
    ):
        op.add_column("structures", sa.Column(name, kind))
    connection = op.get_bind()
    database_of(connection).add_reference(connection, "structures", "manager_id", "organisations")
    op.add_column("installations", sa.Column("wind_area_m2", sa.REAL()))
    op.add_column("installations", sa.Column("weight_kg", sa.REAL()))
    op.add_column("installations", sa.Column("valid_from", Day()))
    op.add_column("installations", sa.Column("valid_to", Day()))


def _attachment_levels() -> None:
    _table(
        "attachment_levels",
        _id(),
        sa.Column("structure_id", sa.Text(), _to("structures.id"), nullable=False),
        sa.Column("height_from_m", sa.REAL(), nullable=False),
        sa.Column("height_to_m", sa.REAL(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
    )
    op.create_index("attachment_levels_structure", "attachment_levels", ["structure_id"])


def _routes() -> None:
    _table(
        "routes",
        sa.Column("geom", Geometry("LINESTRING"), nullable=False),
        _id(),
        _text("code", required=True),
        _text("name"),
        _text("kind", required=True),
        sa.Column("owner_id", sa.Text(), _to("organisations.id"), nullable=False),
        sa.Column("from_id", sa.Text(), _to("structures.id"), nullable=False),
        sa.Column("to_id", sa.Text(), _to("structures.id"), nullable=False),
        sa.Column("length_m", sa.REAL()),
        _text("state"),
        sa.Column("shareable", sa.Boolean()),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("valid_from", Day()),
        sa.Column("valid_to", Day()),
        _text("search", required=True),
        sa.UniqueConstraint("owner_id", "code", name="routes_owner_code"),
    )
    op.create_index("routes_from", "routes", ["from_id"])
    op.create_index("routes_to", "routes", ["to_id"])


def _ducts_and_cables() -> None:
    _table(
        "ducts",
        _id(),
        sa.Column("route_id", sa.Text(), _to("routes.id"), nullable=False),
        _text("code", required=True),
        sa.Column("parent_id", sa.Text(), _to("ducts.id")),
        sa.Column("inner_diameter_mm", sa.REAL()),
        sa.Column("cables", sa.Integer(), nullable=False),
    )
    op.create_index("ducts_route", "ducts", ["route_id"])
    _table(
        "cables",
        _id(),
        sa.Column("duct_id", sa.Text(), _to("ducts.id"), nullable=False),
        sa.Column("organisation_id", sa.Text(), _to("organisations.id"), nullable=False),
        _text("name", required=True),
        sa.Column("outer_diameter_mm", sa.REAL()),
        sa.Column("fibres", sa.Integer()),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("valid_from", Day()),
        sa.Column("valid_to", Day()),
    )
    op.create_index("cables_duct", "cables", ["duct_id"])


def _contracts() -> None:
    _table(
        "contracts",
        _id(),
        _text("number", required=True),
        sa.Column("owner_id", sa.Text(), _to("organisations.id"), nullable=False),
        sa.Column("tenant_id", sa.Text(), _to("organisations.id"), nullable=False),
        sa.Column("structure_id", sa.Text(), _to("structures.id")),
        sa.Column("level_id", sa.Text(), _to("attachment_levels.id")),
        sa.Column("duct_id", sa.Text(), _to("ducts.id")),
        sa.Column("slot", sa.Integer()),
        sa.Column("rent_vnd", sa.REAL()),
        _text("rent_unit"),
        _text("case_id"),
        sa.Column("valid_from", Day(), nullable=False),
        sa.Column("valid_to", Day()),
    )
    for name in ("structure", "level", "duct"):
        op.create_index(f"contracts_{name}", "contracts", [f"{name}_id"])


def _rents_and_documents() -> None:
    _table(
        "published_rents",
        _id(),
        _text("kind", required=True),
        _text("mast_class"),
        _text("rent_unit", required=True),
        sa.Column("amount_vnd", sa.REAL(), nullable=False),
        _text("province_code"),
        _text("instrument", required=True),
        _text("clause", required=True),
        sa.Column("valid_from", Day()),
        sa.Column("valid_to", Day()),
    )
    _table(
        "documents",
        _id(),
        _text("subject", required=True),
        _text("subject_id", required=True),
        _text("title", required=True),
        _text("number"),
        _text("issuer"),
        sa.Column("issued_on", Day()),
        sa.Column("valid_to", Day()),
    )
    op.create_index("documents_subject", "documents", ["subject", "subject_id"])
