"""What an administrator may say about the ground."""

import os
from pathlib import Path

import pytest

from api.settings import Settings


def test_lists_of_paths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PHUSONG_TERRAIN", os.pathsep.join(["/a/dtm.tif", "/b/glo30", ""]))
    monkeypatch.setenv("PHUSONG_ZONES", "/z/zones.tif")
    monkeypatch.setenv("PHUSONG_SURFACE_MODEL", "false")
    settings = Settings(home=tmp_path)
    assert settings.terrain == (Path("/a/dtm.tif"), Path("/b/glo30"))
    ground = settings.ground
    assert ground.terrain == settings.terrain
    assert ground.zones == (Path("/z/zones.tif"),)
    assert ground.land_cover == ()
    assert ground.surface_model is False
    assert ground.cache == tmp_path / "cache"


def test_without_them_nothing_is_assumed(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert settings.terrain == ()
    assert settings.ground.surface_model is None
    assert settings.tile_store.limit_bytes == 20_000 * 2**20


def test_an_address_is_not_cut_in_two(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is refused whole later, and not as a file called http."""
    monkeypatch.setenv("PHUSONG_TERRAIN", "https://host/a.tif")
    assert Settings(home=tmp_path).terrain == (Path("https://host/a.tif"),)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores are not ours to choose")
def test_a_study_uses_every_core_that_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = os.sched_getaffinity(0)
    assert Settings().threads == len(allowed)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert Settings().threads == 1
    finally:
        os.sched_setaffinity(0, allowed)
    monkeypatch.setenv("PHUSONG_THREADS", "7")
    assert Settings().threads == 7


def test_every_setting_is_documented_in_one_place() -> None:
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        more = [one for one in alias.choices if one != name] if alias is not None else []
        assert any(f"`{one}`" in page for one in more or [f"PHUSONG_{name.upper()}"]), name
