#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace inferlab::labs {

/// Breaks `text` at spaces so that no line has more than `width` characters (a longer word stays
/// whole); every line but the first begins with `indent` spaces. Newlines in it stay.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent = 0);

/// The same for Markdown that its author has broken into lines already: a paragraph's lines, and
/// those of an item of a list, are put together and broken anew; items of lists hang, and code
/// stays as it is. No newline at the end.
std::string wrap_markdown(std::string_view text, std::size_t width, std::size_t indent = 0);

/// Characters of UTF-8 text (code points, which is near enough to columns for what we print).
std::size_t display_width(std::string_view text);

/// The first `width` characters of `text`; the last of them is "…" when some were left out.
std::string cut(std::string_view text, std::size_t width);

/// `text` and spaces up to `width` characters.
std::string pad(std::string_view text, std::size_t width);

}  // namespace inferlab::labs
