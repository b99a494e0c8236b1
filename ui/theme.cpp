#include "ui/theme.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace inferlab::ui {
namespace {

constexpr ImU32 rgb(unsigned value) {
  return IM_COL32((value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff, 0xff);
}

constexpr Palette kPalette = {
    .ground = rgb(0x12151a),
    .panel = rgb(0x191d24),
    .raised = rgb(0x242a34),
    .line = rgb(0x333b48),
    .text = rgb(0xe4e8ee),
    .dim = rgb(0x98a2b3),
    .blue = rgb(0x3d8fd1),
    .sky = rgb(0x56b4e9),
    .green = rgb(0x1fb58a),
    .orange = rgb(0xe69f00),
    .vermilion = rgb(0xe8743b),
    .purple = rgb(0xcc79a7),
    .yellow = rgb(0xf0e442),
};

Fonts g_fonts;  // NOLINT: set once by apply_theme(), belongs to ImGui's context

ImFont* load_font(const char* path, float size) {
  // ImGui ends the program on a missing file, so look first.
  if (!std::filesystem::exists(path)) return ImGui::GetIO().Fonts->AddFontDefault();
  static constexpr std::array<ImWchar, 9> kRanges = {0x0020, 0x024f, 0x0370, 0x03ff, 0x2010,
                                                     0x2027, 0x2190, 0x2193, 0};
  return ImGui::GetIO().Fonts->AddFontFromFileTTF(path, size, nullptr, kRanges.data());
}

ImVec4 to_vec(ImU32 color) {
  return ImGui::ColorConvertU32ToFloat4(color);
}

}  // namespace

const Palette& palette() {
  return kPalette;
}
const Fonts& fonts() {
  return g_fonts;
}

ImU32 series_color(int n) {
  constexpr std::array<ImU32, 6> kSeries = {kPalette.sky,    kPalette.orange,    kPalette.green,
                                            kPalette.purple, kPalette.vermilion, kPalette.yellow};
  return kSeries.at(static_cast<std::size_t>(n) % kSeries.size());
}

ImU32 with_alpha(ImU32 color, float alpha) {
  ImVec4 parts = to_vec(color);
  parts.w *= alpha;
  return ImGui::ColorConvertFloat4ToU32(parts);
}

void apply_theme(float scale) {
  const auto size = [scale](float points) { return points * scale; };
  g_fonts.body =
      load_font("/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf", size(16));
  g_fonts.bold =
      load_font("/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Medium.ttf", size(16));
  g_fonts.title =
      load_font("/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Medium.ttf", size(21));
  g_fonts.mono =
      load_font("/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Regular.ttf", size(15));

  ImGuiStyle& style = ImGui::GetStyle();
  style = ImGuiStyle();
  ImGui::StyleColorsDark(&style);
  style.WindowRounding = 0;
  style.ChildRounding = 6;
  style.FrameRounding = 4;
  style.GrabRounding = 4;
  style.TabRounding = 4;
  style.ScrollbarRounding = 6;
  style.WindowPadding = {12, 10};
  style.FramePadding = {9, 5};
  style.ItemSpacing = {8, 7};
  style.ScrollbarSize = 11;
  style.WindowBorderSize = 0;
  style.ChildBorderSize = 1;
  style.ScaleAllSizes(scale);
  const auto set = [&style](ImGuiCol slot, ImU32 color) { style.Colors[slot] = to_vec(color); };
  set(ImGuiCol_WindowBg, kPalette.ground);
  set(ImGuiCol_ChildBg, kPalette.panel);
  set(ImGuiCol_PopupBg, kPalette.raised);
  set(ImGuiCol_Border, kPalette.line);
  set(ImGuiCol_Text, kPalette.text);
  set(ImGuiCol_TextDisabled, kPalette.dim);
  set(ImGuiCol_FrameBg, kPalette.ground);
  set(ImGuiCol_FrameBgHovered, kPalette.raised);
  set(ImGuiCol_FrameBgActive, kPalette.raised);
  set(ImGuiCol_Button, kPalette.raised);
  set(ImGuiCol_ButtonHovered, kPalette.line);
  set(ImGuiCol_ButtonActive, kPalette.blue);
  set(ImGuiCol_Header, kPalette.raised);
  set(ImGuiCol_HeaderHovered, kPalette.line);
  set(ImGuiCol_HeaderActive, kPalette.line);
  set(ImGuiCol_Tab, kPalette.panel);
  set(ImGuiCol_TabHovered, kPalette.line);
  set(ImGuiCol_TabActive, kPalette.raised);
  set(ImGuiCol_Separator, kPalette.line);
  set(ImGuiCol_ScrollbarBg, IM_COL32_BLACK_TRANS);
  set(ImGuiCol_ScrollbarGrab, kPalette.line);
  set(ImGuiCol_TableHeaderBg, kPalette.raised);
  set(ImGuiCol_TableBorderLight, kPalette.line);
  set(ImGuiCol_TableBorderStrong, kPalette.line);
  set(ImGuiCol_TextSelectedBg, with_alpha(kPalette.blue, 0.45F));
  set(ImGuiCol_NavHighlight, kPalette.sky);
  set(ImGuiCol_PlotHistogram, kPalette.blue);
}

void draw_sign(Sign sign) {
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const float size = ImGui::GetTextLineHeight();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 center(at.x + size / 2, at.y + size / 2);
  const float radius = size * 0.42F;
  const float stroke = std::max(1.5F, size / 10);
  const float arm = radius * 0.5F;
  switch (sign) {
    case Sign::kOk:
      draw.AddCircleFilled(center, radius, kPalette.green);
      draw.AddLine({center.x - arm, center.y}, {center.x - arm * 0.2F, center.y + arm * 0.8F},
                   kPalette.ground, stroke);
      draw.AddLine({center.x - arm * 0.2F, center.y + arm * 0.8F},
                   {center.x + arm, center.y - arm * 0.8F}, kPalette.ground, stroke);
      break;
    case Sign::kWaiting:
      draw.AddCircle(center, radius - stroke / 2, kPalette.orange, 0, stroke);
      draw.AddLine(center, {center.x, center.y - arm}, kPalette.orange, stroke);
      draw.AddLine(center, {center.x + arm * 0.8F, center.y}, kPalette.orange, stroke);
      break;
    case Sign::kFailed:
      draw.AddRectFilled({center.x - radius, center.y - radius},
                         {center.x + radius, center.y + radius}, kPalette.vermilion, 3);
      draw.AddLine({center.x - arm, center.y - arm}, {center.x + arm, center.y + arm},
                   kPalette.ground, stroke);
      draw.AddLine({center.x - arm, center.y + arm}, {center.x + arm, center.y - arm},
                   kPalette.ground, stroke);
      break;
    case Sign::kUnknown:
      draw.AddCircle(center, radius * 0.6F, kPalette.dim, 0, stroke);
      break;
  }
  ImGui::Dummy({size, size});
  ImGui::SameLine();
}

void heading(const char* text) {
  ImGui::PushFont(fonts().bold);
  ImGui::TextUnformatted(text);
  ImGui::PopFont();
}

void dim_text(const char* text) {
  ImGui::PushStyleColor(ImGuiCol_Text, kPalette.dim);
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(text);
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
}

void chip(const char* text, ImU32 color) {
  const ImVec2 pad(7, 2);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size = ImGui::CalcTextSize(text);
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const ImVec2 end(at.x + size.x + 2 * pad.x, at.y + size.y + 2 * pad.y);
  draw.AddRectFilled(at, end, with_alpha(color, 0.22F), 4);
  draw.AddRect(at, end, with_alpha(color, 0.8F), 4);
  draw.AddText({at.x + pad.x, at.y + pad.y}, kPalette.text, text);
  ImGui::Dummy({end.x - at.x, end.y - at.y});
}

}  // namespace inferlab::ui
