// A learner's run beside the reference's, as a page: see html.cpp for what a page may be.
#include "labs/report/compare_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "labs/report/escape.h"
#include "labs/report/html_parts.h"
#include "labs/report/plot.h"

namespace inferlab::labs {
namespace {

const EvidenceSeries* same_in(const Evidence& evidence, const EvidenceSeries& series) {
  const auto found =
      std::find_if(evidence.series.begin(), evidence.series.end(), [&](const EvidenceSeries& each) {
        return each.plot == series.plot && each.name == series.name && each.unit == series.unit;
      });
  return found == evidence.series.end() ? nullptr : &*found;
}

EvidenceSeries named(EvidenceSeries series, std::string_view whose) {
  series.name = fmt::format("{}, {}", whose, series.name);
  return series;
}

}  // namespace

Evidence overlaid(const Evidence& yours, const Evidence& reference) {
  Evidence out{yours.window, {}, yours.markers};
  for (const EvidenceSeries& series : yours.series) {
    out.series.push_back(named(series, "yours"));
    const EvidenceSeries* other = same_in(reference, series);
    if (other != nullptr) out.series.push_back(named(*other, "reference"));
  }
  // Where a run has nothing of it, as the latency of what was never served.
  for (const EvidenceSeries& series : reference.series) {
    const bool names_object = series.name.find('/') != std::string::npos;
    if (!names_object && same_in(yours, series) == nullptr) {
      out.series.push_back(named(series, "reference"));
    }
  }
  return out;
}

std::string comparison_html(const std::string& lab_id, const std::string& lab_title,
                            const std::vector<ComparedFigure>& figures, const Evidence& overlaid,
                            const std::vector<std::string>& notes) {
  std::string body = fmt::format(
      "<header class=\"card head\">\n{}<h1>{}</h1>\n<p class=\"lab\"><code>{}</code></p>\n"
      "</header>\n<section>\n<h2>Figures</h2>\n<div class=\"card\"><table>\n<thead><tr>"
      "<th scope=\"col\">Figure</th><th scope=\"col\" class=\"right\">Yours</th>"
      "<th scope=\"col\" class=\"right\">Reference</th></tr></thead>\n<tbody>\n",
      html_brand("Your run beside the reference"), for_xml(lab_title), for_xml(lab_id));
  for (const ComparedFigure& figure : figures) {
    body +=
        fmt::format("<tr><td>{}</td><td class=\"right\">{}</td><td class=\"right\">{}</td></tr>\n",
                    for_xml(figure.title), for_xml(figure.yours), for_xml(figure.reference));
  }
  body += "</tbody>\n</table></div>\n</section>\n";
  if (!overlaid.series.empty()) {
    body += "<section>\n<h2>Both runs</h2>\n<div class=\"plots\">\n";
    for (const Plot& plot : plots_of(overlaid)) body += html_figure(plot, overlaid);
    body += fmt::format(
        "</div>\n<p class=\"under\">By scraped metrics; a point stands for {}.</p>\n</section>\n",
        format_duration(overlaid.window));
  }
  if (!notes.empty()) {
    body += "<section>\n<h2>Notes</h2>\n<ul class=\"card notes\">\n";
    for (const std::string& note : notes) body += fmt::format("<li>{}</li>\n", for_xml(note));
    body += "</ul>\n</section>\n";
  }
  return html_page(lab_title + ": your run beside the reference", body);
}

}  // namespace inferlab::labs
