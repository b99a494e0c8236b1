#pragma once

#include <string>
#include <string_view>

namespace inferlab::labs {

// Reports repeat what strangers wrote: names of objects, file names, messages about them. What goes
// through here can neither colour or clear a terminal, nor turn text around (bidirectional control
// characters), nor end an XML element.

/// Valid UTF-8 for a terminal: control characters, invalid bytes and invisible direction marks
/// appear as <U+XXXX>. '\n' and '\t' stay when `multiline`, else they become spaces.
std::string for_terminal(std::string_view text, bool multiline = false);

/// Character data or an attribute value of XML 1.0: for_terminal() with newlines kept, and & < > "
/// escaped.
std::string for_xml(std::string_view text);

}  // namespace inferlab::labs
