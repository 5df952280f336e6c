#!/usr/bin/env python3
"""Writes corpus.golden.tsv from the recordings themselves: for each file the
sessions in it and, for each session, events, clicks and milliseconds from the
earliest to the latest timestamp. It shares no code with the importer.

usage: corpus.py FOLDER-OF-RECORDINGS > corpus.golden.tsv
"""
import gzip, json, os, sys


def is_event(v):
    return isinstance(v, dict) and type(v.get("type")) in (int, float) and "data" in v


def plain(v):
    """A tuple [window, event] is its event."""
    if isinstance(v, list) and len(v) == 2 and isinstance(v[0], str) and is_event(v[1]):
        return v[1]
    return v if is_event(v) else None


def arrays(v):
    """Outermost arrays of events, in order."""
    if isinstance(v, list):
        if v and plain(v[0]) is not None:
            return [[plain(e) for e in v if plain(e) is not None]]
        return [a for e in v for a in arrays(e)]
    if isinstance(v, dict):
        if is_event(v):
            return [[v]]
        return [a for e in v.values() for a in arrays(e)]
    return []


def sessions(text):
    try:
        found = arrays(json.loads(text))
    except json.JSONDecodeError:
        lines = [l for l in text.split("\n") if l.strip()]
        try:
            found = [[plain(json.loads(l)) for l in lines]]
        except json.JSONDecodeError:
            return []
        if None in found[0]:
            return []
    return [s for s in found if s]


def row(events):
    times = [e["timestamp"] for e in events if isinstance(e.get("timestamp"), (int, float))]
    clicks = sum(
        1
        for e in events
        if e["type"] == 3 and isinstance(e["data"], dict) and e["data"].get("source") == 2 and e["data"].get("type") == 2
    )
    length = max(times) - min(times) if times else 0
    return f"{len(events)}/{clicks}/{length:g}" if length < 1e6 else f"{len(events)}/{clicks}/{length}"


root = sys.argv[1]
for folder, dirs, files in sorted(os.walk(root)):
    dirs.sort()
    for name in sorted(files):
        path = os.path.join(folder, name)
        if not name.endswith((".json", ".jsonl", ".gz")):
            continue
        opener = gzip.open if name.endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8", newline="\n") as f:
            rows = [row(s) for s in sessions(f.read())]
        print(os.path.relpath(path, root), *rows, sep="\t")
