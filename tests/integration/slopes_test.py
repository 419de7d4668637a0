"""The slopes that a soak prints."""

import math
import random
import unittest

from slopes import slope


class SlopesTest(unittest.TestCase):
    def test_a_line_has_its_slope_and_no_margin(self):
        found = slope([(0, x, 3 + 2 * x) for x in range(10)])
        self.assertAlmostEqual(found.value, 2)
        self.assertAlmostEqual(found.margin, 0)

    def test_a_level_of_its_own_in_each_sitting_is_no_slope(self):
        found = slope([(sitting, 10 * sitting + x, 50 - 30 * sitting)
                       for sitting in range(3) for x in range(10)])
        self.assertAlmostEqual(found.value, 0)

    def test_two_samples_of_a_sitting_prove_nothing(self):
        self.assertEqual(slope([(0, 0, 1), (0, 1, 5)]).margin, math.inf)
        self.assertEqual(slope([]).margin, math.inf)

    def test_the_interval_holds_the_true_slope_in_nineteen_of_twenty(self):
        dice = random.Random(1)
        held = 0
        for _ in range(1000):
            found = slope([(0, x, 0.5 * x + dice.gauss(0, 4)) for x in range(12)])
            held += abs(found.value - 0.5) <= found.margin
        self.assertGreater(held, 930)
        self.assertLess(held, 970)


if __name__ == "__main__":
    unittest.main()
