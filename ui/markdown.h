#pragma once

#include <string>

namespace inferlab::ui {

/// Draws CommonMark text (headings, paragraphs, lists, code, emphasis), wrapped to the width at
/// hand.
void draw_markdown(const std::string& text);

}  // namespace inferlab::ui
