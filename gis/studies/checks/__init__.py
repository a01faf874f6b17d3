"""The topics of a compliance study: what the checks of the catalogue read, and their findings.

A topic is a module with the names of `gis.studies.checks.scene.Topic`; `topics.py` lists them in
the order of their findings. It has two halves, as a study has:

* `gather(asked)` reads the register, the packaged tables and the ground's own records, and returns
  everything that its checks will need as JSON values. They stand in the study's inputs under
  `checks.<NAME>`, so that a study can be computed again from its record alone; a study that was
  kept before a topic came holds none of it, and the topic is silent when that one is run again.
* `findings(scene, station)` turns them into the facts of `propagation.compliance` and calls the
  checks. It reads no register, no clock and no file. Fields come from `scene.meetings`, predicted
  once, or from `gis.studies.field.fields_at` over `scene.emitter(...)` for points of its own.

No check lives here: a module of this package compares nothing with a limit.
"""
