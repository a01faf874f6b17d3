"""A background map in a PMTiles file that the format's own library wrote."""

from contextlib import suppress
from pathlib import Path

import pytest

from gis.basemap import open_basemap, tile_number
from gis.errors import FormatError

FILE = Path(__file__).parents[1] / "reference" / "basemap.pmtiles"


def test_tiles_are_those_that_were_written() -> None:
    basemap = open_basemap(FILE)
    assert (basemap.media_type, basemap.lowest, basemap.highest) == ("image/png", 0, 7)
    even, odd = basemap.tile(1, 0, 0), basemap.tile(1, 1, 0)
    assert even is not None
    assert odd is not None
    assert even.startswith(b"\x89PNG")
    assert even != odd
    for level, column, row in ((0, 0, 0), (5, 17, 3), (6, 63, 63), (7, 64, 0), (7, 127, 90)):
        assert basemap.tile(level, column, row) == (odd if (column + row) % 2 else even)
    for level, column, row in ((7, 63, 5), (8, 0, 0), (3, 8, 0), (3, -1, 0), (-1, 0, 0)):
        assert basemap.tile(level, column, row) is None


def test_numbers_follow_the_curve_of_the_specification() -> None:
    places = ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (2, 0, 0))
    assert [tile_number(*place) for place in places] == [0, 1, 2, 3, 4, 5]
    assert len({tile_number(4, x, y) for x in range(16) for y in range(16)}) == 256


@pytest.mark.parametrize("length", [0, 60, 127, 200, 300])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, length: int) -> None:
    cut = tmp_path / "cut.pmtiles"
    cut.write_bytes(FILE.read_bytes()[:length])
    with pytest.raises(FormatError) as refused:
        open_basemap(cut).tile(3, 1, 1)
    assert refused.value.key in ("maps.basemap_not_pmtiles", "maps.basemap_damaged")


def test_tiles_of_other_kinds_and_other_files_are_refused(tmp_path: Path) -> None:
    avif, called, other = (tmp_path / f"{name}.pmtiles" for name in ("avif", "called", "other"))
    content = bytearray(FILE.read_bytes())
    content[99] = 5  # the kind of tiles: AVIF
    avif.write_bytes(content)
    content[98:100] = 1, 1  # vector, not packed, as it is not
    called.write_bytes(content)
    other.write_bytes(b"PK\x03\x04" + bytes(200))
    wrong = {
        avif: "no_pictures",
        called: "damaged",
        other: "not_pmtiles",
        tmp_path / "none": "unreadable",
    }
    for file, why in wrong.items():
        with pytest.raises(FormatError) as refused:
            open_basemap(file)
        assert refused.value.key == f"maps.basemap_{why}"


@pytest.mark.parametrize("seed", range(40))
def test_bytes_at_random_never_do_worse(tmp_path: Path, seed: int) -> None:
    content = bytearray(FILE.read_bytes())
    content[8 + (seed * 37) % (len(content) - 8)] ^= 1 << seed % 8
    content[8 + (seed * 11) % 90] ^= 0x80
    broken = tmp_path / "broken.pmtiles"
    broken.write_bytes(content)
    with suppress(FormatError):  # anything else fails the test
        for level in range(8):
            open_basemap(broken).tile(level, 0, 0)
