// The keys.
#include <imgui.h>

#include <array>

#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {

void draw_help(const labs::DeskView& /*view*/, labs::DeskCommands& /*commands*/, UiState& state) {
  struct Key {
    const char *key, *what;
  };
  constexpr std::array kKeys = {Key{"F1", "this list"},
                                Key{"Ctrl+S", "apply the manifest"},
                                Key{"F5", "check my work"},
                                Key{"Ctrl+R", "save the report"},
                                Key{"F6", "pause, and go on at 1x"},
                                Key{"F7", "1x"},
                                Key{"F8", "10x"},
                                Key{"F9", "as fast as it goes"},
                                Key{"Tab", "next field"},
                                Key{"Ctrl+Z", "undo in the editor"}};
  ImGui::SetNextWindowSize({380, 0});
  if (ImGui::Begin("Keys", &state.show_help, ImGuiWindowFlags_NoCollapse)) {
    if (ImGui::BeginTable("keys", 2)) {
      for (const Key& row : kKeys) {
        ImGui::TableNextColumn();
        ImGui::PushFont(fonts().mono);
        ImGui::TextUnformatted(row.key);
        ImGui::PopFont();
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(row.what);
      }
      ImGui::EndTable();
    }
  }
  ImGui::End();
}

}  // namespace inferlab::ui
