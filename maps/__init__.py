"""Pictures and documents: map pages, raster overlays, reports of studies.

`maps.web.map_fragment` draws a map with its legend and its table twin into a page's frame,
`maps.web.register_map` draws a page of its own; both show a `maps.views.RegisterView`.
`maps.studies` reads the pictures of a finished study, `maps.point.point_answer` says what a click
found, and `maps.documents.report` writes a study's report as HTML and as PDF.
"""
