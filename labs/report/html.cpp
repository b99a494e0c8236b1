// The report as a page: one file of HTML that is well-formed XML, too. It loads nothing and runs
// nothing: its content security policy lets in its own style sheet and no more.
#include <fmt/format.h>

#include <algorithm>

#include "labs/report/command_words.h"
#include "labs/report/error_report.h"
#include "labs/report/escape.h"
#include "labs/report/formats.h"
#include "labs/report/html_parts.h"
#include "labs/report/plot.h"
#include "labs/report/report_card.h"

namespace inferlab::labs {
namespace {

const std::string kBrand = html_brand("Lab report");

/// `gate`: where what is needed to pass lies; 0: nowhere.
std::string bar(int earned, int points, int gate) {
  const auto share = [points](int part) { return points > 0 ? 100.0 * part / points : 0; };
  std::string out = fmt::format(
      "<svg class=\"bar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
      "aria-hidden=\"true\"><rect class=\"track\" width=\"100\" height=\"10\"/>"
      "<rect class=\"fill {}\" width=\"{:.1f}\" height=\"10\"/>",
      earned >= (gate > 0 ? gate : points) ? "good" : "bad", share(earned));
  // At the very end the bar's own end shows it.
  if (gate > 0 && gate < points) {
    out += fmt::format("<rect class=\"gate\" x=\"{:.1f}\" width=\"0.4\" height=\"10\"/>",
                       share(gate) - 0.2);
  }
  return out + "</svg>\n";
}

std::string fact(std::string_view name, std::string_view value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, for_xml(value));
}

std::string head(const Report& report) {
  std::string out = fmt::format(
      "<header class=\"card head {}\">\n{}<h1>{}</h1>\n<p class=\"lab\"><code>{}</code></p>\n"
      "<div class=\"verdict\"><p class=\"points\">{}<small> / {} points</small></p>"
      "<p><span class=\"pill\">{}</span></p><p class=\"held\">{}</p></div>\n",
      !report.whole() ? ""
      : report.passed ? "pass"
                      : "fail",
      kBrand, for_xml(report.lab_title), for_xml(report.lab_id), report.earned,
      report.points_judged(),
      !report.whole() ? "… So far"
      : report.passed ? "✔ Passed"
                      : "✘ Not passed",
      checks_held(report));
  out += report.whole() ? bar(report.earned, report.points, report.pass_points)
                        : bar(report.earned, report.points_judged(), 0);
  out += fmt::format("<p class=\"under\"><span>0</span><span>{} needed to pass</span></p>\n",
                     report.pass_points);
  out += "<dl class=\"facts\">\n";
  if (!report.learner.empty()) out += fact("Learner", report.learner);
  if (report.present) out += fact("The session has come to", format_duration(*report.present));
  out += fact("Submission", report.submission) + fact("Run", report.horizon + " of virtual time") +
         fact("Applied at", report.apply_at) + fact("Seed", std::to_string(report.seed));
  if (!report.hints_used.empty()) {
    out += fact("Score with hints", fmt::format("{} ({} used, -{})", report.score(),
                                                report.hints_used.size(), report.hint_cost));
  }
  return out + "</dl>\n</header>\n";
}

std::string card(const Report& report) {
  std::string out = "<section>\n<h2>Report card</h2>\n<div class=\"marks\">\n";
  for (const SubScore& score : report_card(report)) {
    out += fmt::format("<div class=\"card mark-of\"><h3>{}</h3>", title_of(score.property));
    if (score.points == 0) {
      out += "<p class=\"none\">This lab asks nothing of it.</p></div>\n";
      continue;
    }
    out += fmt::format("<p>{}<small> / {}</small></p>\n{}</div>\n", score.earned, score.points,
                       bar(score.earned, score.points, 0));
  }
  return out + "</div>\n</section>\n";
}

std::string detail(std::string_view name, const std::string& markup) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, markup);
}

/// How a check's row looks, and what it says.
struct State {
  const char* word;
  const char* shown;
};

State state_of(const CheckResult& check) {
  if (check.judged_by) return {"held-up", "… not yet"};
  if (check.passed) return {"ok", "✔ pass"};
  // One mistake is told once: the check that names it stands out.
  return check.blocked_by.empty() ? State{"no", "✘ fail"} : State{"held-up", "✘ blocked"};
}

std::string check_row(const Report& report, const CheckResult& check) {
  const State state = state_of(check);
  std::string out = fmt::format(
      "<tr class=\"{}\"><td class=\"state\">{}</td>\n<td><p><span class=\"title\">{}</span> "
      "<code class=\"id\">{}</code></p>\n",
      state.word, state.shown, for_xml(check.title), for_xml(check.id));
  if (check.judged_by) {
    out += fmt::format("<p class=\"seen\">{}</p>\n", for_xml(not_yet(check)));
  } else if (check.passed) {
    if (!check.seen.empty()) out += fmt::format("<p class=\"seen\">{}</p>\n", for_xml(check.seen));
  } else {
    out += "<dl class=\"why\">\n" + detail("Seen", for_xml(check.seen));
    // The check that blocks it says the rest.
    if (check.blocked_by.empty()) {
      if (!check.expected.empty()) out += detail("Expected", for_xml(check.expected));
      std::string tags;
      for (const std::string& row : check.rows) {
        tags += fmt::format("<span class=\"tag\">{}</span>", for_xml(row));
      }
      if (!tags.empty()) out += detail("Practises", tags);
      if (!check.hint.empty()) {
        out += detail(
            "Hint", fmt::format("<code>{}</code>",
                                for_xml(hint_command(report.lab_id, check.hint, report.learner))));
      }
    }
    out += "</dl>\n";
  }
  return out + fmt::format("</td>\n<td class=\"right\"><b>{}</b><span> / {}</span></td></tr>\n",
                           check.judged_by ? "–" : std::to_string(check.earned), check.points);
}

std::string checks(const Report& report) {
  std::string out =
      "<section>\n<h2>Checks</h2>\n<div class=\"card\"><table>\n<thead><tr><th scope=\"col\">"
      "Result</th><th scope=\"col\">Check</th><th scope=\"col\" class=\"right\">Points</th></tr>"
      "</thead>\n<tbody>\n";
  for (const CheckResult& check : report.checks) out += check_row(report, check);
  return out + "</tbody>\n</table></div>\n</section>\n";
}

std::string evidence_section(const Evidence& evidence) {
  if (evidence.series.empty()) return {};
  std::string out = "<section>\n<h2>Evidence from the graded run</h2>\n<div class=\"plots\">\n";
  for (const Plot& plot : plots_of(evidence)) out += html_figure(plot, evidence);
  out += fmt::format("</div>\n<p class=\"under\">By scraped metrics; a point stands for {}.</p>\n",
                     format_duration(evidence.window));
  if (!evidence.markers.empty()) {
    out += "<ol class=\"card events\">\n";
    for (const EvidenceMarker& marker : evidence.markers) {
      out +=
          fmt::format("<li><b>{}</b> {}</li>\n", format_duration(marker.at), for_xml(marker.text));
    }
    out += "</ol>\n";
  }
  return out + "</section>\n";
}

std::string notes(const std::vector<std::string>& all) {
  if (all.empty()) return {};
  std::string out = "<section>\n<h2>Notes</h2>\n<ul class=\"card notes\">\n";
  for (const std::string& note : all) out += fmt::format("<li>{}</li>\n", for_xml(note));
  return out + "</ul>\n</section>\n";
}

}  // namespace

std::string report_html(const Report& report) {
  std::string body = head(report) + (report.whole() ? card(report) : "") + checks(report) +
                     evidence_section(report.evidence) + notes(report.notes);
  if (!report.next_lab.empty()) {
    body += fmt::format(
        "<p class=\"card next\"><b>Next lab</b><code>inferlab lab start {}{}</code></p>\n",
        for_xml(report.next_lab), for_xml(learner_words(report.learner)));
  }
  if (!report.whole()) {
    body +=
        "<footer class=\"foot\">\n<p>This is no grade yet: the session is under way.</p>\n"
        "</footer>\n";
    return html_page(fmt::format("{}: {}", report.lab_title, verdict_of(report)), body);
  }
  body += fmt::format(
      "<footer class=\"foot\">\n<p>Graded by re-execution. The same submission gives the same "
      "report, to the last byte:</p>\n<p><code>inferlab grade --lab {} --submission FOLDER --seed "
      "{}{} --format html</code></p>\n<p>Journal <code>{}</code> · run <code>{}</code></p>\n"
      "</footer>\n",
      for_xml(report.lab_id), report.seed, for_xml(learner_words(report.learner)),
      for_xml(report.journal_hash), for_xml(report.run_hash));
  return html_page(fmt::format("{}: {}", report.lab_title, verdict_of(report)), body);
}

std::string error_html(const std::string& lab_id, const std::string& submission,
                       const Error& error) {
  std::string body = fmt::format(
      "<header class=\"card head fail\">\n{}<h1>The submission cannot be graded</h1>\n"
      "<p class=\"lab\"><code>{}</code></p>\n<div class=\"verdict\"><p><span class=\"pill\">"
      "✘ Not graded</span></p></div>\n<dl class=\"facts\">\n",
      kBrand, for_xml(lab_id));
  const PlacedError at = placed(error);
  body += fact("Submission", submission);
  if (!at.file.empty()) body += fact("Place", fmt::format("{}:{}:{}", at.file, at.line, at.column));
  body += "</dl>\n<dl class=\"why\">\n" + detail("What is wrong", for_xml(at.text));
  if (!error.hint.empty()) body += detail("What to do", for_xml(error.hint));
  body += "</dl>\n</header>\n";
  return html_page(lab_id + ": the submission cannot be graded", body);
}

}  // namespace inferlab::labs
