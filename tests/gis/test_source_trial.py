"""A short run of the trial: 16 of the seeds that the finder was built with.

The whole is `python -m tests.gis.source_trial 101 200`; docs/source-finding.md has its table.
"""

import numpy as np

from tests.gis.source_trial import LEAST, OUTSIDE, bins, equal_counts, table, trial


def test_the_true_cause_comes_first_in_most_simulated_cases() -> None:
    results = trial(range(1, 17))
    ranks = np.array([one.rank for one in results])
    assert np.mean(ranks == 1) >= 0.8
    assert np.mean(ranks <= 3) >= 0.92
    assert sum(one.truth == OUTSIDE for one in results) == 4
    assert min(one.candidates for one in results) > 20
    # nearly all that is said to be nearly impossible is false, and the reverse
    counted = bins(results)
    assert counted[0][2] < 0.02
    assert counted[9][2] > 0.9
    counts, stated, _ = zip(*equal_counts(results), strict=True)
    assert max(counts) - min(counts) <= 1
    assert LEAST <= stated[0] < stated[-1] <= 1.0
    assert {one.part for one in results} >= {None, "nothing_on_air"}
    assert table(results)[0].startswith("all: 16 cases")
