"""How good the study's rules are, on exports broken in known places: `make quality`.

Exit code 1 where a figure is less than what is asked.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from trialbook.quality import in_turn, measure, quality_text

STUDY = Path(__file__).resolve().parents[1]


def main() -> int:
    """Measure, print the tables, and say by the exit code whether the figures are reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Path, default=STUDY)
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--subjects", type=int, default=96)
    parser.add_argument("--defects", type=float, default=0.01, help="the part of the records that is broken")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--verbose", action="store_true", help="list what was missed and what was told wrongly")
    asked = parser.parse_args()
    seeds = in_turn(range(asked.first, asked.first + asked.seeds))
    print(f"SYNTHETIC DATA  {asked.seeds} exports of {asked.subjects} subjects, {asked.defects:.1%} of the records broken")
    quality = measure(
        asked.study, seeds, asked.subjects, asked.defects, asked.jobs, lambda seed: print(f"seed {seed}", file=sys.stderr)
    )
    print(quality_text(quality, asked.verbose))
    return 0 if quality.good else 1


if __name__ == "__main__":
    sys.exit(main())
