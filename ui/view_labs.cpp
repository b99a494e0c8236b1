// The list of labs; a click opens one.
#include <imgui.h>

#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {

void draw_labs(const labs::DeskView& view, labs::DeskCommands& commands, UiState& /*state*/) {
  for (const labs::LabRow& lab : view.labs) {
    ImGui::PushID(lab.id.c_str());
    draw_sign(lab.best_score >= 100 ? Sign::kOk
                                    : (lab.best_score >= 0 ? Sign::kWaiting : Sign::kUnknown));
    ImGui::PushFont(fonts().bold);
    if (ImGui::Selectable(lab.title.c_str(), lab.id == view.lab_id)) commands.open_lab(lab.id);
    ImGui::PopFont();
    dim_text(lab.summary.c_str());
    const std::string best =
        lab.best_score < 0 ? "not tried" : "best " + std::to_string(lab.best_score) + " points";
    dim_text((lab.minutes + " minutes, " + best).c_str());
    ImGui::Separator();
    ImGui::PopID();
  }
}

}  // namespace inferlab::ui
