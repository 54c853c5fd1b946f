#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks what "cotask trace" has written: "check_trace.py NAME", of NAME.json and NAME.svg.

Each task has a name; what it does is told without gaps and overlaps, one slice after the
other, and each has an end; times are in the recording.  The picture is well-formed.
"""
import json
import sys
import xml.etree.ElementTree

PHASES = {"M": {"args"}, "X": {"ts", "dur", "cat"}, "i": {"ts", "s"}, "C": {"ts", "args"}}
KINDS = {"runs", "ready"}


def check_event(event):
    missing = ({"ph", "pid", "tid", "name"} | PHASES[event["ph"]]) - event.keys()
    if missing:
        return f"{event}: no {missing}"
    for key in ("ts", "dur"):
        if event.get(key, 0) < 0:
            return f"{event}: negative"
    return None


def check_lane(lane, slices):
    end = None
    for s in slices:
        # No rounding: a consumer adds as this does, and must not see an overlap.
        begin = s["ts"]
        if end is not None and begin != end:
            return f"{lane}: a slice begins at {begin}, the one before ends at {end}"
        end = begin + s["dur"]
    return None


def check_json(path):
    with open(path) as f:
        events = json.load(f)["traceEvents"]
    errors = [e for e in map(check_event, events) if e]
    lanes = {}
    for event in events:
        if event["ph"] == "X":
            lanes.setdefault((event["pid"], event["tid"]), []).append(event)
    errors += [e for e in (check_lane(k, v) for k, v in lanes.items()) if e]
    named = {(e["pid"], e["tid"]) for e in events if e["name"] == "thread_name"}
    loops = {e["pid"] for e in events if e["name"] == "process_name"}
    errors += [f"{lane} has no name" for lane in lanes if lane not in named]
    errors += [f"loop {pid} has no name" for pid, _ in lanes if pid not in loops]
    kinds = {e["name"] for e in events if e["ph"] == "X"}
    errors += [f"nothing {kind}" for kind in KINDS - kinds]
    return errors, len(events), len(lanes)


def check_svg(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    rects = sum(1 for e in root.iter() if e.tag.endswith("rect"))
    return [] if rects > 20 else [f"only {rects} boxes in the picture"]


def main():
    errors, events, lanes = check_json(sys.argv[1] + ".json")
    errors += check_svg(sys.argv[1] + ".svg")
    print(f"trace: {events} events, {lanes} tasks, {len(errors)} errors")
    for error in errors[:10]:
        print("trace:", error)
    return bool(errors)


sys.exit(main())
