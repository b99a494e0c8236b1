// A profile of a replica: it is refused with its place, or it can be computed with, and what is
// written of it reads back the same.
#include <string>

#include "engine/base/check.h"
#include "labs/calibrate/profile_file.h"
#include "sim/api/json.h"
#include "sim/serving/cost_model.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_profile(std::string_view bytes) {
  const auto profile = labs::parse_profile(bytes, "x");
  if (!profile) {
    INFERLAB_CHECK(profile.error().message.starts_with("x:"));
    return;
  }
  const sim::CostModel model(profile->steps);
  Duration last = model.least_step_time();
  INFERLAB_CHECK(last > Duration{0});
  for (std::int64_t tokens = 1; tokens <= std::int64_t{1} << 20; tokens *= 8) {
    Step step;
    step.scheduled = {{.id = 1,
                       .num_computed_tokens = tokens,
                       .num_tokens = tokens,
                       .samples = true,
                       .prefill = true}};
    const Duration time = model.step_time(step);
    INFERLAB_CHECK(time + 1ns >= last && time <= std::chrono::hours(1));
    last = time;
  }
  const std::string text = sim::to_json(labs::to_value(*profile), 2);
  const auto again = labs::parse_profile(text, "y");
  INFERLAB_CHECK(again.has_value());
  INFERLAB_CHECK(sim::to_json(labs::to_value(*again), 2) == text);
}

}  // namespace inferlab::fuzz
