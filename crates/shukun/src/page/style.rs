//! The page's style sheet: one column, large figures, A4 when printed.

/// Contrast of every text colour on its ground is at least 4.5 : 1.
pub const CSS: &str = r"
:root { color-scheme: light; --ink: #1a1f26; --quiet: #55606e; --line: #d5dbe3; --paid: #2f6db3; --settled: #6b7f99; --family: #b3362b; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f6f9; color: var(--ink); font: 16px/1.55 system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 20px 16px 48px; }
h1 { font-size: 1.6rem; margin: 0 0 4px; }
h2 { font-size: 1.15rem; margin: 28px 0 10px; }
h3 { font-size: 1rem; margin: 0 0 2px; }
.who { margin: 0 0 12px; color: var(--quiet); overflow-wrap: anywhere; }
.person + .person { border-top: 3px solid var(--line); margin-top: 36px; padding-top: 12px; }
.warning { background: #fff3d6; border-left: 5px solid #b37b00; padding: 10px 12px; margin: 0 0 14px; }
.small, .hash { color: var(--quiet); font-size: .85rem; }
.hash { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
.figures { display: flex; flex-wrap: wrap; gap: 10px; margin: 0; }
.figures div { flex: 1 1 170px; background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
.figures dt { color: var(--quiet); font-size: .9rem; }
.figures dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figures .family dd, .postings .family td { color: var(--family); }
.waterfall { list-style: none; margin: 0; padding: 12px 14px; background: #fff; border: 1px solid var(--line); border-radius: 8px; }
.waterfall li { display: grid; grid-template-columns: minmax(0, 15em) minmax(0, 1fr) 9em; column-gap: 12px; align-items: center; padding: 5px 0; }
.waterfall .amount { text-align: right; font-variant-numeric: tabular-nums; }
.waterfall .article { display: block; }
.waterfall svg { width: 100%; height: 22px; display: block; }
.waterfall li.last { border-top: 1px solid var(--line); font-weight: 600; }
.bar-bill { fill: var(--ink); } .bar-paid { fill: var(--paid); } .bar-settled { fill: var(--settled); } .bar-family { fill: var(--family); } .bar-ground { fill: #e9edf2; }
.claim { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; margin: 0 0 10px; break-inside: avoid; }
.claim p { margin: 0 0 6px; }
table { width: 100%; border-collapse: collapse; }
.postings td:first-child { min-width: 8em; }
th { text-align: left; font-weight: 600; font-size: .85rem; color: var(--quiet); }
th, td { padding: 4px 8px 4px 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
thead th { border-top: 0; }
.number { text-align: right; white-space: nowrap; overflow-wrap: normal; font-variant-numeric: tabular-nums; padding-right: 0; padding-left: 8px; }
.notes, .sources ul { padding-left: 1.2em; margin: 0; }
.notes li, .sources li { margin-bottom: 8px; }
@media (max-width: 600px) {
  .waterfall li { grid-template-columns: minmax(0, 1fr) auto; }
  .waterfall svg { grid-column: 1 / -1; grid-row: 2; height: 14px; margin-top: 2px; }
  .postings thead { display: none; }
  .postings tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; border-top: 1px solid var(--line); padding: 5px 0; }
  .postings td { border: 0; padding: 0; }
  .postings td:nth-child(1) { grid-column: 1; grid-row: 1; font-weight: 600; }
  .postings td:nth-child(4) { grid-column: 2; grid-row: 1; }
  .postings td:nth-child(2) { grid-column: 1 / -1; grid-row: 2; }
  .postings td:first-child { min-width: 0; }
  .postings td:nth-child(3) { grid-column: 1 / -1; grid-row: 3; text-align: left; padding: 0; color: var(--quiet); }
}
@media print {
  @page { size: A4; margin: 16mm; }
  body { background: #fff; font-size: 11pt; }
  main { max-width: none; padding: 0; }
  .waterfall, .claim, .figures div { border-color: #888; }
  .waterfall svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .person + .person { break-before: page; border: 0; }
}
";
