// What the metrics show: time to first token, queue length, requests.
#include <imgui.h>

#include "ui/plot.h"
#include "ui/theme.h"
#include "ui/views.h"

namespace inferlab::ui {

void draw_plots(const labs::DeskView& view, labs::DeskCommands& /*commands*/, UiState& state) {
  if (!view.run) return;
  const labs::Snapshot& run = *view.run;
  const double now = to_seconds(run.now.time_since_epoch());
  const float gap = ImGui::GetStyle().ItemSpacing.y;
  const float height = (ImGui::GetContentRegionAvail().y - 2 * gap) / 3;
  draw_plot("TTFT, 95th percentile", run.ttft_p95, Unit::kSeconds, now, state.plot_window,
            {0, height}, "no request has had a token yet");
  draw_plot("Requests waiting in the replicas", run.queue_length, Unit::kCount, now,
            state.plot_window, {0, height}, "no replica is scraped yet");
  draw_plot("Requests at the gateway", run.requests_rate, Unit::kPerSecond, now, state.plot_window,
            {0, height}, "no request has come yet");
}

}  // namespace inferlab::ui
