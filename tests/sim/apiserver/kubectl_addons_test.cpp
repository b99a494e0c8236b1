// The real kubectl on a cluster that begins with every add-on there is.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "sim/cluster/add_on.h"
#include "tests/sim/apiserver/cluster_run.h"
#include "tests/sim/apiserver/kubectl.h"

namespace inferlab::sim {
namespace {

using testing::ClusterRun;
using testing::Kubectl;

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<AddOnSpec> all_add_ons() {
  std::map<std::string, AddOnSpec> by_name;
  for (const auto& entry :
       fs::directory_iterator(fs::path(INFERLAB_SOURCE_DIR) / "assets/addons")) {
    auto add_on = read_add_on(text_of(entry.path()), entry.path().filename().string());
    REQUIRE(add_on.has_value());
    by_name.emplace(entry.path().stem().string(), std::move(add_on).value());
  }
  std::vector<AddOnSpec> out;
  for (auto& [name, add_on] : by_name) out.push_back(std::move(add_on));
  return out;
}

// The manifests that stand first in each golden file: what a platform would write.
std::map<std::string, std::string> typical_manifests() {
  std::map<std::string, std::string> out;
  for (const auto& entry :
       fs::directory_iterator(fs::path(INFERLAB_SOURCE_DIR) / "tests/golden/addons")) {
    const std::string text = text_of(entry.path());
    constexpr std::string_view kBegin = "create <<END\n";
    const std::size_t begin = text.find(kBegin);
    REQUIRE(begin != std::string::npos);
    const std::size_t from = begin + kBegin.size();
    out[entry.path().stem().string()] = text.substr(from, text.find("\nEND\n", from) + 1 - from);
  }
  return out;
}

TEST_CASE("kubectl and add-ons: what platforms write is taken, with a word on who acts on it",
          "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run({}, all_add_ons());
  Kubectl kubectl(run.door());
  for (const auto& [name, manifests] : typical_manifests()) {
    INFO(name);
    const auto applied = kubectl.run({"apply", "-f", "-"}, manifests);
    INFO(applied.out << applied.err);
    CHECK(applied.exit_code == 0);
    CHECK_FALSE(contains(applied.err, "unknown field"));
    // On a PodGroup kube-scheduler acts, where it is told to; on Rollouts a controller of ours.
    const bool acted_on = name == "coscheduling" || name == "argo-rollouts";
    CHECK(contains(applied.err, "brings no controller: nothing in this cluster acts on it") !=
          acted_on);
    // Lists that defaults stand in are sent again, as to the real server; nothing changes by it.
    const std::string again = kubectl.good({"apply", "-f", "-"}, manifests);
    CHECK_FALSE(contains(again, " created"));
    CHECK(kubectl.good({"get", "-f", "-", "-o", "jsonpath={..metadata.generation}"}, manifests)
              .find_first_not_of("1 ") == std::string::npos);
  }
  CHECK(contains(kubectl.good({"get", "so"}), "SCALETARGETKIND   SCALETARGETNAME   MIN   MAX"));
  CHECK(contains(kubectl.good({"get", "isvc"}), "PREVROLLEDOUTREVISION   LATESTREADYREVISION"));
  CHECK(contains(kubectl.good({"get", "rayclusters"}), "DESIRED WORKERS   AVAILABLE WORKERS"));
  CHECK(contains(kubectl.good({"get", "nodepools", "-o", "wide"}), "WEIGHT   CPU   MEMORY"));
  CHECK(contains(kubectl.good({"get", "gatewayclasses"}), "Unknown"));
  CHECK(contains(kubectl.good({"get", "httproute"}), "[\"llm.example.com\"]"));
  CHECK(contains(kubectl.good({"get", "cpol"}), "ADMISSION   BACKGROUND   READY"));
  CHECK(contains(kubectl.good({"get", "ro"}), "DESIRED   CURRENT   UP-TO-DATE   AVAILABLE"));
  kubectl.good({"scale", "ro/vllm", "--replicas=6"});
  CHECK(kubectl.good({"get", "ro/vllm", "-o", "jsonpath={.spec.replicas}"}) == "6");
  // A change of what was applied, which is a merge patch for kinds like these.
  constexpr const char* kChanged = R"(
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: vllm}
spec: {scaleTargetRef: {name: vllm}, maxReplicaCount: 9, triggers: [{type: cron, metadata: {}}]}
)";
  CHECK(contains(kubectl.run({"diff", "-f", "-"}, kChanged).out, "+  maxReplicaCount: 9"));
  CHECK(contains(kubectl.good({"apply", "-f", "-"}, kChanged),
                 "scaledobject.keda.sh/vllm configured"));
  CHECK(kubectl.good({"get", "so/vllm", "-o", "jsonpath={.spec.fallback}"}).empty());
  // Of several versions the most stable one is asked for.
  CHECK(contains(kubectl.good({"get", "rayjobs"}), "JOB STATUS   DEPLOYMENT STATUS"));
  CHECK(contains(kubectl.good({"api-resources", "--api-group=gateway.networking.k8s.io"}),
                 "gateway.networking.k8s.io/v1 "));
  // Of the roles that came along.
  CHECK(contains(kubectl.good({"get", "clusterrole", "edit", "-o", "yaml"}), "servicemonitors"));
}

TEST_CASE("kubectl and add-ons: a misspelt field is refused, and the right ones are explained",
          "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run({}, all_add_ons());
  Kubectl kubectl(run.door());
  if (kubectl.at_least(25)) {  // those before it check by themselves
    const std::string refused = kubectl.bad({"apply", "-f", "-"}, R"(
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: vllm}
spec: {scaleTargetRef: {name: vllm}, minReplicas: 1, triggers: [{type: cron, metadata: {}}]}
)");
    CHECK(contains(refused,
                   "ScaledObject in version \"v1alpha1\" cannot be handled as a ScaledObject: "
                   "strict decoding error: unknown field \"spec.minReplicas\""));
    CHECK(contains(kubectl.bad({"apply", "-f", "-"}, R"(
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: llama}
spec: {predictor: {model: {modelFormat: {name: vLLM}, resource: {}}}}
)"),
                   "unknown field \"spec.predictor.model.resource\""));
  }
  if (kubectl.at_least(24)) {
    CHECK(contains(kubectl.good({"explain", "so.spec.triggers.metadata"}), "all of them texts"));
    CHECK(contains(kubectl.good({"explain", "nodepool.spec.disruption"}), "consolidateAfter"));
    const std::string model = kubectl.good({"explain", "isvc.spec.predictor.model"});
    CHECK(contains(model, "modelFormat"));
    CHECK(contains(model, "livenessProbe"));
    CHECK(contains(kubectl.good({"explain", "rollout.spec.template.spec", "--recursive"}),
                   "topologySpreadConstraints"));
    CHECK(contains(kubectl.good({"explain", "raycluster", "--api-version=ray.io/v1alpha1"}),
                   "one head and groups of workers"));
  }
  CHECK(contains(kubectl.good({"api-resources", "--api-group=keda.sh"}), "cta,clustertriggerauth"));
}

}  // namespace
}  // namespace inferlab::sim
