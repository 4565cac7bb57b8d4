"""Whether CDISC's engine, as the kit runs it, gives CDISC's published results of its test cases: `make parity`.

Exit code 1 where a case does not agree and has no reason in `parity_exceptions.yml`, or has one and agrees.
"""

from __future__ import annotations

import argparse
import sys
import time
from importlib import metadata
from pathlib import Path

from trialbook.conformance.parity import Case, parity, write_csv
from trialbook.conformance.parity_report import complaints, parity_text
from trialbook.errors import TrialbookError
from trialbook.standards import list_ct, load_ct, load_standard

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[1] / "shared" / "reference" / "core"


def main() -> int:
    """Run the cases, write the tables, and say by the exit code whether every exception has its reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path, default=REFERENCE / "cases", help="folder of RULE/(positive|negative)/NN/data")
    parser.add_argument("--rules", type=Path, default=REFERENCE / "rules", help="folder, file or zip of rules")
    parser.add_argument("--reasons", type=Path, default=HERE / "parity_exceptions.yml")
    parser.add_argument("--table", type=Path, default=HERE / "parity.md", help="the table for people")
    parser.add_argument("--out", type=Path, default=HERE.parent / "out" / "parity.csv", help="the table of all cases")
    asked = parser.parse_args()
    started = time.monotonic()
    done = 0

    def step(case: Case) -> None:
        nonlocal done
        done += 1
        if sys.stderr.isatty() or done % 100 == 0:
            print(f"{done} {case.name}", file=sys.stderr, end="\n" if done % 100 == 0 else "\r")

    try:
        found = parity(asked.cases, asked.rules, asked.reasons, load_standard(), load_ct(list_ct()[-1]), step)
    except TrialbookError as error:
        print(error, file=sys.stderr)
        return 2
    write_csv(found.compared, asked.out, found.reasons)
    text = parity_text(found, metadata.version("cdisc-rules-engine"), "SDTMIG 3.4")
    asked.table.write_text(text, encoding="utf-8")
    wrong = complaints(found)
    print(text)
    print(f"{len(found.compared):,} cases in {time.monotonic() - started:.0f} s: {asked.table}, {asked.out}")
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
