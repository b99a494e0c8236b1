// ingress-tls-missing: a host of an Ingress without TLS.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

// "*.example.com" covers one label.
bool covers(std::string_view pattern, std::string_view host) {
  if (pattern == host) return true;
  if (!pattern.starts_with("*.")) return false;
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && host.substr(dot) == pattern.substr(1);
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Object* ingress : bundle.of_kind("Ingress")) {
    std::vector<std::string> hosts;
    const sim::Value& spec = ingress->value["spec"];
    const sim::Value& tls = spec["tls"];
    bool covers_all = false;
    for (const sim::Value& entry : tls.items()) {
      covers_all = covers_all || entry["hosts"].empty();
      const sim::Value& names = entry["hosts"];
      for (const sim::Value& host : names.items()) hosts.push_back(host.str());
    }
    const sim::Value& rules = spec["rules"];
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const std::string host = rules[i]["host"].str();
      const bool covered = std::any_of(hosts.begin(), hosts.end(), [&](const std::string& name) {
        return host.empty() || covers(name, host);
      });
      if (covered || covers_all) continue;
      report.add(*ingress, tls.empty() ? fmt::format("spec.rules[{}].host", i) : "spec.tls",
                 host.empty() ? "no host of it is under tls"
                              : fmt::format("host \"{}\" is not under tls", host));
    }
  }
}

}  // namespace

const Check kIngressTlsMissing = {
    .id = "ingress-tls-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a host of an Ingress without TLS",
    .why = "Prompts, answers and API keys travel in the clear.",
    .mend = "Name the host under spec.tls with the Secret of its certificate.",
    .rows = "K8S-04",
    .run = run,
};

}  // namespace inferlab::labs::lint
