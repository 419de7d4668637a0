"""How a figure changes over the rounds of a soak: its slope, and how sure that is.

A soak that was interrupted continues in a new process, whose memory begins at another level: each
sitting has its own level, and all share one slope.
"""

import collections
import math

# Student's t for 95%, by degrees of freedom; beyond, the normal distribution's.
T95 = [math.inf, 12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14,
       2.13, 2.12, 2.11, 2.10, 2.09, 2.09, 2.08, 2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05, 2.04]

Slope = collections.namedtuple("Slope", "value margin")  # per round; value ± margin is 95% sure


def slope(samples):
    """samples: (sitting, round, figure). The least squares line with an intercept per sitting. Rounds
    of a sitting are taken for independent of each other. An infinite margin: too few of them."""
    sittings = collections.defaultdict(list)
    for sitting, round_, figure in samples:
        sittings[sitting].append((round_, figure))
    xx = xy = yy = 0.0
    for points in sittings.values():
        mean_x = sum(x for x, _ in points) / len(points)
        mean_y = sum(y for _, y in points) / len(points)
        for x, y in points:
            xx += (x - mean_x) ** 2
            xy += (x - mean_x) * (y - mean_y)
            yy += (y - mean_y) ** 2
    freedom = len(samples) - len(sittings) - 1
    if xx == 0 or freedom < 1:
        return Slope(0.0, math.inf)
    value = xy / xx
    variance = max(0.0, yy - value * xy) / freedom / xx
    t = T95[freedom] if freedom < len(T95) else 1.96
    return Slope(value, t * math.sqrt(variance))
