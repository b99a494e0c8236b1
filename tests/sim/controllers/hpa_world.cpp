#include "tests/sim/controllers/hpa_world.h"

#include <fmt/format.h>

#include <sstream>

#include "sim/api/quantity.h"
#include "sim/api/yaml.h"
#include "sim/controllers/hpa_behavior.h"
#include "sim/controllers/hpa_replicas.h"

namespace inferlab {
namespace {

using sim::HpaHistory;
using sim::HpaNormalized;
using sim::HpaPod;
using sim::HpaProposal;
using sim::Quantity;
using testing::GoldenCommand;

constexpr Time kNow{24h};

std::int64_t milli_of(const std::string& text) {
  return Quantity::parse(text).value_or(Quantity()).milli();
}
Duration duration_of(std::string_view text) {
  return parse_duration(text).value();
}

sim::HpaSettings settings_of(const GoldenCommand& command) {
  sim::HpaSettings settings;
  settings.tolerance = std::stod(command.get("tolerance", "0.1"));
  return settings;
}

std::string text_of(const Result<HpaProposal>& proposal) {
  if (!proposal) return proposal.error().message + "\n";
  std::string out = fmt::format("{} Pods", proposal->replicas);
  if (proposal->percent) out += fmt::format(", at {}%", *proposal->percent);
  return out + fmt::format(", {}\n", Quantity::from_milli(proposal->usage_milli).str());
}

class HpaWorld final : public testing::GoldenWorld {
 public:
  std::string run(const GoldenCommand& command) override {
    const std::string& name = command.name;
    if (name == "pods") return read_pods(command.text);
    if (name == "utilization") {
      return text_of(sim::hpa_for_utilization(
          settings_of(command), kNow, command.integer("replicas", 0), command.integer("target", 0),
          command.words.at(0), pods_of(command.words.at(0)), samples_));
    }
    if (name == "average") {
      const std::string resource = command.words.empty() ? "" : command.words[0];
      return text_of(
          sim::hpa_for_average_value(settings_of(command), kNow, command.integer("replicas", 0),
                                     milli_of(command.get("target")), resource, pods_, samples_));
    }
    if (name == "value") {
      return text_of(sim::hpa_for_value(settings_of(command), command.integer("replicas", 0),
                                        milli_of(command.get("target")),
                                        milli_of(command.get("is")), pods_));
    }
    if (name == "shared") {
      return text_of(sim::hpa_for_shared_value(settings_of(command), command.integer("replicas", 0),
                                               milli_of(command.get("target")),
                                               milli_of(command.get("is"))));
    }
    if (name == "autoscaler") return read_autoscaler(command);
    if (name == "recommended") return remember(command, history_.recommendations);
    if (name == "grew") return remember(command, history_.scale_ups);
    if (name == "shrank") return remember(command, history_.scale_downs);
    if (name == "decide") return decide(command);
    if (name == "follow") return follow(command);
    return "no such command: " + name + "\n";
  }

 private:
  std::string read_pods(const std::string& text) {
    pods_.clear();
    samples_.clear();
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) read_pod(line);
    return "";
  }

  void read_pod(const std::string& line) {
    std::istringstream words(line);
    HpaPod pod;
    words >> pod.name >> pod.phase;
    std::string uses;
    std::string measured = "5s/30s";
    for (std::string word; words >> word;) {
      const std::size_t equals = word.find('=');
      const std::string key = word.substr(0, equals);
      const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
      if (key == "deleting") pod.deleting = true;
      if (key == "ready" || key == "unready") {
        pod.readiness = {key == "unready", key == "ready", kNow - duration_of(value)};
      }
      if (key == "started") pod.started = kNow - duration_of(value);
      if (key == "requests") pod.request_milli = milli_of(value);
      if (key == "uses") uses = value;
      if (key == "measured") measured = value;
    }
    const std::size_t slash = measured.find('/');
    if (!uses.empty()) {
      samples_[pod.name] = {milli_of(uses), kNow - duration_of(measured.substr(0, slash)),
                            duration_of(measured.substr(slash + 1))};
    }
    pods_.push_back(std::move(pod));
  }

  std::vector<HpaPod> pods_of(const std::string& resource) const {
    std::vector<HpaPod> out = pods_;
    for (HpaPod& pod : out) {
      pod.missing_request =
          fmt::format("missing request for {} in container main of Pod {}", resource, pod.name);
    }
    return out;
  }

  std::string read_autoscaler(const GoldenCommand& command) {
    history_ = {};
    least_ = command.integer("min", 1);
    most_ = command.integer("max", 10);
    behavior_.reset();
    if (command.text.empty()) return "";
    const auto documents = sim::parse_yaml(command.text, "behavior");
    if (!documents) return documents.error().message + "\n";
    behavior_ = sim::hpa_behavior_from(documents->front().value);
    return "";
  }

  static std::string remember(const GoldenCommand& command, std::vector<HpaHistory::Mark>& marks) {
    for (const std::string& word : command.words) {
      const std::size_t colon = word.find(':');
      marks.push_back(
          {kNow - duration_of(word.substr(0, colon)), std::stoll(word.substr(colon + 1))});
    }
    return "";
  }

  std::string decide(const GoldenCommand& command) {
    const HpaNormalized result =
        sim::hpa_normalize(history_, behavior_, command.integer("replicas", 0),
                           command.integer("wanted", 0), least_, most_, kNow);
    return fmt::format("{}\n  AbleToScale {}: {}\n  ScalingLimited {} {}: {}\n", result.replicas,
                       result.able_to_scale.reason, result.able_to_scale.message,
                       result.limited ? "True" : "False", result.limit.reason,
                       result.limit.message);
  }

  // One sync; sets `current`.
  std::string sync(std::int64_t& current, std::int64_t target, std::int64_t load,
                   const sim::HpaSettings& settings, Time now) {
    history_.begin(current, now);
    const std::int64_t before = current;
    if (current > most_ || current < least_) {
      current = current > most_ ? most_ : least_;
      history_.rescaled(behavior_, before, current, now);
      return fmt::format("{} to {}, out of range", before, current);
    }
    const HpaProposal proposal = sim::hpa_for_shared_value(settings, current, target, load);
    const HpaNormalized result =
        sim::hpa_normalize(history_, behavior_, current, proposal.replicas, least_, most_, now);
    current = result.replicas;
    if (current != before) history_.rescaled(behavior_, before, current, now);
    return fmt::format("{} to {}, wants {}: {}, {}", before, current, proposal.replicas,
                       result.able_to_scale.reason, result.limit.reason);
  }

  std::string follow(const GoldenCommand& command) {
    std::int64_t current = command.integer("replicas", 1);
    const std::int64_t target = milli_of(command.get("target"));
    Time now = kNow;
    std::string out;
    std::string last;
    int times = 0;
    const auto flush = [&] {
      if (times > 0)
        out += fmt::format("{}{}\n", last, times > 1 ? fmt::format(" x{}", times) : "");
    };
    std::istringstream words(command.text);
    std::string load;
    for (std::string word; words >> word;) {
      // "57 x21": twenty-one syncs; a load alone is one.
      const bool repeats = word.starts_with('x');
      const int count = repeats ? std::stoi(word.substr(1)) - 1 : 1;
      if (!repeats) load = word;
      for (int i = 0; i < count; ++i, now += 15s) {
        const std::string line = sync(current, target, milli_of(load), settings_of(command), now);
        if (line != last) {
          flush();
          last = line;
          times = 0;
        }
        ++times;
      }
    }
    flush();
    return out;
  }

  std::vector<HpaPod> pods_;
  sim::HpaSamples samples_;
  HpaHistory history_;
  std::optional<sim::HpaBehavior> behavior_;
  std::int64_t least_ = 1, most_ = 10;
};

}  // namespace

std::unique_ptr<testing::GoldenWorld> make_hpa_world() {
  return std::make_unique<HpaWorld>();
}

}  // namespace inferlab
