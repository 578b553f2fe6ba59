#!/usr/bin/env python3
# SPDX-FileCopyrightText: amitwin contributors
# SPDX-License-Identifier: Apache-2.0
"""Draws what bench_metrology measured: docs/metrology-bench.svg.

    ninja -C build/release bench_metrology
    build/release/bench/bench_metrology --benchmark_repetitions=7 --benchmark_out=bench.json
    bench/plot.py bench.json docs/metrology-bench.svg

Left: the share that each kernel reaches of the machine's limit, measured in the same run. Right: how
many times faster it is than its peers there. Medians where the run was repeated; the line is the
bar a kernel is held to. A day's limit is its bar: what it may take, over what it takes. Nothing but the standard library is needed.
"""
import json
import math
import statistics
import sys

# Kernel, its bar as a share of the limit, peers (counter, name) and the bar as a ratio to the first.
KERNELS = [
    ("fused", 0.80, [("vs_peer", "naive, -O3"), ("vs_eigen", "Eigen")], None),
    ("harmonics", None, [("vs_peer", "FFTW r2c"), ("vs_eigen", "Eigen"),
                         ("vs_goertzel", "Goertzel")], 3),
    ("harmonics_49.5_hz", None, [("vs_peer", "FFTW r2c")], 3),
    ("harmonics_50.5_hz", None, [("vs_peer", "FFTW r2c")], 3),
    ("chain", None, [], None),
    ("t2_day_AD11A", 1.0, [("vs_peer", "every window sampled")], None),
    ("t2_day_AD13A", 1.0, [("vs_peer", "every window sampled")], None),
]
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #333 } .head { font-size: 14px; font-weight: 600 }
.bar { fill: #2f6f9f } .peer { fill: #7a9e3f } .axis { stroke: #bbb } .mark { stroke: #b03030;
stroke-width: 2 } .back { fill: #fff } .soft { fill: #666 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .back { fill: #16191d }
.axis { stroke: #555 } .soft { fill: #aaa } .bar { fill: #5fa3d6 } .peer { fill: #a3c96a } }
"""
ROW, TOP, LEFT, WIDTH = 26, 64, 150, 330


def medians(path):
    """Counters and seconds of each case, the median over its repetitions."""
    runs = {}
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    for run in document["benchmarks"]:
        if run.get("run_type") == "aggregate" or run.get("error_occurred"):
            continue
        case = runs.setdefault(run["name"].split("/")[0], {})
        for key, value in run.items():
            if isinstance(value, (int, float)):
                case.setdefault(key, []).append(value)
    return document["context"], {
        name: {key: statistics.median(values) for key, values in case.items()}
        for name, case in runs.items()}


def shares(cases):
    out = ['<text class="head" x="%d" y="40">share of the machine\'s limit</text>' % LEFT]
    for k in range(0, 6):
        x = LEFT + WIDTH * k / 5
        out.append('<line class="axis" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>' %
                   (x, x, TOP - 8, TOP + ROW * len(KERNELS)))
        out.append('<text class="soft" text-anchor="middle" x="%.1f" y="%d">%d %%</text>' %
                   (x, TOP + ROW * len(KERNELS) + 16, 20 * k))
    for row, (name, bar, _, _) in enumerate(KERNELS):
        y = TOP + ROW * row
        share = cases.get(name, {}).get("vs_limit")
        out.append('<text text-anchor="end" x="%d" y="%d">%s</text>' % (LEFT - 8, y + 13, name))
        if share is None:
            continue
        width = WIDTH * min(share, 1)
        out.append('<rect class="bar" x="%d" y="%d" width="%.1f" height="16"/>' % (LEFT, y, width))
        out.append('<text x="%.1f" y="%d">%.2f</text>' % (LEFT + width + 6, y + 13, share))
        if bar is not None:
            x = LEFT + WIDTH * bar
            out.append('<line class="mark" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>' %
                       (x, x, y - 3, y + 19))
    return out


def ratios(cases, left):
    out = ['<text class="head" x="%d" y="40">times faster than (same run, logarithmic)</text>' %
           left]
    most = 1000

    def at(value):
        return left + WIDTH * math.log(max(value, 1)) / math.log(most)

    for tick in (1, 3, 10, 30, 100, 300, 1000):
        x = at(tick)
        out.append('<line class="axis" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>' %
                   (x, x, TOP - 8, TOP + ROW * len(KERNELS)))
        out.append('<text class="soft" text-anchor="middle" x="%.1f" y="%d">%d</text>' %
                   (x, TOP + ROW * len(KERNELS) + 16, tick))
    for row, (name, _, peers, bar) in enumerate(KERNELS):
        y = TOP + ROW * row
        found = [(cases[name][key], peer) for key, peer in peers
                 if key in cases.get(name, {})]
        height = 18 // max(len(found), 1)
        for k, (ratio, peer) in enumerate(found):
            top = y + k * height
            out.append('<rect class="peer" x="%d" y="%d" width="%.1f" height="%d"/>' %
                       (left, top, at(ratio) - left, height - 1))
        if found:
            label = ", ".join("%s %.3g" % (peer, ratio) for ratio, peer in found)
            x = max(at(ratio) for ratio, _ in found) + 6
            out.append('<text x="%.1f" y="%d">%s</text>' % (x, y + 13, label))
        if bar is not None and found:
            out.append('<line class="mark" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>' %
                       (at(bar), at(bar), y - 3, y + 19))
    return out


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: plot.py BENCH.json OUT.svg")
    context, cases = medians(sys.argv[1])
    missing = [name for name, _, _, _ in KERNELS if name not in cases]
    if missing:
        sys.exit("%s: no case %s; run bench_metrology without a filter" %
                 (sys.argv[1], ", ".join(missing)))
    right = LEFT + WIDTH + 90
    width, height = right + WIDTH + 200, TOP + ROW * len(KERNELS) + 60
    note = "%d processors of %d MHz; medians; %s single-phase meters sample by sample in real " \
           "time on one core" % (context["num_cpus"], context["mhz_per_cpu"],
                                 format(round(cases["chain"]["meters"], -3), ",.0f"))
    lines = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d">' %
             (width, height, width), "<style>%s</style>" % STYLE,
             '<rect class="back" width="%d" height="%d"/>' % (width, height)]
    lines += shares(cases) + ratios(cases, right)
    lines.append('<text class="soft" x="%d" y="%d">%s</text>' % (LEFT, height - 12, note))
    lines.append("</svg>")
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


main()
