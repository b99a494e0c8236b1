#pragma once

#include <string>
#include <string_view>

namespace inferlab::labs {

/// Markdown (CommonMark, as md4c reads it) as XHTML. HTML in the text is text: it is escaped, and
/// links lead nowhere but to http, https and places of the page.
std::string markdown_html(std::string_view markdown);

/// The same of a line that is part of a sentence: without the paragraph around it.
std::string markdown_line(std::string_view markdown);

}  // namespace inferlab::labs
