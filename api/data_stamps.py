"""What a letter and a page of a case are stamped with: simulated data, flat terrain."""

from api.service import Service
from data.text import Language, text
from gis.desk.interference_study import attached_study
from gis.desk.procedure import Standing

__all__ = ["case_stamps", "register_stamps"]


def register_stamps(service: Service, language: Language) -> tuple[str, ...]:
    """Return the stamp of a register that holds demonstration data: its cases are of it too."""
    if not service.holds_synthetic():
        return ()
    return (text("documents.stamp_synthetic", language),)


def case_stamps(service: Service, standing: Standing, language: Language) -> tuple[str, ...]:
    """Return the stamps of a case of the desk, with those of the search attached to it.

    Parameters
    ----------
    service : Service
        Whose register and studies.
    standing : Standing
        Where the case stands.
    language : Language
        Language of the words.
    """
    study = attached_study(standing, service.home)
    flat = study is not None and bool(study.inputs["terrain"]["flat"])
    flat_words = (text("documents.stamp_flat", language),) if flat else ()
    return (*register_stamps(service, language), *flat_words)
