"""The Irregular Terrain Model (Longley and Rice), 20 MHz to 20 GHz, point to point and area.

`prediction` is the way in; `records` says what is asked and answered. The rest are the parts of
the model, each a loop over one path.
"""
