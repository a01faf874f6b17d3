"""Map pages: folium builds the map, every file of it lies on the page's own server."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import folium
from branca.element import Figure, MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template
from markupsafe import Markup, escape

from data.text import Language, text
from maps.assets import LEAFLET_SCRIPT, LEAFLET_STYLE, LOADING_SCRIPT, MAP_SCRIPT, MAP_STYLE
from maps.ground import ground_facts, ground_remarks
from maps.layers import bounds_of, map_payload
from maps.legend import layer_groups
from maps.rendering import embedded_json, render
from maps.tables import build_table
from maps.views import RegisterView

__all__ = [
    "MapFragment",
    "MapTools",
    "OfflineMap",
    "PreparedMap",
    "map_fragment",
    "prepared_map",
    "register_map",
]

_IDENTIFIER = re.compile(r"[a-z][a-z0-9]*")
_MONTHS_BACK, _MONTHS_AHEAD = 180, 36
_COLUMNS = ("kind", "name", "owner", "place", "details", "source", "action")


class OfflineMap(folium.Map):
    """A folium map whose style and script come from the page's own server.

    Folium's own class loads Leaflet, jQuery, Bootstrap and two icon fonts from five hosts, forbids
    zooming the page and writes inline styles; this one does none of it.

    Parameters
    ----------
    element_id : str
        Identifier of the map's element and name of its variable: lower-case letters and digits.
    label : str
        Name of the region for those who do not see it.
    static_url : str
        Address of the folder that holds `leaflet/` and `map/`.
    bounds : list
        South-west and north-east, latitude first.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}{% endmacro %}
        {% macro html(this, kwargs) -%}
        <div class="folium-map" id="{{ this.get_name() }}" role="region" tabindex="0"
          aria-label="{{ this.label }}"></div>
        {%- endmacro %}
        {% macro script(this, kwargs) -%}
        window.{{ this.get_name() }} = L.map({{ this.get_name()|tojavascript }},
          {{ this.options|tojavascript }});
        {%- endmacro %}
        """
    )

    def __init__(
        self, element_id: str, *, label: str, static_url: str, bounds: list[list[float]]
    ) -> None:
        super().__init__(
            location=[(bounds[0][i] + bounds[1][i]) / 2 for i in (0, 1)],
            tiles=None,
            zoom_control=False,
            prefer_canvas=True,
            attribution_control=False,
            fade_animation=False,
            zoom_snap=0.25,
            zoom_delta=0.5,
            max_zoom=18,
        )
        self._id = element_id
        self._name = ""
        self.label = escape(label)
        root = static_url.rstrip("/")
        self.scripts = [f"{root}/{name}" for name in (LEAFLET_SCRIPT, MAP_SCRIPT)]
        self.default_js = [(LOADING_SCRIPT, f"{root}/{LOADING_SCRIPT}")]
        self.default_css = [(name, f"{root}/{name}") for name in (LEAFLET_STYLE, MAP_STYLE)]

    def get_name(self) -> str:
        """Return the identifier of the element, which is the variable's name too."""
        return str(self._id)


class RegisterLayers(JSCSSMixin, MacroElement):
    """The layers, the table twin and the point panel, mounted on a map by our own script."""

    _template = Template(
        """
        {% macro script(this, kwargs) -%}
        PhuSongMap.mount({{ this._parent.get_name() }}, data);
        {%- endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # folium has no types
        self._name = "RegisterLayers"


@dataclass(frozen=True, slots=True)
class MapTools:
    """What a page offers with its map: a search, other days.

    Attributes
    ----------
    page : str
        Address of the page itself, which takes `on`.
    always : mapping
        Of collections of which the map shows something else than what its day has: the condition
        of that (CQL2).
    search : str
        Address that finds places, to which `&text=` is added.
    today : date
        The day that it shows unless another is asked for.
    files : str
        Address of a collection's file, with `{layer}` in it.
    layers : tuple of str
        Collections that can be downloaded.
    formats : tuple of pairs
        Ending and name of the formats of files.
    studies : str
        Address of the studies whose pictures can be laid on the map.
    """

    page: str
    always: Mapping[str, str]
    search: str
    today: date
    files: str
    layers: tuple[str, ...]
    formats: tuple[tuple[str, str], ...]
    studies: str

    @property
    def months(self) -> tuple[int, int, int]:
        """First, last and today's month, counted from the year 0."""
        today = self.today.year * 12 + self.today.month - 1
        return today - _MONTHS_BACK, today + _MONTHS_AHEAD, today


@dataclass(frozen=True, slots=True)
class MapFragment:
    """The parts of a map page, to be put into a page's frame.

    Attributes
    ----------
    head : Markup
        Links and scripts for the page's head.
    body : Markup
        The map's section: heading, stamps, map, legend, panel and table twin.
    scripts : Markup
        The data, unless they come beside the page, and the one inline script, for the end of the
        page's body.
    """

    head: Markup
    body: Markup
    scripts: Markup


@dataclass(frozen=True, slots=True)
class PreparedMap:
    """A map that can be kept: everything of its page but the nonce of one answer.

    Attributes
    ----------
    title : str
        Title of its page.
    head, body, data, script : Markup
        As of `MapFragment`, the data apart from the script that reads them.
    loading : Markup
        JSON of what has to be loaded for it: `scripts` in the order in which they run, the address
        of the data unless they stand in the page, whether that is `below` other things.
    element_id : str
        Identifier of the map's element.
    beside : bool
        Whether the data are asked for by an address of their own.
    """

    title: str
    head: Markup
    body: Markup
    data: Markup
    script: Markup
    loading: Markup
    element_id: str
    beside: bool

    def fragment(self, nonce: str | None) -> MapFragment:
        """Return the parts of a page whose policy names a nonce for its one inline script."""
        values = {
            "id": self.element_id,
            "nonce": nonce,
            "data": None if self.beside else self.data,
            "script": self.script,
            "loading": self.loading,
        }
        scripts = render("map_scripts.html", values)
        return MapFragment(self.head, self.body, Markup(scripts))  # noqa: S704  (autoescaped)


def map_fragment(
    view: RegisterView,
    language: Language | str = Language.VI,
    *,
    static_url: str = "/static",
    data_url: str | None = None,
    tools: MapTools | None = None,
    nonce: str | None = None,
    element_id: str = "map",
    below: bool = False,
) -> MapFragment:
    """Return a map with its legend and its table twin, to be put into a page.

    Parameters
    ----------
    nonce : str, optional
        Nonce of the page's content security policy for the one inline script.
    view, language, static_url, data_url, tools, element_id, below
        As for `prepared_map`.
    """
    return prepared_map(
        view,
        language,
        static_url=static_url,
        data_url=data_url,
        tools=tools,
        element_id=element_id,
        below=below,
    ).fragment(nonce)


def prepared_map(
    view: RegisterView,
    language: Language | str = Language.VI,
    *,
    static_url: str = "/static",
    data_url: str | None = None,
    tools: MapTools | None = None,
    element_id: str = "map",
    below: bool = False,
    beside: str | None = None,
) -> PreparedMap:
    """Return a map with its legend and its table twin, as it can be kept.

    Parameters
    ----------
    view : RegisterView
        What to show; whoever calls has left out what the reader may not see.
    language : Language
        Language of the page.
    static_url : str
        Address of the folder that holds `leaflet/` and `map/`.
    data_url : str, optional
        Address that explains a point, with `{longitude}`, `{latitude}` and `{language}` in it,
        answering as `maps.point.point_answer` does; without it a click explains nothing.
    tools : MapTools, optional
        Search and days, where the page has them.
    element_id : str
        Identifier of the map's element: lower-case letters and digits.
    below : bool
        Whether it stands below other things of its page: then what draws it is not asked for
        before it is near.
    beside : str, optional
        Address that answers with the data, for a map of so many objects that the page shall not
        wait for them; without it they stand in the page.

    Raises
    ------
    ValueError
        If `element_id` is anything else.
    """
    if not _IDENTIFIER.fullmatch(element_id):
        raise ValueError(f"element_id {element_id!r}: lower-case letters and digits only")
    spoken = Language(language)
    table = build_table(view, spoken)
    label = text("maps.map_label", spoken, place=view.jurisdiction)
    drawn = OfflineMap(element_id, label=label, static_url=static_url, bounds=bounds_of(view))
    drawn.add_child(RegisterLayers())
    figure = Figure()
    figure.header._children.clear()
    figure.add_child(drawn)
    drawn.render()  # type: ignore[no-untyped-call]  # folium has no types
    owners = view.organisations.items()
    values = {
        "view": view,
        "id": element_id,
        "groups": layer_groups(view, table, spoken),
        "columns": _COLUMNS,
        "kinds": table.kinds,
        "explains_points": data_url is not None,
        "tools": tools,
        "ground": ground_facts(view, spoken),
        "remarks": ground_remarks(view, spoken),
        "map": Markup(figure.html.render().strip()),  # noqa: S704  (built from escaped parts)
        "t": lambda key, **named: text(f"maps.{key}", spoken, **named),
    }
    return PreparedMap(
        title=view.title,
        head=_head(figure, () if below else drawn.scripts, beside),
        body=Markup(render("map.html", values)),  # noqa: S704  (autoescaped)
        data=embedded_json(
            map_payload(view, table, spoken, data_url=data_url)
            | {
                name: getattr(tools, name) if tools else None
                for name in ("search", "files", "always", "studies")
            }
            | ({"owner_ids": {name: one for one, name in owners}} if tools else {})
        ),
        script=Markup(figure.script.render().strip()),  # noqa: S704  (identifiers only)
        loading=embedded_json({"scripts": drawn.scripts, "data": beside, "below": below}),
        element_id=element_id,
        beside=beside is not None,
    )


def register_map(
    view: RegisterView,
    language: Language | str = Language.VI,
    *,
    static_url: str = "/static",
    data_url: str | None = None,
    nonce: str | None = None,
) -> str:
    """Return a complete HTML page with a map, its legend and its table twin.

    No address in it leaves the page's own server.

    Parameters
    ----------
    view, language, static_url, data_url, nonce
        As for `map_fragment`.
    """
    spoken = Language(language)
    fragment = map_fragment(view, spoken, static_url=static_url, data_url=data_url, nonce=nonce)
    return render(
        "map_page.html",
        {"language": str(spoken), "title": view.title, "map": fragment},
    )


def _head(figure: Figure, asked_at_once: Sequence[str], beside: str | None) -> Markup:
    lines = [line.strip() for line in figure.header.render().splitlines()]
    lines += [f'<link rel="preload" as="script" href="{escape(one)}">' for one in asked_at_once]
    if beside is not None:
        lines.append(f'<link rel="preload" as="fetch" crossorigin href="{escape(beside)}">')
    return Markup("\n".join(filter(None, lines)))  # noqa: S704  (addresses of our files)
