#pragma once

#include <string_view>

namespace inferlab::labs {

/// The style sheet of the page. It stands between <style> and </style> byte for byte, and holds no
/// character that XML would read.
extern const std::string_view kHtmlStyle;

/// The one style sheet that the page's content security policy lets in: the SHA-256 of kHtmlStyle,
/// in base64.
extern const std::string_view kHtmlStyleHash;

}  // namespace inferlab::labs
