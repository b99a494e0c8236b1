#include "labs/report/html_style.h"

namespace inferlab::labs {

// Two colours carry meaning, and the colour-blind can tell them apart: blue for what holds,
// vermilion for what does not. A word or a sign says the same each time.
const std::string_view kHtmlStyle = R"css(
:root {
  --page: #f4f5f7; --card: #ffffff; --ink: #14181f; --soft: #59636f; --line: #e2e5ea;
  --faint: #eef0f3; --good: #0067a5; --bad: #b34700; --good-ground: #e6f1f8;
  --bad-ground: #fbeee4; --l2: #00796b; --l3: #8a4f9e; --l4: #7a6a00;
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 1040px; margin: 0 auto; padding: 40px 24px 56px; }
h1, h2, h3, p, dl, dd, ol, figure { margin: 0; }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -.02em; font-weight: 680; }
h2 { font-size: 13px; letter-spacing: .08em; text-transform: uppercase; color: var(--soft);
  font-weight: 640; margin: 40px 0 14px; }
code { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
.brand { display: flex; gap: 10px; align-items: baseline; color: var(--soft);
  margin-bottom: 18px; }
.brand b { color: var(--ink); font-size: 16px; letter-spacing: -.01em; }
.head { padding: 30px 32px 26px; }
.lab { color: var(--soft); margin-top: 6px; }
.verdict { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 12px 28px;
  margin-top: 26px; }
.points { font-size: 52px; line-height: 1; font-weight: 700; letter-spacing: -.035em;
  font-variant-numeric: tabular-nums; }
.points small { font-size: 19px; font-weight: 500; letter-spacing: -.01em; color: var(--soft); }
.pill { display: inline-block; padding: 6px 15px; border-radius: 99px; font-weight: 660;
  font-size: 15px; margin-bottom: 5px; }
.held { color: var(--soft); margin-bottom: 10px; }
.pass .pill { background: var(--good); color: var(--card); }
.fail .pill { background: var(--bad); color: var(--card); }
.bar { display: block; width: 100%; height: 10px; border-radius: 5px; overflow: hidden; }
.head .bar { height: 14px; border-radius: 7px; margin-top: 20px; }
.track { fill: var(--line); }
.fill.good { fill: var(--good); }
.fill.bad { fill: var(--bad); }
.gate { fill: var(--ink); }
.under { display: flex; justify-content: space-between; gap: 12px; color: var(--soft);
  font-size: 13px; margin-top: 7px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
  gap: 14px 24px; margin-top: 24px; padding-top: 20px; border-top: 1px solid var(--line); }
.facts dt, .why dt { color: var(--soft); font-size: 12.5px; }
.facts dd { font-weight: 560; overflow-wrap: anywhere; }
.marks { display: grid; grid-template-columns: repeat(5, 1fr); gap: 14px; }
.mark-of { padding: 17px 18px 18px; }
.mark-of h3 { font-size: 14px; font-weight: 600; line-height: 1.3; min-height: 2.6em; }
.mark-of p { font-size: 26px; font-weight: 680; letter-spacing: -.02em; margin: 8px 0 9px;
  font-variant-numeric: tabular-nums; }
.mark-of p small { font-size: 14px; font-weight: 500; color: var(--soft); letter-spacing: 0; }
.mark-of .none { color: var(--soft); font-size: 13.5px; font-weight: 400; letter-spacing: 0;
  line-height: 1.4; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-size: 12.5px; font-weight: 560; color: var(--soft);
  padding: 13px 20px 11px; }
td { padding: 15px 20px; border-top: 1px solid var(--line); vertical-align: top; }
th.right, td.right { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.right b { font-size: 17px; }
td.right span { color: var(--soft); }
.state { white-space: nowrap; font-weight: 640; width: 1%; }
.ok .state { color: var(--good); }
.no .state { color: var(--bad); }
.held-up .state { color: var(--soft); }
.no td { background: var(--bad-ground); }
tbody tr:last-child td:first-child { border-bottom-left-radius: 13px; }
tbody tr:last-child td:last-child { border-bottom-right-radius: 13px; }
.title { font-weight: 600; }
.id { color: var(--soft); margin-left: 8px; font-size: 12.5px; overflow-wrap: anywhere; }
.seen { color: var(--soft); margin-top: 2px; overflow-wrap: anywhere; white-space: pre-line; }
.why { display: grid; grid-template-columns: 84px 1fr; gap: 5px 12px; margin-top: 9px; }
.why dt { padding-top: 2px; }
.head .why { grid-template-columns: 110px 1fr; margin-top: 18px; }
.why dd { overflow-wrap: anywhere; white-space: pre-line; min-width: 0; }
.tag { display: inline-block; border: 1px solid var(--line); background: var(--card);
  border-radius: 6px; padding: 0 7px; margin-right: 5px; font-size: 12.5px; color: var(--soft); }
.plots { display: grid; grid-template-columns: repeat(2, 1fr); gap: 14px; }
figure { padding: 17px 18px 10px; min-width: 0; }
figcaption { display: flex; flex-wrap: wrap; gap: 2px 18px; margin-bottom: 8px;
  justify-content: space-between; }
figcaption b { font-weight: 600; }
figcaption small { font-weight: 400; color: var(--soft); font-size: 12.5px; margin-left: 4px; }
.keys { display: flex; flex-wrap: wrap; gap: 2px 16px; color: var(--soft); font-size: 13px; }
.key { width: 22px; height: 8px; margin-right: 6px; vertical-align: 1px; }
.plot { display: block; width: 100%; height: auto; }
.plot text { font-size: 11px; fill: var(--soft); font-variant-numeric: tabular-nums; }
.plot .end { text-anchor: end; }
.plot .mid { text-anchor: middle; }
.grid { stroke: var(--line); stroke-width: 1; }
.base { stroke: var(--soft); stroke-width: 1; stroke-opacity: .55; }
.l0, .l1, .l2, .l3, .l4, .l5, .l6, .l7 { fill: none; stroke-width: 1.8; stroke-linejoin: round;
  stroke-linecap: round; stroke: var(--l4); stroke-dasharray: 2 3; }
.l0 { stroke: var(--good); stroke-dasharray: none; }
.l1 { stroke: var(--bad); stroke-dasharray: 6 3; }
.l2 { stroke: var(--l2); stroke-dasharray: 1 4; }
.l3 { stroke: var(--l3); stroke-dasharray: 9 3 2 3; }
.d0 { fill: var(--good); }
.d1 { fill: var(--bad); }
.d2 { fill: var(--l2); }
.d3 { fill: var(--l3); }
.d4, .d5, .d6, .d7 { fill: var(--l4); }
.a0 { fill: var(--good); fill-opacity: .09; }
.mark { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3; }
.flag { fill: var(--card); stroke: var(--soft); }
.plot .flagno { text-anchor: middle; font-size: 9.5px; fill: var(--ink); font-weight: 600; }
.events { columns: 2; column-gap: 32px; padding: 14px 20px 14px 40px; margin-top: 14px;
  color: var(--soft); font-size: 13.5px; }
.events li { padding-left: 4px; overflow-wrap: anywhere; break-inside: avoid; }
.events b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
.next { display: flex; flex-wrap: wrap; gap: 6px 16px; align-items: baseline; padding: 18px 22px;
  margin-top: 40px; }
.next b { font-weight: 640; }
.notes { padding: 16px 22px 16px 40px; }
.foot { margin-top: 36px; color: var(--soft); font-size: 12.5px; }
.foot code { font-size: 12px; overflow-wrap: anywhere; }
.foot p { margin-top: 3px; }
@media (max-width: 820px) {
  .marks { grid-template-columns: repeat(2, 1fr); }
  .mark-of h3 { min-height: 0; }
  .plots { grid-template-columns: 1fr; }
  .events { columns: 1; }
}
@media (max-width: 520px) {
  main { padding: 18px 12px 36px; }
  .head { padding: 22px 20px; }
  h1 { font-size: 24px; }
  td, th { padding-left: 12px; padding-right: 12px; }
  .why { grid-template-columns: 1fr; gap: 0; }
  .why dd { margin-bottom: 6px; }
  .id { display: block; margin-left: 0; }
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    color-scheme: dark; --page: #0d1014; --card: #161a20; --ink: #e9ecf1; --soft: #98a2af;
    --line: #2a313a; --faint: #1d222a; --good: #63b6ec; --bad: #ff9d5c; --good-ground: #12283a;
    --bad-ground: #241a13; --l2: #4ec3b0; --l3: #c995dc; --l4: #d6c34a;
  }
}
@media print {
  @page { margin: 14mm; }
  :root { --page: #ffffff; }
  body { font-size: 10.5pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  h2 { margin: 22px 0 9px; break-after: avoid; }
  tr, figure, .mark-of, .next { break-inside: avoid; }
  .head { padding: 0 0 6px; border: 0; }
  th, td { padding: 8px 12px; }
  .marks { grid-template-columns: repeat(5, 1fr); gap: 8px; }
  .mark-of { padding: 10px 11px 12px; }
  .mark-of h3 { font-size: 9.5pt; min-height: 2.6em; }
  .plots { grid-template-columns: repeat(2, 1fr); gap: 8px; }
  figure { padding: 10px 11px 6px; }
}
)css";

const std::string_view kHtmlStyleHash = "SdAwX5ha5jlb8DPZPFee+JShHXNGWlmBHii7Jbdgs4w=";

}  // namespace inferlab::labs
