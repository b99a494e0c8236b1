// Hints, each for its price.
#include <imgui.h>

#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {

void draw_hints(const labs::DeskView& view, labs::DeskCommands& commands, UiState& /*state*/) {
  dim_text("A hint costs points of this attempt. Read the events and describe the Pod first.");
  int number = 0;
  for (const labs::HintRow& hint : view.hints) {
    ImGui::PushID(hint.id.c_str());
    ImGui::Separator();
    ImGui::Text("Hint %d", ++number);
    if (hint.taken) {
      ImGui::PushTextWrapPos(0);
      ImGui::TextUnformatted(hint.text.c_str());
      ImGui::PopTextWrapPos();
    } else {
      ImGui::SameLine();
      const std::string label = "Show it (-" + std::to_string(hint.cost) + ")";
      if (ImGui::SmallButton(label.c_str())) commands.take_hint(hint.id);
    }
    ImGui::PopID();
  }
}

}  // namespace inferlab::ui
