import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

import data
from data.text import Language
from gis.home import Home
from gis.register.structures import Structure
from gis.studies.record import Study
from maps.assets import LEAFLET_SCRIPT, LOADING_SCRIPT, MAP_SCRIPT, leaflet_folder
from maps.studies import coverage_view, interference_view
from maps.views import GroundView, RegisterView, TileSource
from maps.web import map_fragment, prepared_map, register_map

MakeView = Callable[..., RegisterView]
HOSTILE = "<script>alert(1)</script>{{7*7}}</script><!--\"'&\u2028"
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Page(HTMLParser):
    """The elements of a page, and whether they nest."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if self.open:
            self.text[self.open[-1]] = self.text.get(self.open[-1], "") + data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def payload(markup: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="map-data">(.*?)</script>', markup)
    assert found
    content: dict[str, Any] = json.loads(found[1])
    return content


@pytest.fixture
def full_view(
    make_view: MakeView, home: Home, coverage_study: Study, interference_study: Study
) -> RegisterView:
    return make_view(
        300,
        coverage=coverage_view(coverage_study, home),
        interference=interference_view(interference_study, home),
    )


@pytest.mark.parametrize(("language", "title"), [("vi", "Bản đồ Long An"), ("en", "Map")])
def test_language_and_title(make_view: MakeView, language: str, title: str) -> None:
    page = Page(register_map(make_view(title=title), language))
    assert page.all("html") == [{"lang": language}]
    assert page.text["title"] == title
    assert page.open == []


def test_vietnamese_is_the_default(make_view: MakeView) -> None:
    assert '<html lang="vi">' in register_map(make_view())


def test_no_address_leaves_the_server(full_view: RegisterView) -> None:
    markup = register_map(
        full_view, static_url="/static", data_url="/studies/a/point?x={longitude}"
    )
    page = Page(markup)
    named = [a[key] for _, a in page.elements for key in ("src", "href", "action") if key in a]
    assert any(LEAFLET_SCRIPT in str(address) for address in named)
    assert all(str(address).startswith(("/static/", "#")) for address in named)
    written = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", markup)
    assert not re.search(r"(?:https?|wss?|ftp):|[\"'(]//", written)
    for name in ("cdn", "jquery", "bootstrap", "awesome", "openstreetmap"):
        assert name not in markup.lower()


def test_only_one_inline_script_and_it_carries_the_nonce(full_view: RegisterView) -> None:
    page = Page(register_map(full_view, nonce="n0nce"))
    inline = [a for a in page.all("script") if "src" not in a and a.get("type") is None]
    assert inline == [{"nonce": "n0nce"}]
    assert page.all("style") == []
    assert not [a for _, a in page.elements if "style" in a or any(k.startswith("on") for k in a)]


def test_background_tiles_only_where_switched_on(make_view: MakeView) -> None:
    assert payload(register_map(make_view()))["tiles"] is None
    source = TileSource("/tiles/{z}/{x}/{y}.png", "Sở")
    assert payload(register_map(make_view(tiles=source)))["tiles"]["url"] == source.url


@pytest.mark.parametrize("below", [False, True])
def test_what_draws_a_map_is_asked_for_at_once_unless_it_stands_below(
    make_view: MakeView, below: bool
) -> None:
    fragment = map_fragment(make_view(), static_url="/s", below=below)
    scripts = [f"/s/{one}" for one in (LEAFLET_SCRIPT, MAP_SCRIPT)]
    head = Page(str(fragment.head))
    assert [one["src"] for one in head.all("script")] == [f"/s/{LOADING_SCRIPT}"]
    asked = [one["href"] for one in head.all("link") if one["rel"] == "preload"]
    assert asked == ([] if below else scripts)
    assert json.dumps(scripts, separators=(",", ":")) in fragment.scripts


def test_what_stands_on_a_large_map_is_asked_for_beside_the_page(make_view: MakeView) -> None:
    made = prepared_map(make_view(), static_url="/s", beside="/map/objects?lang=vi&on=2026-01-31")
    fragment = made.fragment("n0nce")
    (asked,) = [one for one in Page(str(fragment.head)).all("link") if one.get("as") == "fetch"]
    assert asked["href"] == "/map/objects?lang=vi&on=2026-01-31"
    assert Page(str(fragment.scripts)).all("script") == [{"nonce": "n0nce"}]
    assert "\\u0026on=2026-01-31" in fragment.scripts
    within = prepared_map(make_view(), static_url="/s").fragment("n0nce")
    assert json.loads(made.data) == payload(str(within.scripts))


def test_names_stay_names(make_view: MakeView, make_structure: Callable[..., Structure]) -> None:
    hostile = make_structure(0, name=HOSTILE, code=HOSTILE, address=HOSTILE)
    view = make_view(
        title=HOSTILE,
        jurisdiction=HOSTILE,
        structures=(hostile,),
        organisations={"o1": HOSTILE},
    )
    markup = register_map(view)
    page = Page(markup)
    assert page.open == []
    assert not [a for a in page.all("script") if a == {}][1:], "an element of the name's making"
    assert "alert(1)</script>" not in markup
    assert "49" not in page.text["title"]
    assert page.text["title"] == HOSTILE
    rows = payload(markup)["table"]["rows"]
    assert rows[2][1] == HOSTILE, "the script gets the name as it is, and sets it as text"


def test_an_element_id_is_no_way_in(make_view: MakeView) -> None:
    with pytest.raises(ValueError, match="lower-case"):
        map_fragment(make_view(), element_id='map"><script>')


def test_two_maps_stand_on_one_page(make_view: MakeView) -> None:
    one, other = (map_fragment(make_view(), element_id=name) for name in ("first", "second"))
    ids = [
        str(a["id"])
        for fragment in (one, other)
        for _, a in Page(fragment.body + fragment.scripts).elements
        if "id" in a
    ]
    assert len(ids) == len(set(ids))
    assert one.head == other.head


def test_the_page_is_small_and_the_same_each_time(full_view: RegisterView) -> None:
    markup = register_map(full_view)
    assert len(markup.encode()) < 1_000_000
    assert markup == register_map(full_view)


def test_every_object_is_in_the_table(full_view: RegisterView) -> None:
    table = payload(register_map(full_view))["table"]
    assert len(table["rows"]) == 300 + 2 + 1
    by_name = {row[1]: row for row in table["rows"]}
    station = by_name["Đài Tân An 0"]
    told = dict(table["details"][detail] for detail in station[8])
    assert table["places"][by_name["Công trình 1 Đức Hòa"][6]] == "Xã Bình Lãng"
    assert told["Tần số"] == "92,1 MHz"
    assert told["Công suất bức xạ hiệu dụng (ERP)"] == "5,01 kW (37,0 dBW)"
    assert station[4:6] == [106.41, 10.54]
    assert table["sources"][station[7]] == [
        "TT 37/2017/TT-BTTTT (Theo trí nhớ, chưa kiểm chứng)",
        False,
    ]
    assert table["sources"][by_name["Công trình 1 Đức Hòa"][7]] == ["dữ liệu mô phỏng", True]


def test_what_is_simulated_or_flat_says_so(full_view: RegisterView, make_view: MakeView) -> None:
    page = Page(register_map(full_view))
    stamps = page.text["span"] + page.text["strong"]
    assert stamps.count("dữ liệu mô phỏng") >= 4  # notice, map, and the legend's groups
    assert stamps.count("địa hình phẳng giả định") >= 3
    plain = register_map(make_view(0))
    assert "map-stamp" not in plain
    assert "khoản 3 Điều 35" in page.text["p"]


def test_an_approximate_boundary_says_how_wrong_it_may_be(make_view: MakeView) -> None:
    markup = register_map(make_view())
    assert "ranh giới gần đúng, sai số vị trí khoảng 500 m" in markup
    assert payload(markup)["boundaries"][0]["uncertainty"] == 500.0


def test_the_legend_explains_each_threshold_and_each_interferer(full_view: RegisterView) -> None:
    markup = register_map(full_view)
    for words in (
        "54 đến 66 dBµV/m: đủ thu stereo ở nông thôn",
        "66 đến 74 dBµV/m: đủ thu stereo ở đô thị",
        "từ 74 dBµV/m: đủ thu stereo ở thành phố lớn",
        "A. Đài Tân An 1, 92,5 MHz: 300,0 km²",
        "B. Đài Mộc Hóa, 92,9 MHz: 200,0 km²",
    ):
        assert words in markup
    letters = payload(markup)["letters"]
    assert [one["letter"] for one in letters[:2]] == ["A", "B"]
    assert {one["layer"] for one in letters} == {"dominant"}


def test_contours_are_drawn_only_where_the_field_has_that_value(
    coverage_study: Study, home: Home, make_view: MakeView
) -> None:
    """The edge of the computed disc is no contour: at 60 km the made-up field is 65.9."""
    view = make_view(0, coverage=coverage_view(coverage_study, home))
    levels = {line["level"] for line in payload(register_map(view))["contours"]}
    assert levels == {74.0}


def test_the_map_opens_on_the_study_or_the_province(
    full_view: RegisterView, make_view: MakeView
) -> None:
    studied = payload(register_map(full_view))["bounds"]
    province = payload(register_map(make_view()))["bounds"]
    assert studied[0][0] < province[0][0] < province[1][0] < studied[1][0]
    (commune, *_) = make_view().units
    places = ((106.1, 10.4), (106.7, 10.6), (106.4, 11.0))
    communes = tuple(replace(commune, longitude=lon, latitude=lat) for lon, lat in places)
    among = payload(register_map(make_view(units=communes)))["bounds"]
    assert among == [[10.4, 106.1], [11.0, 106.7]], "communes, not the outlines of neighbours"
    nothing = make_view(0, stations=(), boundaries=(), units=())
    assert payload(register_map(nothing))["bounds"] == [[8.0, 102.0], [23.5, 110.0]]


VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ]", re.IGNORECASE)


def test_english_has_no_vietnamese_words_of_ours(make_view: MakeView) -> None:
    plain = make_view(0, stations=(), units=(), jurisdiction="Long An", title="Map")
    assert not VIETNAMESE.findall(register_map(plain, "en", data_url="/p"))


def test_the_script_finds_every_text_it_asks_for(make_view: MakeView) -> None:
    folder = data.path("__init__.py").parents[1] / "api" / "static" / "map"
    source = "".join(file.read_text("utf-8") for file in folder.glob("*.js"))
    asked = set(re.findall(r"say\(\s*\"([a-z_]+)\"", source))
    asked |= set(re.findall(r"\[\"(label_[a-z_]+)\"", source))
    given = payload(register_map(make_view()))["texts"]
    assert asked
    assert asked <= set(given)
    sentences = tomllib.loads(data.path("messages/maps.toml").read_text("utf-8"))
    for key in asked:
        names = set(re.findall(r"\{(\w+)\}", sentences[key]["vi"]))
        assert names == set(re.findall(r"\{(\w+)\}", given[key])), key


def test_twenty_thousand_structures_make_a_page(
    make_view: MakeView, make_structure: Callable[..., Structure]
) -> None:
    many = tuple(make_structure(n) for n in range(20_000))
    assert len(register_map(make_view(structures=many)).encode()) < 4_500_000


def test_leaflet_comes_from_its_wheel() -> None:
    folder = leaflet_folder()
    assert "Leaflet 1.9.4" in (folder / "leaflet.js").read_text("utf-8")[:200]
    assert (folder / "leaflet.css").is_file()
    assert (folder / "images" / "layers.png").is_file()


@pytest.mark.parametrize("language", list(Language))
def test_headings_and_regions_have_names(full_view: RegisterView, language: Language) -> None:
    page = Page(register_map(full_view, language, data_url="/p"))
    ids = {a["id"] for _, a in page.elements if "id" in a}
    for _, attributes in page.elements:
        if "aria-labelledby" in attributes:
            assert attributes["aria-labelledby"] in ids
    container = next(a for a in page.all("div") if a.get("id") == "map")
    assert container["role"] == "region"
    assert container["aria-label"]
    assert {"href": "#map-table", "class": "map-skip"} in page.all("a")


def test_the_ground_of_the_studies_is_told_once(full_view: RegisterView) -> None:
    page = register_map(full_view, "en")
    assert "Ground that was computed over" in page
    assert page.count("<dt>Terrain</dt>") == 1, "both studies were computed over the same"
    assert "none; the ground is taken as bare" in page


def test_the_ground_with_all_its_sources_and_remarks(full_view: RegisterView) -> None:
    remark = {"key": "a", "vi": "Chỗ khuyết <b>", "en": "A void <b>"}
    ground = GroundView(
        terrain="dem.tif sha256:" + "ab" * 32,
        land_cover="cover.tif",
        clutter_added=True,
        zones="zones.tif",
        remarks=(remark,),
    )
    assert full_view.coverage is not None
    view = replace(
        full_view, coverage=replace(full_view.coverage, ground=ground), interference=None
    )
    page = register_map(view, "vi")
    assert "dem.tif sha256:abababababab…" in page
    assert "cover.tif; chiều cao che chắn của lớp phủ được cộng vào địa hình" in page
    assert "zones.tif" in page
    assert "Chỗ khuyết &lt;b&gt;" in page
    assert "A void" not in page


def test_a_map_without_a_study_tells_no_ground(make_view: Callable[..., RegisterView]) -> None:
    assert "map-ground" not in register_map(make_view())
