#include "labs/report/lab_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "labs/report/cluster_picture.h"
#include "labs/report/escape.h"
#include "labs/report/markdown_html.h"

namespace inferlab::labs {
namespace {

constexpr std::string_view kStyle = R"css(
:root { --ink: #14181f; --soft: #59636f; --line: #d9dde3; --ground: #f4f5f7; --blue: #0067a5;
  --rust: #b34700; --card: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebef; --soft: #a3adb8; --line: #363d46;
  --ground: #14181d; --blue: #62b5e5; --rust: #f0955a; --card: #1d232a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 820px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 32px; line-height: 1.2; letter-spacing: -.02em; margin: 0 0 6px; }
h2 { font-size: 20px; margin: 38px 0 10px; letter-spacing: -.01em; }
.facts { color: var(--soft); margin: 0 0 22px; }
.objective { font-size: 18px; border-left: 4px solid var(--blue); padding-left: 16px; }
.objective p { margin: 0 0 8px; }
code { font: 14px/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre, .command { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 9px 14px; overflow-x: auto; margin: 12px 0 4px; }
.why { color: var(--soft); margin: 0 0 14px; }
li { margin: 5px 0; }
.drill { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 12px 18px 6px; margin: 12px 0; break-inside: avoid; }
.drill h3 { margin: 0; font-size: 16px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 7px 10px 7px 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td:first-child { white-space: nowrap; font-variant-numeric: tabular-nums; }
.rows { color: var(--soft); font-size: 13.5px; }
.cluster { width: 100%; height: auto; margin: 14px 0; }
.cluster .card { fill: var(--card); stroke: var(--line); }
.cluster .node { fill: none; stroke: var(--soft); }
.cluster .chip { fill: var(--blue); }
.cluster text { fill: var(--ink); font-family: system-ui, sans-serif; }
.cluster .pool { font-size: 18px; font-weight: 650; }
.cluster .small { font-size: 13px; }
.cluster .mono { font: 11px ui-monospace, Menlo, "DejaVu Sans Mono", monospace; }
.cluster .taint { fill: var(--rust); }
@media print { body { background: #fff; } main { padding: 0; } h2 { break-after: avoid; } }
)css";

constexpr std::string_view kReload = R"js(
let version = null;
setInterval(async () => {
  try {
    const now = await (await fetch('/version')).text();
    if (version !== null) { if (now !== version) location.reload(); }
    version = now;
  } catch (gone) { document.title = 'ended: ' + document.title.replace('ended: ', ''); }
}, 700);
)js";

std::string list(const char* tag, const std::vector<std::string>& items) {
  std::string out = fmt::format("<{}>\n", tag);
  for (const std::string& item : items) out += fmt::format("<li>{}</li>\n", markdown_line(item));
  return out + fmt::format("</{}>\n", tag);
}

std::string questions(const LabSpec& lab) {
  if (lab.quiz.empty()) return {};
  std::string out = "<h2>Questions</h2>\n<ol>\n";
  for (const Question& question : lab.quiz) {
    out += fmt::format("<li>{} <span class=\"rows\"><code>{}</code></span>",
                       markdown_html(question.text), for_xml(question.id));
    if (!question.options.empty()) {
      out += "<ul>";
      for (const auto& [id, text] : question.options) {
        out += fmt::format("<li><code>{}</code> {}</li>\n", for_xml(id), markdown_line(text));
      }
      out += "</ul>";
    }
    out += "</li>\n";
  }
  return out + "</ol>\n";
}

std::string body_of(const LabSpec& lab) {
  std::string out = fmt::format(
      "<h1>{}</h1>\n<p class=\"facts\"><code>{}</code> · about {} "
      "minutes · {} points, {} to pass{}</p>\n",
      for_xml(lab.title), for_xml(lab.id), lab.minutes, lab.total_points(), lab.pass_points,
      lab.learner.empty() ? std::string() : " · variant of " + for_xml(lab.learner));
  out += fmt::format("<div class=\"objective\">{}</div>\n", markdown_html(lab.objective));
  out += "<h2>Before you begin</h2>\n" + list("ul", lab.prerequisites);
  out += "<h2>The situation</h2>\n" + markdown_html(lab.story);
  out += cluster_picture(lab.cluster);
  out += "<h2>Tasks</h2>\n" + list("ol", lab.tasks);
  out += "<h2>Commands to look around</h2>\n";
  for (const LabCommand& command : lab.commands) {
    out += fmt::format("<pre><code>{}</code></pre><p class=\"why\">{}</p>\n", for_xml(command.run),
                       markdown_line(command.why));
  }
  out += questions(lab);
  out += "<h2>How to see that it works</h2>\n" + list("ul", lab.validation_signals);
  out += "<h2>Failure drills</h2>\n";
  for (const LabDrill& drill : lab.failure_drills) {
    out +=
        fmt::format("<div class=\"drill\"><h3>{}</h3>{}<p><strong>Expect:</strong> {}</p></div>\n",
                    for_xml(drill.title), markdown_html(drill.steps), markdown_line(drill.expect));
  }
  out += "<h2>Signals that the drills move</h2>\n" + list("ul", lab.expected_signals);
  out += "<h2>What is graded</h2>\n<table><tr><th>Points</th><th>What must hold</th></tr>\n";
  for (const LabCheck& check : lab.checks) {
    out += fmt::format("<tr><td>{}</td><td>{}<br/><span class=\"rows\">{}</span></td></tr>\n",
                       check.points, for_xml(check.title),
                       for_xml(fmt::format("{}", fmt::join(check.rows, ", "))));
  }
  out += "</table>\n<h2>Read more</h2>\n" + list("ul", lab.sources);
  return out + fmt::format("<p class=\"facts\">Reviewed {}.</p>\n", for_xml(lab.reviewed));
}

}  // namespace

std::string lab_page(const LabSpec& lab, bool reloads) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'{}; base-uri 'none'; form-action 'none'\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}</main>\n{}</body>\n</html>"
      "\n",
      reloads ? "; script-src 'unsafe-inline'; connect-src 'self'" : "", for_xml(lab.title), kStyle,
      body_of(lab), reloads ? fmt::format("<script>{}</script>\n", kReload) : std::string());
}

std::string lab_markdown(const LabSpec& lab) {
  std::string out =
      fmt::format("# {}\n\n`{}`, about {} minutes, {} points, {} to pass\n\n{}\n", lab.title,
                  lab.id, lab.minutes, lab.total_points(), lab.pass_points, lab.objective);
  const auto add = [&](std::string_view title, const std::vector<std::string>& items,
                       bool numbered = false) {
    out += fmt::format("\n## {}\n\n", title);
    for (std::size_t i = 0; i < items.size(); ++i) {
      out += numbered ? fmt::format("{}. {}\n", i + 1, items[i]) : fmt::format("- {}\n", items[i]);
    }
  };
  add("Before you begin", lab.prerequisites);
  out += fmt::format("\n## The situation\n\n{}\n", lab.story);
  add("Tasks", lab.tasks, true);
  out += "\n## Commands to look around\n";
  for (const LabCommand& command : lab.commands) {
    out += fmt::format("\n```\n{}\n```\n{}\n", command.run, command.why);
  }
  if (!lab.quiz.empty()) out += "\n## Questions\n";
  for (const Question& question : lab.quiz) {
    out += fmt::format("\n**{}** {}\n", question.id, question.text);
    for (const auto& [id, text] : question.options) out += fmt::format("- `{}` {}\n", id, text);
  }
  add("How to see that it works", lab.validation_signals);
  out += "\n## Failure drills\n";
  for (const LabDrill& drill : lab.failure_drills) {
    out += fmt::format("\n### {}\n\n{}\n\nExpect: {}\n", drill.title, drill.steps, drill.expect);
  }
  add("Signals that the drills move", lab.expected_signals);
  out += "\n## What is graded\n\n| points | what must hold | rows |\n| ---: | --- | --- |\n";
  for (const LabCheck& check : lab.checks) {
    out +=
        fmt::format("| {} | {} | {} |\n", check.points, check.title, fmt::join(check.rows, ", "));
  }
  add("Read more", lab.sources);
  return out + fmt::format("\nReviewed {}.\n", lab.reviewed);
}

}  // namespace inferlab::labs
