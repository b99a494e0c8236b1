#pragma once

#include <cstdint>
#include <string>

namespace inferlab::ui {

/// What the window itself remembers from frame to frame: what is typed, chosen and scrolled, never
/// anything of the run.
struct UiState {
  std::string editor_text;
  std::uint64_t editor_version = 0;  // of the DeskView text that the editor took over
  int cursor_line = 0;               // of the editor, from 1
  std::string chat_text;
  std::string selected_pod;  // "NAMESPACE/NAME"
  double plot_window = 600;  // seconds
  bool show_help = false;
  bool wants_report = false;  // a check was asked for: bring its report to the front
  bool saves_report = false;  // the line for a file's name is shown
  std::string report_file = "report.html";
};

}  // namespace inferlab::ui
