#include "sim/serving/step_profile.h"

#include <algorithm>

#include "sim/serving/cost_model.h"
#include "tests/sim/serving/serving_rig.h"

namespace inferlab::sim {
namespace {

/// 1 ms for one row, 2 for eleven, 0.05 for each row beyond.
StepProfile small() {
  StepProfile profile;
  profile.knots = {{1, 1'000'000}, {11, 2'000'000}, {31, 3'000'000}};
  profile.logits_ns = 10'000;
  profile.sampled_ps = 2'000'000;  // 2 us
  profile.decode_context_ps = 1'000'000;
  profile.prefill_pair_ps = 500'000;
  profile.step_ns = 100;
  profile.token_ns = 10;
  profile.request_ns = 5'000'000;
  return profile;
}

Duration time_of(std::vector<ScheduledRequest> scheduled) {
  Step step;
  step.scheduled = std::move(scheduled);
  return CostModel(small()).step_time(step);
}

TEST_CASE("StepProfile: a step takes what its parts take, added up by hand") {
  // One sequence that decodes after 99 tokens: 1 row, its logits, 100 tokens seen.
  CHECK(time_of({{.id = 1, .num_computed_tokens = 99, .num_tokens = 1, .samples = true}}) ==
        Duration{1'000'000 + 10'000 + 100 * 1'000 + 100 + 10});
  // Two of them: 2 rows are a tenth of the way to 11, and one more row of logits.
  CHECK(time_of({{.id = 1, .num_computed_tokens = 9, .num_tokens = 1, .samples = true},
                 {.id = 2, .num_computed_tokens = 19, .num_tokens = 1, .samples = true}}) ==
        Duration{1'100'000 + 10'000 + 2'000 + 30 * 1'000 + 100 + 20});
  // The first 21 tokens of a prompt: halfway from 11 to 31, no logits, 21 * 22 / 2 pairs.
  CHECK(time_of({{.id = 1, .num_computed_tokens = 0, .num_tokens = 21, .prefill = true}}) ==
        Duration{2'500'000 + 231 * 500 + 100});
  // Its next 41, the last ones: beyond the last knot on the line of the last two.
  CHECK(time_of({{.id = 1,
                  .num_computed_tokens = 21,
                  .num_tokens = 41,
                  .samples = true,
                  .prefill = true}}) ==
        Duration{3'500'000 + 10'000 + (41 * 21 + 41 * 42 / 2) * 500 + 100 + 10});
}

TEST_CASE("StepProfile: guesses that are checked are rows, and their logits count") {
  CHECK(time_of({{.id = 1,
                  .num_computed_tokens = 10,
                  .num_tokens = 3,
                  .samples = true,
                  .prefill = false,
                  .num_draft_tokens = 2}}) ==
        Duration{1'200'000 + 10'000 + 2 * 2'000 + (3 * 10 + 6) * 1'000 + 100 + 30});
}

TEST_CASE("StepProfile: a slow clock stretches it, and no step is shorter than the least") {
  CostModel model(small());
  CHECK(model.least_step_time() == Duration{1'000'100});
  model.set_slowdown(2);
  CHECK(model.least_step_time() == Duration{2'000'200});
}

TEST_CASE("StepProfile: one that is no profile is not valid") {
  CHECK(is_valid(small()));
  const auto broken = [](auto change) {
    StepProfile profile = small();
    change(profile);
    return !is_valid(profile);
  };
  CHECK(broken([](StepProfile& p) { p.knots.clear(); }));
  CHECK(broken([](StepProfile& p) { p.knots[0].rows = 2; }));
  CHECK(broken([](StepProfile& p) { p.knots[1].rows = 1; }));
  CHECK(broken([](StepProfile& p) { p.knots[2].ns = 1'999'999; }));
  CHECK(broken([](StepProfile& p) { p.knots[0].ns = 0; }));
  CHECK(broken([](StepProfile& p) { p.logits_ns = -1; }));
  CHECK(broken([](StepProfile& p) { p.prefill_pair_ps = INT64_MAX; }));
  CHECK(broken([](StepProfile& p) { p.request_ns = INT64_MAX; }));
}

TEST_CASE("StepProfile: the largest that is valid still gives a time") {
  StepProfile profile = small();
  profile.knots = {{1, 1}, {2, 3'600'000'000'000}};
  profile.prefill_pair_ps = 1'000'000'000'000;
  REQUIRE(is_valid(profile));
  Step step;
  step.scheduled = {{.id = 1,
                     .num_computed_tokens = std::int64_t{1} << 24,
                     .num_tokens = std::int64_t{1} << 24,
                     .samples = true,
                     .prefill = true}};
  CHECK(CostModel(profile).step_time(step) == 3600s);
}

TEST_CASE("LlmServer: a profile of its GPU and model stands for the GPU's figures") {
  const auto first_token = [](std::vector<ReplicaProfile> profiles) {
    ServingRig rig(1, 7, std::move(profiles));
    rig.create_llm("v", ServingRig::container(ServingRig::with_model()));
    rig.run_until(150s);
    rig.serve("v", true);
    const std::uint64_t id = rig.send(21, 2);
    rig.run_until(160s);
    REQUIRE(rig.record(id).code == 200);
    return *rig.record(id).first_token - rig.record(id).arrival;
  };
  // 5 ms to the scheduler, then a prompt of 21 tokens.
  const Duration profiled{5'000'000 + 2'500'000 + 10'000 + 231 * 500 + 100 + 10};
  CHECK(first_token({{"", "", small()}}) == profiled);
  CHECK(first_token({{"A100-80GB-SXM", std::string(kModel), small()}}) == profiled);
  const Duration roofline = first_token({});
  CHECK(roofline > LlmServer::kFrontEnd);
  CHECK(first_token({{"H100-SXM", "", small()}}) == roofline);
  CHECK(first_token({{"", "another/model", small()}}) == roofline);
  CHECK(first_token({{"", "another/model", {}}, {"", "", small()}}) == profiled);
}

}  // namespace
}  // namespace inferlab::sim
