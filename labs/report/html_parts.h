#pragma once

#include <string>
#include <string_view>

#include "labs/report/plot.h"

namespace inferlab::labs {

// What the pages for people have in common.

/// A whole page around its body: it loads nothing and runs nothing.
std::string html_page(std::string_view title, const std::string& body);

/// The line above a page's title: "inferlab  Lab report".
std::string html_brand(std::string_view what);

/// A plot with its caption, and what each of its lines is.
std::string html_figure(const Plot& plot, const Evidence& evidence);

}  // namespace inferlab::labs
