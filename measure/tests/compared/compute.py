"""Makes the histograms of `histograms.json` and says what is right about them, by other means than `compare`:
whole answers are drawn again with numpy, block by block, and the chances are scipy's.

    pip install numpy scipy
    python compute.py > histograms.json
"""

import json

import numpy as np
from scipy import stats

SLICES, ANSWERS, BLOCK, DRAWS = 80, 60, 4, 4_000
QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95}
LEAST_EFFECT = 0.05
random = np.random.default_rng(20_240_917)


def slices(slower=1.0, slower_tail=1.0, drift=0.0, spread=0.35):
    """For each slice the answers' microseconds, on a grid of half a percent, so that they make short histograms."""
    level, made = 0.0, []
    for _ in range(SLICES):
        level = 0.7 * level + drift * random.normal()
        took = 6_000 * slower * np.exp(level + spread * random.normal(size=ANSWERS))
        took = np.where(random.random(ANSWERS) < 0.12, took * slower_tail, took)
        made.append(np.round(np.exp(np.round(np.log(took) * 200) / 200)).astype(int))
    return np.array(made)


def drawn(side, starts):
    """The logarithm of each quantile of each draw."""
    out = np.empty((DRAWS, len(QUANTILES)))
    for number, blocks in enumerate(starts):
        index = (blocks[:, None] + np.arange(BLOCK)).ravel() % SLICES
        out[number] = np.log(np.quantile(side[index], list(QUANTILES.values())))
    return out


def judged(a, b):
    """Both sides' slices are drawn in pairs, as those of one plan are."""
    starts = random.integers(0, SLICES, size=(DRAWS, SLICES // BLOCK))
    ratios = drawn(b, starts) - drawn(a, starts)
    centre = np.log(np.quantile(b, list(QUANTILES.values()))) - np.log(
        np.quantile(a, list(QUANTILES.values()))
    )
    blocks = SLICES / BLOCK
    error = ratios.std(axis=0, ddof=1) * np.sqrt(blocks / (blocks - 1))
    largest = np.abs((ratios - ratios.mean(axis=0)) / ratios.std(axis=0, ddof=1)).max(axis=1)
    leaves = 2 * stats.norm.sf(np.quantile(largest, 0.95))
    reach = stats.t.isf(leaves / 2, blocks - 1) * error
    low, high, change = np.expm1(centre - reach), np.expm1(centre + reach), np.expm1(centre)
    outside = (low > 0) | (high < 0)
    clear = np.abs(centre) - np.log1p(LEAST_EFFECT / 2) > stats.t.isf(0.05 / 10, blocks - 1) * error
    changed = outside & clear & (np.abs(change) >= LEAST_EFFECT)
    if (changed & (change > 0)).any():
        verdict = "regressed"
    elif changed.any():
        verdict = "improved"
    elif (np.maximum(np.abs(low), np.abs(high)) <= LEAST_EFFECT).all():
        verdict = "same"
    else:
        verdict = "inconclusive"
    rows = zip(QUANTILES, change, low, high)
    return verdict, {name: [round(float(x), 5) for x in row] for name, *row in rows}


def histograms(side):
    """Each slice as [[microseconds, count], ...]."""
    return [
        [[int(value), int(count)] for value, count in zip(*np.unique(answers, return_counts=True))]
        for answers in side
    ]


def main():
    base = slices()
    pairs = {
        "again": (base, slices()),
        "slower": (base, slices(slower=1.15)),
        "faster": (base, slices(slower=0.85)),
        "slower_tail": (base, slices(slower_tail=2.0)),
        "unsteady": (slices(drift=0.08), slices(drift=0.08)),
        "steady": (slices(spread=0.1), slices(spread=0.1)),
    }
    sets = []
    for name, (a, b) in pairs.items():
        verdict, quantiles = judged(a, b)
        sets.append(
            {
                "name": name,
                "verdict": verdict,
                "quantiles": quantiles,
                "a": histograms(a),
                "b": histograms(b),
            }
        )
    print(json.dumps(sets, separators=(",", ":")).replace('{"name"', '\n{"name"'))


main()
