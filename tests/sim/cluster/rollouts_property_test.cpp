// Over many seeds: whatever is released, and however it ends, a Rollout keeps its promises.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "engine/base/rng.h"
#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"
#include "sim/controllers/deployment_math.h"
#include "tests/sim/cluster/add_on_world.h"

namespace inferlab {
namespace {

using sim::ApiRequest;
using sim::Value;

sim::ClusterSpec spec_of() {
  sim::ClusterSpec spec;
  spec.add_ons.push_back(shipped_add_on("argo-rollouts"));
  sim::NodePoolSpec pool;
  pool.name = "cpu";
  pool.count = 2;
  spec.pools.push_back(pool);
  sim::ImageSpec image;
  image.repository = "registry.example.com/web";
  image.tags = {"v1", "v2", "v3"};
  image.size_bytes = std::int64_t{20} << 20;
  image.behaviour = sim::ImageSpec::Behaviour::kHttpServer;
  spec.images.push_back(image);
  image.repository = "registry.example.com/broken";
  image.behaviour = sim::ImageSpec::Behaviour::kCrasher;
  spec.images.push_back(image);
  return spec;
}

struct Outcome {
  std::uint64_t trace = 0;
  std::vector<std::string> violations;
};

class Run {
 public:
  explicit Run(std::uint64_t seed)
      : cluster_(spec_of(), seed),
        rng_(seed, "test", "rollouts"),
        replicas_(rng_.between(std::int64_t{1}, std::int64_t{8})),
        surge_(rng_.between(std::int64_t{0}, std::int64_t{3})),
        unavailable_(rng_.between(std::int64_t{surge_ == 0 ? 1 : 0}, std::int64_t{2})) {}

  Outcome play() {
    pass(30s);
    create();
    pass(1min);
    is_up_ = true;
    for (int round = 0; round < 6; ++round) {
      const bool is_broken = rng_.below(3) == 0;
      release(fmt::format("registry.example.com/{}:v{}", is_broken ? "broken" : "web",
                          rng_.between(std::int64_t{1}, std::int64_t{3})));
      pass(rng_.between(Duration(20s), Duration(3min)));
      if (rng_.below(3) == 0) {
        change("status", Value::object().with_path({"status", "abort"}, true));
        pass(1min);
      }
    }
    out_.trace = cluster_.simulation().trace().digest();
    return out_;
  }

 private:
  Value pod_template(const std::string& image) const {
    const std::string text = fmt::format(
        "metadata: {{labels: {{app: web}}}}\n"
        "spec: {{containers: [{{name: web, image: \"{}\", "
        "readinessProbe: {{httpGet: {{path: /, port: 8080}}, periodSeconds: 1}}}}]}}\n",
        image);
    return sim::parse_yaml(text, "test")->front().value;
  }

  void send(const ApiRequest& request) {
    const auto response = cluster_.request(request);
    INFO(response.message());
    REQUIRE(response.ok());
  }

  void create() {
    Value::Array steps;
    for (std::uint64_t i = 0; i <= rng_.below(3); ++i) {
      steps.push_back(
          Value::object({{"setWeight", rng_.between(std::int64_t{0}, std::int64_t{100})}}));
      steps.push_back(Value::object().with_path({"pause", "duration"},
                                                rng_.between(std::int64_t{0}, std::int64_t{30})));
    }
    const Value canary = Value::object({{"maxSurge", surge_},
                                        {"maxUnavailable", unavailable_},
                                        {"steps", Value::array(std::move(steps))}});
    const Value spec = Value::object({{"replicas", replicas_}, {"progressDeadlineSeconds", 45}})
                           .with("progressDeadlineAbort", true)
                           .with_path({"selector", "matchLabels", "app"}, "web")
                           .with_path({"strategy", "canary"}, canary)
                           .with("template", pod_template("registry.example.com/web:v1"));
    ApiRequest request;
    request.verb = sim::Verb::kCreate;
    request.resource = "rollouts.argoproj.io";
    request.ns = "default";
    request.body = Value::object({{"apiVersion", "argoproj.io/v1alpha1"},
                                  {"kind", "Rollout"},
                                  {"metadata", Value::object({{"name", "web"}})},
                                  {"spec", spec}});
    send(request);
  }

  void change(const std::string& subresource, const Value& patch) {
    ApiRequest request;
    request.verb = sim::Verb::kPatch;
    request.resource = "rollouts.argoproj.io";
    request.ns = "default";
    request.name = "web";
    request.subresource = subresource;
    request.body = patch;
    send(request);
  }

  void release(const std::string& image) {
    change("", Value::object().with_path({"spec", "template"}, pod_template(image)));
  }

  // A second at a time, and after each what must hold.
  void pass(Duration time) {
    for (Duration passed{}; passed < time; passed += 1s) {
      cluster_.run_until(cluster_.simulation().now() + 1s);
      std::int64_t asked = 0, ready = 0;
      for (const sim::ObjectPtr& set : cluster_.store().list("replicasets.apps", "default")) {
        asked += set->document["spec"]["replicas"].as_int();
      }
      for (const sim::ObjectPtr& pod : cluster_.store().list("pods", "default")) {
        const auto& view = pod->view<sim::PodView>();
        if (view.ready && !view.meta.deletion_timestamp) ++ready;
      }
      const auto tell = [&](const char* what, std::int64_t count) {
        out_.violations.push_back(fmt::format(
            "{} Pods {} of {} (surge {}, unavailable {}) at {}", count, what, replicas_, surge_,
            unavailable_, format_duration(cluster_.simulation().now().time_since_epoch())));
      };
      if (asked > replicas_ + surge_) tell("asked for", asked);
      if (is_up_ && ready < replicas_ - std::min(unavailable_, replicas_)) tell("Ready", ready);
    }
  }

  sim::Cluster cluster_;
  Rng rng_;
  const std::int64_t replicas_, surge_, unavailable_;
  bool is_up_ = false;
  Outcome out_;
};

}  // namespace

TEST_CASE("rollouts: enough Pods are Ready and never too many there", "[seeds]") {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    INFO("seed " << seed);
    const Outcome first = Run(seed).play();
    CHECK(first.violations == std::vector<std::string>());
    if (seed % 8 == 0) CHECK(first.trace == Run(seed).play().trace);
  }
}

}  // namespace inferlab
