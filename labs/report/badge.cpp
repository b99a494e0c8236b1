// The grade as a badge: one small SVG that needs nothing else. The verdict is a word, and the two
// colours differ for the colour-blind, too (Okabe and Ito's blue and vermilion, darkened until
// white text on them has a contrast of 4.5 and more).
#include <fmt/format.h>

#include "labs/report/escape.h"
#include "labs/report/formats.h"

namespace inferlab::labs {
namespace {

constexpr const char* kGood = "#0067a5";
constexpr const char* kBad = "#b34700";

// About what Verdana of 11 pixels takes; textLength makes it so wherever another font is used.
int text_width(std::string_view text) {
  int tenths = 0;
  for (const char c : text) {
    const bool thin = c == 'i' || c == 'l';
    const bool narrow = c == 'f' || c == 'r' || c == '/' || c == ' ' || c == 't';
    tenths += thin ? 31 : narrow ? 46 : 68;
  }
  return (tenths + 5) / 10;
}

std::string text(int left, int width, std::string_view what) {
  // The same text below, dark: it stands out from the ground.
  const int middle = left + width / 2;
  const std::string body = fmt::format("textLength=\"{}\">{}</text>\n", width, for_xml(what));
  return fmt::format(
      "    <text x=\"{}\" y=\"15\" fill=\"#000\" fill-opacity=\".3\" aria-hidden=\"true\" {}"
      "    <text x=\"{}\" y=\"14\" {}",
      middle, body, middle, body);
}

std::string badge(std::string_view title, std::string_view grade, bool good) {
  constexpr std::string_view kLabel = "inferlab";
  constexpr int kRoom = 6;  // on both sides of each text
  const int left = text_width(kLabel), right = text_width(grade);
  const int middle = left + 2 * kRoom, width = middle + right + 2 * kRoom;
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"20\" "
             "viewBox=\"0 0 {0} 20\" role=\"img\" aria-label=\"{1}\">\n"
             "  <title>{1}</title>\n"
             "  <linearGradient id=\"s\" x2=\"0\" y2=\"100%\">\n"
             "    <stop offset=\"0\" stop-color=\"#fff\" stop-opacity=\".12\"/>\n"
             "    <stop offset=\"1\" stop-opacity=\".12\"/>\n"
             "  </linearGradient>\n"
             "  <clipPath id=\"r\"><rect width=\"{0}\" height=\"20\" rx=\"3\"/></clipPath>\n"
             "  <g clip-path=\"url(#r)\">\n"
             "    <rect width=\"{2}\" height=\"20\" fill=\"#3b4048\"/>\n"
             "    <rect x=\"{2}\" width=\"{3}\" height=\"20\" fill=\"{4}\"/>\n"
             "    <rect width=\"{0}\" height=\"20\" fill=\"url(#s)\"/>\n"
             "  </g>\n"
             "  <g fill=\"#fff\" text-anchor=\"middle\" font-size=\"11\" "
             "font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\" "
             "text-rendering=\"geometricPrecision\">\n",
             width, for_xml(title), middle, width - middle, good ? kGood : kBad) +
         text(kRoom, left, kLabel) + text(middle + kRoom, right, grade) + "  </g>\n</svg>\n";
}

}  // namespace

std::string report_badge(const Report& report) {
  const char* verdict = !report.whole() ? "so far" : report.passed ? "pass" : "fail";
  return badge(
      fmt::format("{}: {} of {} points, {}", report.lab_title, report.score(), report.points,
                  !report.whole() ? "so far"
                  : report.passed ? "passed"
                                  : "not passed"),
      fmt::format("{}/{} {}", report.score(), report.points, verdict), report.passed);
}

std::string error_badge(const std::string& lab_id) {
  return badge(lab_id + ": the submission cannot be graded", "not graded", false);
}

}  // namespace inferlab::labs
