// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/report/report.hpp"

namespace sim::result {
namespace {

constexpr const char* kStyle = R"css(
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #16202c; --soft: #5b6878; --line: #dfe4ea; --grid: #eceff3;
  --good: #14713d; --good-bg: #e3f4ea; --bad: #b3261e; --bad-bg: #fbe9e7; --band: #c2410c22;
  --c1: #2563c9; --c2: #7fb0f2; --c3: #0d8a80; --c4: #d98a0b; --c5: #8257c9; --c6: #97a3b2;
  --c7: #c8447f; --c8: #7d8c1e; --cable: #cbd3dc;
  --n0: #1c4b98; --n1: #4c87dc; --n2: #93bbf0; --n3: #cfe0f8;
  --q0: #b3261e; --q1: #dd6b10; --q2: #cfa60c; --q3: #6ab04c; --q4: #14713d; }
@media (prefers-color-scheme: dark) { :root {
  --page: #10151c; --card: #18202a; --ink: #e7ecf2; --soft: #9aa7b6;
  --line: #2b3643; --grid: #232d39;
  --good: #63d394; --good-bg: #143524; --bad: #ff8f85; --bad-bg: #431d1a; --band: #fb923c2e;
  --c1: #6aa5ff; --c2: #35588c; --c3: #37c4b7; --c4: #f2b544; --c5: #b494f2; --c6: #6f7c8c;
  --c7: #f28ab8; --c8: #b9c95a; --cable: #3b4858;
  --n0: #d3e4ff; --n1: #7fb2ff; --n2: #4478c4; --n3: #2b4c80;
  --q0: #ff6b5e; --q1: #ff9d4d; --q2: #f2d14e; --q3: #9ade86; --q4: #2fa866; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 28px 24px 48px; }
h1 { font-size: 30px; line-height: 1.15; margin: 2px 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 17px; margin: 34px 0 12px; }
h3 { font-size: 15px; margin: 0; }
p { margin: 0; }
.kicker { color: var(--soft); font-size: 12px; letter-spacing: .09em; text-transform: uppercase; }
.meta { color: var(--soft); font-variant-numeric: tabular-nums; }
header { display: flex; gap: 24px; justify-content: space-between; align-items: flex-start;
  flex-wrap: wrap; }
.verdict { border-radius: 8px; padding: 10px 16px; font-weight: 600; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); }
.verdict.good { background: var(--good-bg); } .verdict.bad { background: var(--bad-bg); }
.verdict.open { color: var(--soft); background: var(--grid); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(138px, 1fr)); gap: 12px;
  margin: 22px 0 12px; }
.tile, figure, .table { background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; }
.tile { padding: 12px 16px; }
.tile b { display: block; font-size: 25px; line-height: 1.25; font-weight: 650;
  font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; }
.charts { display: grid; grid-template-columns: 1fr 1fr; gap: 14px; }
.charts .wide { grid-column: 1 / -1; }
figure { margin: 0; padding: 14px 16px 10px; min-width: 0; }
figcaption { display: flex; flex-wrap: wrap; gap: 2px 16px; justify-content: space-between;
  align-items: baseline; margin-bottom: 6px; }
figure svg { display: block; width: 100%; height: auto; }
.note, .none { color: var(--soft); font-size: 13px; }
.none { padding: 60px 0; text-align: center; }
.legend { display: flex; flex-wrap: wrap; gap: 0 14px; font-size: 12.5px; color: var(--soft); }
.legend i { display: inline-block; width: 14px; margin-right: 6px; vertical-align: middle; }
.legend .block { height: 10px; border-radius: 2px; background: var(--c); }
.legend .dash { height: 0; border-top: 2.5px solid var(--c); }
.s1 { --c: var(--c1); } .s2 { --c: var(--c2); } .s3 { --c: var(--c3); }
.s4 { --c: var(--c4); } .s5 { --c: var(--c5); } .s6 { --c: var(--c6); }
.s7 { --c: var(--c7); } .s8 { --c: var(--c8); }
.q0 { --c: var(--q0); } .q1 { --c: var(--q1); } .q2 { --c: var(--q2); } .q3 { --c: var(--q3); }
.q4 { --c: var(--q4); } .unknown { --c: var(--soft); } .base { --c: var(--ink); }
.n0 { --c: var(--n0); } .n1 { --c: var(--n1); } .n2 { --c: var(--n2); } .n3 { --c: var(--n3); }
.map figcaption { display: block; } .map .legend { margin-top: 3px; }
.legend .mark { width: 10px; height: 10px; background: var(--c); }
.legend .dot { border-radius: 50%; }
.legend .lost { background: var(--card); border: 2px solid var(--bad); }
svg .cable { fill: none; stroke: var(--cable); stroke-width: 3.5; stroke-linecap: round; }
svg .link { stroke: var(--c); stroke-width: 1.6; }
svg .link.q0 { stroke-dasharray: 2 3; } svg .link.q1 { stroke-dasharray: 6 3; }
svg .link.unknown { stroke-dasharray: 1 4; }
svg .link:hover { stroke-width: 4; }
svg .node { fill: var(--c); stroke: var(--card); stroke-width: 1.4; }
svg .node.lost { fill: var(--card); stroke: var(--bad); stroke-width: 2; }
svg .node:hover { stroke: var(--ink); stroke-width: 2.5; }
svg .number { font-size: 10.5px; fill: var(--ink); pointer-events: none; paint-order: stroke;
  stroke: var(--card); stroke-width: 2.5px; stroke-linejoin: round; }
svg.lcd { print-color-adjust: exact; } figure svg.lcd + .note { margin-top: 6px; }
svg .scale { fill: none; stroke: var(--soft); }
svg text { font-size: 11.5px; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .ylab { text-anchor: end; } svg .xlab, svg .name { text-anchor: middle; }
svg .unit { text-anchor: start; transform: translateX(-44px); }
svg .grid { stroke: var(--grid); } svg .axis { stroke: var(--line); }
svg .line { fill: none; stroke: var(--c); stroke-width: 1.7; stroke-linejoin: round; }
svg .line.s6 { stroke-width: 1; }
svg .fill { fill: var(--c); opacity: .16; } svg .bar { fill: var(--c); }
svg .band { fill: var(--band); } svg .bandlab, svg .marklab { font-size: 11px; fill: var(--ink);
  paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
svg .bandlab { text-anchor: middle; } svg .end { text-anchor: end; }
svg .marker { stroke: var(--ink); stroke-dasharray: 3 3; opacity: .6; }
svg .hover { fill: transparent; } svg .hover:hover { fill: var(--ink); opacity: .09; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; color: var(--soft); font-weight: 500; font-size: 12.5px; }
th, td { padding: 7px 16px; border-bottom: 1px solid var(--grid); white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
td.num, th.num { text-align: right; font-variant-numeric: tabular-nums; }
td.last { width: 99%; white-space: normal; }
.cols { display: grid; grid-template-columns: 1fr 1fr; gap: 14px; align-items: start; }
.stack { display: grid; gap: 14px; min-width: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 0 34px;
  padding: 8px 16px; font-size: 14px; }
.figures div { display: flex; justify-content: space-between; gap: 12px; padding: 5px 0; }
.figures span { color: var(--soft); }
.figures b { font-weight: 500; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: 12.5px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
footer { margin-top: 30px; color: var(--soft); font-size: 12.5px; overflow-wrap: anywhere; }
@media (max-width: 860px) { .charts, .cols { grid-template-columns: 1fr; } }
@media (max-width: 640px) {
  main { padding: 18px 12px 32px; } figure { overflow-x: auto; }
  .wide:not(.map) svg { min-width: 820px; }
  .map .number { display: none; } .map .scalelab { font-size: 22px; }
  .map .link { stroke-width: 3; } .map .cable { stroke-width: 6; } .map .node { stroke-width: 2; } }
@media print { body { background: none; } figure, .table { break-inside: avoid; } }
)css";

}  // namespace

const char* report_style() { return kStyle; }

}  // namespace sim::result
