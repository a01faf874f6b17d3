"""The ground that a map's pictures were computed over, in words."""

from data.text import Language, text
from maps.views import GroundView, RegisterView
from maps.words import Words, shortened

__all__ = ["ground_facts", "ground_remarks"]


def ground_facts(view: RegisterView, language: Language) -> list[tuple[str, str]]:
    """Return name and value of each source of the ground, none where there is no picture.

    Parameters
    ----------
    view : RegisterView
        What the map shows.
    language : Language
        Language of the words.
    """
    words = Words(language)
    facts: list[tuple[str, str]] = []
    for ground in _grounds(view):
        facts.append((words.say("data_terrain"), shortened(words.source(ground.terrain))))
        cover = text("maps.ground_bare", language)
        if ground.land_cover is not None:
            key = "land_cover_added" if ground.clutter_added else "land_cover_not_added"
            cover = f"{shortened(ground.land_cover)}; {words.say(key)}"
        facts.append((words.say("data_land_cover"), cover))
        zones = text("maps.ground_inland", language)
        facts.append((words.say("data_zones"), shortened(ground.zones or zones)))
    return list(dict.fromkeys(facts))


def ground_remarks(view: RegisterView, language: Language) -> list[str]:
    """Return what has to be said about the ground, each sentence once."""
    said = (remark[language.value] for ground in _grounds(view) for remark in ground.remarks)
    return list(dict.fromkeys(said))


def _grounds(view: RegisterView) -> list[GroundView]:
    studies = (view.coverage, view.interference, view.network)
    return [study.ground for study in studies if study is not None and study.ground is not None]
