#pragma once

#include <span>

#include "labs/desk/desk.h"
#include "ui/ui_state.h"

namespace inferlab::ui {

// One panel a file, view_NAME.cpp. A panel draws the picture and posts to the commands; it never
// touches live state, so a run is the same with and without a window.
using DrawPanel = void (*)(const labs::DeskView& view, labs::DeskCommands& commands,
                           UiState& state);

void draw_top_bar(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);
void draw_labs(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);
void draw_text(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);
void draw_hints(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);
void draw_editor(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);
void draw_cluster(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);
void draw_pods(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);
void draw_plots(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);
void draw_events(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);
void draw_report(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);
void draw_chat(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);
void draw_help(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);

/// A panel that stands under a tab: a row of layout.cpp's tables.
struct PanelRow {
  const char* title;
  DrawPanel draw;
};

/// The whole window: places the panels, and answers the keys that work everywhere.
void draw_desk(const labs::DeskView& view, labs::DeskCommands& commands, UiState& state);

}  // namespace inferlab::ui
