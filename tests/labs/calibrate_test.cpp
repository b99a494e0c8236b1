// What `inferlab calibrate` is made of: the grid, the fit, the file; and the profile of the model
// that ships, as it was measured once, against what the engine did then.
#include "labs/calibrate/calibrate.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <string>

#include "engine/base/rng.h"
#include "engine/model/random_model.h"
#include "labs/calibrate/measure_steps.h"
#include "labs/calibrate/page_cache.h"
#include "labs/calibrate/profile_file.h"
#include "labs/session/cluster_hash.h"
#include "labs/spec/load_lab.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "tests/labs/cli_run.h"
#include "tests/labs/small_lab.h"
#include "tests/labs/temp_dir.h"

namespace inferlab::labs {
namespace {

const std::string kRecorded =
    std::string(INFERLAB_SOURCE_DIR) + "/tests/labs/profiles/inferlab-tiny-cpu-2.json";

std::vector<GridPoint> grid(std::int64_t max_model_len, bool quick = false) {
  return step_grid({.max_model_len = max_model_len, .max_kv_tokens = 1 << 20, .quick = quick});
}

TEST_CASE("step_grid: every step fits the model and the memory, and none comes twice") {
  for (const std::int64_t length : {64, 256, 1024, 131072}) {
    for (const bool quick : {false, true}) {
      INFO(length << " " << quick);
      const std::vector<GridPoint> points = grid(length, quick);
      std::size_t held_out = 0;
      for (std::size_t i = 0; i < points.size(); ++i) {
        const StepShape& shape = points[i].shape;
        INFO(describe(shape));
        CHECK(shape.prompt_context + shape.prompt_tokens <= length);
        CHECK((shape.sequences == 0 || shape.context + 1 <= length));
        CHECK((shape.prompts == 0 || shape.prompt_tokens >= 1));
        CHECK(shape.prompts + shape.sequences >= 1);
        held_out += points[i].held_out ? 1 : 0;
        for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(points[j].shape == shape);
      }
      CHECK(held_out >= 8);
      CHECK(points.size() - held_out > knot_rows(points).size() + 4);  // more than the unknowns
      CHECK(points.size() < 90);
    }
  }
  for (const auto& [shape, held_out] : step_grid({.max_model_len = 1024, .max_kv_tokens = 2000})) {
    CHECK(shape.sequences * (shape.context + 1) <= 2000);
  }
}

TEST_CASE("step_of: sequences first, and the load is what the shape says") {
  const StepShape shape{.prompts = 2,
                        .prompt_tokens = 10,
                        .prompt_context = 5,
                        .prompt_samples = false,
                        .sequences = 3,
                        .context = 7};
  const Step step = step_of(shape);
  REQUIRE(step.scheduled.size() == 5);
  CHECK(step.num_scheduled_tokens == 23);
  CHECK_FALSE(step.scheduled.front().prefill);
  CHECK(step.scheduled.back().prefill);
  const sim::StepLoad load = sim::StepLoad::of(step);
  CHECK(load.rows == 23);
  CHECK(load.sampled == 3);
  CHECK(load.decode_context == 3 * 8);
  CHECK(load.prefill_pairs == 2 * (10 * 5 + 55));
  CHECK(describe(shape) == "3 sequences after 7, 2 prompts of 10 after 5, no logits");
}

sim::StepProfile known() {
  sim::StepProfile profile;
  profile.knots = {{1, 20'000'000}, {8, 30'000'000}, {64, 150'000'000}, {512, 1'000'000'000}};
  profile.logits_ns = 2'500'000;
  profile.sampled_ps = 200'000'000;
  profile.decode_context_ps = 9'000'000;
  profile.prefill_pair_ps = 250'000;
  return profile;
}

std::vector<CalibratedPoint> points_of(const sim::StepProfile& profile, double noise) {
  std::vector<CalibratedPoint> points;
  Rng rng(3);
  for (const auto& [shape, held_out] : grid(1024)) {
    const double ns = profile.device_ns(sim::StepLoad::of(step_of(shape)));
    const double factor = 1 + noise * (2 * rng.unit() - 1);
    points.push_back(
        {.shape = shape, .held_out = held_out, .ns = std::llround(ns * factor), .runs = 1});
  }
  return points;
}

TEST_CASE("fit_profile: finds the parts of which times were made") {
  const auto points = points_of(known(), 0);
  const std::int64_t knots[] = {1, 8, 64, 512};
  const sim::StepProfile fitted = fit_profile(points, knots);
  REQUIRE(is_valid(fitted));
  REQUIRE(fitted.knots.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(static_cast<double>(fitted.knots[i].ns) ==
          Approx(static_cast<double>(known().knots[i].ns)).epsilon(0.01));
  }
  CHECK(static_cast<double>(fitted.sampled_ps) == Approx(200e6).epsilon(0.02));
  CHECK(static_cast<double>(fitted.decode_context_ps) == Approx(9e6).epsilon(0.02));
  CHECK(static_cast<double>(fitted.prefill_pair_ps) == Approx(250e3).epsilon(0.02));
  CHECK(fit_error(points, fitted, false).mean < 0.002);
  CHECK(fit_error(points, fitted, true).p95 < 0.005);
}

TEST_CASE("fit_profile: with noise no part goes below zero, and the error is the noise's") {
  const auto points = points_of(known(), 0.1);
  const sim::StepProfile fitted = fit_profile(points, knot_rows(grid(1024)));
  CHECK(is_valid(fitted));
  CHECK(fit_error(points, fitted, true).mean < 0.1);
  CHECK(fit_error(points, fitted, true).points > 15);
}

TEST_CASE("fit_error: mean and 95th percentile by nearest rank, counted by hand") {
  sim::StepProfile flat;
  flat.knots = {{1, 1000}};
  std::vector<CalibratedPoint> points;
  for (int i = 0; i < 20; ++i) {
    points.push_back({.shape = {.sequences = 1}, .held_out = true, .ns = 1000, .runs = 1});
  }
  points[3].ns = 500;   // off by 1
  points[7].ns = 2000;  // by 0.5
  const FitError error = fit_error(points, flat, true);
  CHECK(error.points == 20);
  CHECK(error.mean == Approx(1.5 / 20));
  CHECK(error.p95 == Approx(0.5));
  CHECK(fit_error(points, flat, false).points == 0);
}

std::string recorded_text() {
  auto text = read_text_file(kRecorded, 1 << 20);
  REQUIRE(text);
  return *text;
}

TEST_CASE("profile file: what is written reads back the same") {
  const auto profile = load_profile(kRecorded);
  if (!profile) FAIL(profile.error().message);
  CHECK(sim::to_json(to_value(*profile), 2) + "\n" == recorded_text());
}

std::string said(const std::string& from, const std::string& to) {
  std::string text = recorded_text();
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  const auto profile = parse_profile(text.replace(at, from.size(), to), "p.json");
  if (profile) return "nothing is wrong";
  const Error& error = profile.error();
  return error.message + (error.hint.empty() ? "" : " (hint: " + error.hint + ")");
}

bool ends(const std::string& text, const std::string& end) {
  INFO(text);
  const bool good = text.starts_with("p.json:") && text.ends_with(end);
  CHECK(good);
  return good;
}

TEST_CASE("profile file: what is wrong is named with its place and what to do") {
  ends(said("\"version\": 1", "\"version\": 2"),
       ": version: is not version 1 (hint: calibrate again with this inferlab)");
  ends(said("\"inferlab-profile\"", "\"something\""),
       ": kind: is no profile of inferlab's (hint: write one with inferlab calibrate --output "
       "FILE)");
  ends(said("\"logitsNs\": ", "\"logitNs\": "),
       "steps: the field \"logitsNs\" is missing (hint: where any row is sampled)");
  ends(said("\"warmNs\": ", "\"warmNs\": -"), ": load.warmNs: must be at least 0");
  ends(said("\"tokenNs\": ", "\"stepNs\": "),
       ": steps: the field \"tokenNs\" is missing (hint: of the engine, each token)");
  ends(said("\"heldOut\": false", "\"heldOut\": 0"),
       ".heldOut: must be true or false, not an integer");
  ends(said("\"rows\": 1\n", "\"rows\": 3\n"),
       ": steps.knots: must begin with 1 row, go up in rows and never down in ns");
  CHECK(parse_profile("", "p.json").error().message ==
        "p.json:1:1: document: must be one, found 0");
  CHECK(parse_profile("[", "p.json").error().message.starts_with("p.json:"));
  CHECK(parse_profile("{}", "p.json").error().message ==
        "p.json:1:1: document: is no profile of inferlab's");
  CHECK(load_profile("/nonexistent/p.json").error().kind == ErrorKind::kNotFound);
}

TEST_CASE("profile of the model that ships: simulated, its workload takes what the engine took") {
  const auto profile = load_profile(kRecorded);
  REQUIRE(profile);
  REQUIRE(profile->workload);
  const TrialOutcome simulated = simulate(*profile->workload, *profile);
  // The same to the nanosecond on any machine.
  CHECK(simulated.ttft_ns == profile->workload->simulated.ttft_ns);
  CHECK(simulated.itl_ns == profile->workload->simulated.itl_ns);
  // See bench/results/calibration.md.
  const auto off = [](std::int64_t computed, std::int64_t measured) {
    return std::abs(static_cast<double>(computed - measured)) / static_cast<double>(measured);
  };
  CHECK(off(simulated.ttft_ns, profile->workload->measured.ttft_ns) < 0.05);
  CHECK(off(simulated.itl_ns, profile->workload->measured.itl_ns) < 0.05);
}

TEST_CASE("cluster_hash: what a lab's profile says counts, though it stands in another file") {
  const TempDir folder;
  std::string text(kSmallLab);
  text.replace(text.find("  pools:\n"), 9,
               "  profiles:\n    - {file: p.json, gpu: L4}\n  pools:\n");
  const std::string file = folder.write("lab.yaml", text);
  const auto hash_with = [&](std::string profile, const std::string& from, const std::string& to) {
    folder.write("p.json", profile.replace(profile.find(from), from.size(), to));
    auto lab = parse_lab(text, file);
    if (!lab) FAIL(lab.error().message);
    REQUIRE(lab->cluster.profiles.size() == 1);
    CHECK(lab->cluster.profiles[0].gpu == "L4");
    lab->folder = folder.path();
    return *cluster_hash(*lab);
  };
  const std::string recorded = recorded_text();
  const std::string as_it_is = hash_with(recorded, "\"logitsNs\": ", "\"logitsNs\": ");
  CHECK(hash_with(recorded, "\"logitsNs\": ", "\"logitsNs\": 1") != as_it_is);
  CHECK(hash_with(recorded, "\"warmNs\": ", "\"warmNs\": 1") == as_it_is);
}

TEST_CASE("part_in_page_cache: of a file that was just written, and of none") {
  const TempDir folder;
  const std::string path = folder.write("a", std::string(100'000, 'x'));
  CHECK(part_in_page_cache(path) > 0.9);
  CHECK(part_in_page_cache(folder.path()) > 0.9);
  drop_from_page_cache(path);  // may be refused
  const double left = part_in_page_cache(path);
  CHECK((left >= 0 && left <= 1));
  CHECK(part_in_page_cache(folder.path() + "/none") == 1);
}

TEST_CASE("calibrate: the whole of it on a small model") {
  const TempDir folder;
  const auto bytes = random_model_bytes();
  CalibrateOptions options;
  options.model = folder.write(
      "model.gguf", std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  options.quick = true;
  int told = 0;
  options.progress = [&](std::string_view, int, int) { return ++told > 0; };
  const auto done = calibrate(options);
  if (!done && done.error().kind == ErrorKind::kUnavailable) {
    std::puts("SKIPPED: the machine is too busy to measure on");
    return;
  }
  if (!done) FAIL(done.error().message);
  CHECK(told > 10);
  const Calibration& calibration = done->calibration;
  CHECK(is_valid(calibration.steps));
  CHECK(calibration.model.vocabulary == 320);
  CHECK(calibration.device.threads == 1);
  CHECK(calibration.kv.capacity.size() == 5);  // every type, on the processor
  CHECK(calibration.load.warm_ns > 0);
  if (calibration.workload) {  // else others had the cores
    CHECK(calibration.workload->measured.ttft_ns > 0);
    CHECK(calibration.workload->simulated.itl_ns > 0);
  }
  const std::string text = sim::to_json(to_value(calibration), 2);
  const auto again = parse_profile(text, "p.json");
  if (!again) FAIL(again.error().message);
  CHECK(sim::to_json(to_value(*again), 2) == text);
}

TEST_CASE("calibrate: stops when it is told to, and refuses what is no model") {
  CalibrateOptions options;
  options.model = "/nonexistent.gguf";
  CHECK(calibrate(options).error().kind == ErrorKind::kNotFound);
  options.progress = [](std::string_view, int, int) { return false; };
  CHECK(calibrate(options).error().kind == ErrorKind::kConflict);
}

TEST_CASE("cluster up: a profile that is none is refused, and so is one for no nodes") {
  const OwnDataHome home;
  const TempDir folder;
  const std::string path = folder.write("p.json", "{\"kind\": \"x\"}");
  const Ran ran = run({"cluster", "up", "--profile", path});
  CHECK(ran.status == kExitBadInput);
  CHECK(ran.err.find("p.json:1:2: kind: is no profile of inferlab's") != std::string::npos);
  CHECK(run({"cluster", "up", "--bare", "--profile", path}).err.find("--bare: --profile") !=
        std::string::npos);
  CHECK(run({"calibrate", "--output", "/nonexistent/p.json"}).status != 0);
  CHECK(run({"calibrate", "--model", path}).status == kExitBadInput);
}

}  // namespace
}  // namespace inferlab::labs
