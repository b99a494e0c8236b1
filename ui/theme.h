#pragma once

#include <imgui.h>

#include <cstdint>

namespace inferlab::ui {

// Colours of Okabe and Ito (2008), which people with any colour vision can tell apart, on a dark
// ground. Nothing is told by colour alone: a symbol or a word always stands beside it.
struct Palette {
  ImU32 ground, panel, raised, line, text, dim;
  ImU32 blue, sky, green, orange, vermilion, purple, yellow;
};
const Palette& palette();
/// The colour of the n-th line of a plot.
ImU32 series_color(int n);
ImU32 with_alpha(ImU32 color, float alpha);

struct Fonts {
  ImFont* body = nullptr;
  ImFont* bold = nullptr;
  ImFont* title = nullptr;
  ImFont* mono = nullptr;
};
const Fonts& fonts();

/// Loads the fonts at this scale (1: 96 dpi) and sets the style. Once, after ImGui's context
/// exists. Falls back to ImGui's own font where the font files are missing.
void apply_theme(float scale);

enum class Sign : std::uint8_t { kOk, kWaiting, kFailed, kUnknown };
/// Draws a small sign of the height of a text line (a tick, a ring, a cross, a dot) and moves on.
void draw_sign(Sign sign);
/// A heading inside a panel.
void heading(const char* text);
/// Dimmed, wrapped text.
void dim_text(const char* text);
/// A small label with a coloured ground.
void chip(const char* text, ImU32 color);

}  // namespace inferlab::ui
