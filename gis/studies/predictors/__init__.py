"""The models by which a study can predict a field, one a module, behind one protocol.

`registry` is the way in; `base` says what a model is asked and answers.
"""
