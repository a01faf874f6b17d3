import io
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rasterio.errors import NotGeoreferencedWarning

from gis.errors import FormatError
from gis.raster import Grid, write_cog
from maps.overlay import class_overlay, number_overlay, to_mercator
from maps.palette import FIELD_STRENGTH, MARGIN, area_colour, rgb
from maps.views import Overlay

# Eight degrees of latitude: a picture laid on the map without warping is wrong by 0.02 degrees
# and more in the middle, many pixels.
TALL = Grid(104.0, 23.0, 0.01, 0.01, 200, 1500)


def northing(latitude_deg: float) -> float:
    """Web Mercator northing on the unit sphere, by its definition."""
    return math.log(math.tan(math.pi / 4 + math.radians(latitude_deg) / 2))


def picture(overlay: Overlay) -> np.ndarray:
    assert overlay.png is not None
    return np.asarray(Image.open(io.BytesIO(overlay.png)).convert("RGBA"))


def colour_at(overlay: Overlay, longitude: float, latitude: float) -> tuple[int, ...]:
    """Colour where Leaflet shows it: linear in longitude and in Mercator northing."""
    south, west, north, east = overlay.bounds
    pixels = picture(overlay)
    height, width = pixels.shape[:2]
    along = (longitude - west) / (east - west)
    down = (northing(north) - northing(latitude)) / (northing(north) - northing(south))
    return tuple(pixels[int(down * height), int(along * width)].tolist())


def write(folder: Path, values: np.ndarray, grid: Grid, nodata: float | None = None) -> Path:
    file = folder / "raster.tif"
    file.write_bytes(
        write_cog(values, grid, tags={}, nodata=nodata, overview_resampling="NEAREST")
    )
    return file


@pytest.mark.parametrize("latitude", [8.3, 10.54, 15.5, 19.0, 22.7])
def test_a_band_of_latitude_lies_where_it_belongs(tmp_path: Path, latitude: float) -> None:
    values = np.full(TALL.shape, 40.0, dtype=np.float32)
    row = int(TALL.pixel_of(np.array([105.0]), np.array([latitude]))[0][0])
    values[row - 3 : row + 4] = 80.0
    overlay = class_overlay(write(tmp_path, values, TALL), FIELD_STRENGTH, max_dimension=2000)
    middle = TALL.latitudes[row]
    assert colour_at(overlay, 105.0, middle) == (*rgb("#253494"), 255)
    assert colour_at(overlay, 105.0, middle + 0.06)[3] == 0
    assert colour_at(overlay, 105.0, middle - 0.06)[3] == 0


def test_north_is_up_and_east_is_right(tmp_path: Path) -> None:
    values = np.full((40, 60), np.nan, dtype=np.float32)
    values[2, 50] = 90.0
    grid = Grid(106.0, 11.0, 0.01, 0.01, 60, 40)
    overlay = class_overlay(write(tmp_path, values, grid), FIELD_STRENGTH)
    rows, columns = np.nonzero(picture(overlay)[:, :, 3])
    height, width = picture(overlay).shape[:2]
    assert rows.max() < 0.1 * height
    assert columns.min() > 0.8 * width
    assert colour_at(overlay, 106.505, 10.975)[3] == 255


def test_bounds_are_the_edges_of_the_raster(tmp_path: Path) -> None:
    file = write(tmp_path, np.ones(TALL.shape, dtype=np.float32), TALL)
    _, (south, west, north, east) = to_mercator(file)
    np.testing.assert_allclose(
        [west, south, east, north], TALL.bounds, atol=1e-9, err_msg="outer edges, degrees"
    )


def test_nothing_is_drawn_where_nothing_is_known(tmp_path: Path) -> None:
    grid = Grid(106.0, 11.0, 0.01, 0.01, 30, 30)
    values = np.full(grid.shape, np.nan, dtype=np.float32)
    values[:15] = 20.0  # known, and below every threshold
    assert not picture(class_overlay(write(tmp_path, values, grid), FIELD_STRENGTH))[:, :, 3].any()
    values[:15] = -30.0
    drawn = picture(class_overlay(write(tmp_path, values, grid), MARGIN))
    assert set(drawn[drawn[:, :, 3] > 0][:, :3].reshape(-1, 3)[0].tolist()) == {127, 59, 8}
    assert 0.4 < (drawn[:, :, 3] > 0).mean() < 0.6


def test_numbers_keep_the_colours_of_the_legend(tmp_path: Path) -> None:
    grid = Grid(106.0, 11.0, 0.01, 0.01, 30, 30)
    ranks = np.full(grid.shape, -1, dtype=np.int16)
    ranks[:, :10], ranks[:, 10:20] = 0, 1
    colours = [area_colour(3), area_colour(1)]
    overlay = number_overlay(write(tmp_path, ranks, grid, nodata=-1), colours)
    assert colour_at(overlay, 106.05, 10.85) == (*rgb(area_colour(3)), 255)
    assert colour_at(overlay, 106.15, 10.85) == (*rgb(area_colour(1)), 255)
    assert colour_at(overlay, 106.25, 10.85)[3] == 0


def test_a_picture_is_small_whatever_the_raster(tmp_path: Path) -> None:
    grid = Grid(104.0, 12.0, 0.001, 0.001, 3000, 2000)
    ramp = np.broadcast_to(np.linspace(0, 120, 3000, dtype=np.float32), grid.shape).copy()
    overlay = class_overlay(write(tmp_path, ramp, grid), FIELD_STRENGTH)
    assert max(picture(overlay).shape[:2]) == 1024
    assert len(overlay.png or b"") < 100_000


def test_the_same_raster_gives_the_same_bytes(tmp_path: Path) -> None:
    values = np.linspace(30, 90, 900, dtype=np.float32).reshape(30, 30)
    file = write(tmp_path, values, Grid(106.0, 11.0, 0.01, 0.01, 30, 30))
    assert class_overlay(file, FIELD_STRENGTH) == class_overlay(file, FIELD_STRENGTH)


def test_what_is_no_geotiff_is_refused(tmp_path: Path) -> None:
    vrt = tmp_path / "raster.tif"
    vrt.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    with pytest.raises(FormatError, match=r"raster\.tif cannot be read as a GeoTIFF"):
        to_mercator(vrt)


def test_a_raster_without_a_place_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "plain.tif"
    Image.fromarray(np.zeros((4, 4), dtype=np.uint8)).save(file)
    with (
        pytest.warns(NotGeoreferencedWarning),
        pytest.raises(FormatError, match=r"plain\.tif names"),
    ):
        to_mercator(file)
