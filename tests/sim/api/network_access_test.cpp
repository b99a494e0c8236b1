// What NetworkPolicies let through, by golden cases: the rules of the Kubernetes documentation,
// "Network Policies", one by one.
#include "sim/api/access/network_access.h"

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>

#include "sim/api/api.h"
#include "sim/api/yaml.h"
#include "tests/support/golden.h"

namespace inferlab::sim {
namespace {

using testing::GoldenCommand;

/// The vocabulary of tests/golden/network_policy:
///
///     namespace NAME [labels=a=b,c=d]
///     pod NAME [ns=N] [labels=a=b,c=d] [ports=http:8000,metrics:9000]   an end of connections
///     outside NAME IP                                                   another one
///     policies <<END                     these and no others; says what the API server refuses
///     connect FROM TO PORT [PROTOCOL]
class NetworkWorld final : public testing::GoldenWorld {
 public:
  NetworkWorld() { make_namespace("default", Value::object()); }

  std::string run(const GoldenCommand& command) override {
    if (command.name == "namespace") {
      make_namespace(command.words.at(0), pairs(command.get("labels"), '='));
      return "";
    }
    if (command.name == "pod") {
      NetworkEnd& end = ends_[command.words.at(0)];
      end.ns = command.get("ns", "default");
      end.labels = labels_from(pairs(command.get("labels"), '='));
      const Value ports = pairs(command.get("ports"), ':');
      for (const Value::Member& port : ports.members()) {
        end.named_ports[port.key] = std::stoi(port.value.str());
      }
      return "";
    }
    if (command.name == "outside") {
      ends_[command.words.at(0)].ip = command.words.at(1);
      return "";
    }
    if (command.name == "policies") return policies(command);
    if (command.name == "connect") {
      const NetworkAccess access = network_access(
          store_, ends_.at(command.words.at(0)), ends_.at(command.words.at(1)),
          std::stoi(command.words.at(2)), command.words.size() > 3 ? command.words.at(3) : "TCP");
      return (access.allowed ? "yes: " : "no: ") + access.reason + "\n";
    }
    return "no such command: " + command.name + "\n";
  }

 private:
  // "a=b,c=d"
  static Value pairs(std::string text, char between) {
    Value out = Value::object();
    while (!text.empty()) {
      const std::size_t comma = text.find(',');
      const std::string pair = text.substr(0, comma);
      const std::size_t at = pair.find(between);
      out = out.with(pair.substr(0, at), Value(pair.substr(at + 1)));
      text = comma == std::string::npos ? "" : text.substr(comma + 1);
    }
    return out;
  }

  void make_namespace(const std::string& name, const Value& labels) {
    const Value body = Value::object()
                           .with_path({"metadata", "name"}, name)
                           .with_path({"metadata", "labels"}, labels);
    api_.create("namespaces", "", body, "test");
  }

  std::string policies(const GoldenCommand& command) {
    for (const ObjectPtr& old : store_.list("networkpolicies.networking.k8s.io")) {
      api_.remove(old->key, "test");
    }
    const auto documents = parse_yaml(command.text, "policies");
    if (!documents) return documents.error().message + "\n";
    std::string out;
    for (const YamlDocument& document : *documents) {
      const std::string ns(document.value["metadata"]["namespace"].as_string("default"));
      const ApiResponse response =
          api_.create("networkpolicies.networking.k8s.io", ns, document.value, "test");
      if (!response.ok()) out += std::string(response.message()) + "\n";
    }
    return out;
  }

  Simulation simulation_{1};
  Store store_;
  Api api_{simulation_, store_};
  std::map<std::string, NetworkEnd> ends_;
};

}  // namespace
}  // namespace inferlab::sim

TEST_CASE("network access: who reaches whom is as the documentation says", "[golden]") {
  using namespace inferlab;  // NOLINT(google-build-using-namespace)
  for (const std::string& failure : testing::run_golden_cases(
           "network_policy", [] { return std::make_unique<sim::NetworkWorld>(); })) {
    FAIL_CHECK(failure);
  }
}
