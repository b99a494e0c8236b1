#include "labs/report/html_parts.h"

#include <fmt/format.h>

#include "labs/report/escape.h"
#include "labs/report/html_style.h"

namespace inferlab::labs {

std::string html_page(std::string_view title, const std::string& body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'sha256-{}'; base-uri 'none'; form-action 'none'\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n"
      "</html>\n",
      kHtmlStyleHash, for_xml(title), kHtmlStyle, body);
}

std::string html_brand(std::string_view what) {
  return fmt::format("<p class=\"brand\"><b>inferlab</b><span>{}</span></p>\n", for_xml(what));
}

std::string html_figure(const Plot& plot, const Evidence& evidence) {
  std::string keys;
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    keys += fmt::format(
        "<span><svg class=\"key\" viewBox=\"0 0 22 8\" aria-hidden=\"true\"><path class=\"l{}\" "
        "d=\"M1 4H21\"/></svg>{}, max {}</span>",
        i, for_xml(plot.lines[i]->name), shown_highest(*plot.lines[i], plot));
  }
  return fmt::format(
      "<figure class=\"card\"><figcaption><b>{} <small>{}</small></b><span "
      "class=\"keys\">{}</span></figcaption>\n"
      "{}</figure>\n",
      for_xml(plot.title), for_xml(shown_unit(plot)), keys, plot_svg(plot, evidence));
}

}  // namespace inferlab::labs
