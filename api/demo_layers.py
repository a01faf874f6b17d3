"""The demonstration's layers on the public map: its network computed once, as any job is."""

import threading

from api.identity import ANONYMOUS
from api.service import Service
from api.submission import submit
from gis.studies.published import publish
from gis.studies.record import load
from gis.studies.summary import access_of

__all__ = ["DEMONSTRATION_STEP_M", "begin_layers"]

DEMONSTRATION_STEP_M = 500.0
"""Pixels of the demonstration's network: four seconds of two processors."""

_LOOK_EVERY_S = 1.0


def begin_layers(service: Service, author: str) -> threading.Thread | None:
    """Compute the network of a demonstration and put it on the map, unless that was done once.

    Parameters
    ----------
    service : Service
        Of a server that serves the demonstration.
    author : str
        Who is said to have put it there.

    Returns
    -------
    Thread or None
        What waits for the job; None where nothing is computed: without workers, or where
        something was put on the public map, or taken off it, before.
    """
    if not service.settings.workers or service.home.published.exists():
        return None
    job = submit(service, ANONYMOUS, "network", {"step_m": DEMONSTRATION_STEP_M})

    def wait() -> None:
        found = service.queue.job(job.id)
        while not found.state.final:
            if service.stopping.wait(_LOOK_EVERY_S):
                return
            found = service.queue.job(job.id)
        if found.study_id:
            study = load(found.study_id, service.home)
            publish(study.id, access_of(study.kind, study.inputs), service.home, by=author)

    waiting = threading.Thread(target=wait, name="demonstration-layers", daemon=True)
    waiting.start()
    return waiting
