"""Findings somebody has looked at: `accepted.json` says why each is right to be there. Not a place to hide faults in:
an entry that nothing meets any more is as wrong as a finding without an entry.
"""

import json
from pathlib import Path

FILE = Path(__file__).with_name("accepted.json")


def read():
    """Finding -> reason."""
    entries = json.loads(FILE.read_text(encoding="utf-8"))
    wrong = [key for key, reason in entries.items() if len(reason.split()) < 3]
    if wrong:
        raise SystemExit(f"{FILE.name}: no reason given for: {wrong}")
    return entries


def sort(findings):
    """The findings nobody accepted, each once with an example, and the keys of those somebody did."""
    entries = read()
    open_ones, met = {}, set()
    for finding in findings:
        if finding["key"] in entries:
            met.add(finding["key"])
        else:
            open_ones.setdefault(finding["key"], finding["detail"])
    return open_ones, met
