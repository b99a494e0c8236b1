// ingress-streaming-unsafe: an Ingress that breaks or holds back streams.
#include <fmt/format.h>

#include <charconv>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

constexpr std::string_view kPrefix = "nginx.ingress.kubernetes.io/";
// Source: ingress-nginx documentation, "Annotations" and "ConfigMap": proxy-read-timeout 60.
constexpr double kReadTimeout = 60;

// Other controllers are set by other means, which no annotation of nginx's tells.
bool is_nginx(const sim::Value& ingress) {
  const std::string name = ingress["spec"]["ingressClassName"].str();
  const sim::Value& annotations = ingress["metadata"]["annotations"];
  const std::string old = annotations["kubernetes.io/ingress.class"].str();
  if (name.empty() && old.empty()) return true;  // the cluster's default, nginx as a rule
  return name.find("nginx") != std::string::npos || old.find("nginx") != std::string::npos;
}

double seconds_of(std::string_view text) {
  double value = kReadTimeout;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void run(const Bundle& bundle, const Context& context, Report& report) {
  if (!context.max_generation_seconds) return;
  for (const Object* ingress : bundle.of_kind("Ingress")) {
    if (!is_nginx(ingress->value)) continue;
    const sim::Value& annotations = ingress->value["metadata"]["annotations"];
    const std::string buffering = annotations[std::string(kPrefix) + "proxy-buffering"].str();
    const double timeout =
        seconds_of(annotations[std::string(kPrefix) + "proxy-read-timeout"].as_string());
    std::string what;
    if (buffering != "off") what = "buffering is not off";
    if (timeout < *context.max_generation_seconds) {
      what += fmt::format("{}streams are cut after {:.0f} s, the longest generation takes {:.0f} s",
                          what.empty() ? "" : ", and ", timeout, *context.max_generation_seconds);
    }
    if (what.empty()) continue;
    report.add(*ingress, "metadata.annotations", what);
  }
}

}  // namespace

const Check kIngressStreamingUnsafe = {
    .id = "ingress-streaming-unsafe",
    .tier = Tier::kContext,
    .severity = Severity::kWarning,
    .title = "an Ingress that breaks or holds back streams",
    .why =
        "With buffering the tokens arrive all at once at the end; with nginx's 60 seconds of read "
        "timeout a long prompt's stream is cut before its first token.",
    .mend =
        "Set nginx.ingress.kubernetes.io/proxy-buffering to \"off\" and proxy-read-timeout above "
        "the longest generation.",
    .rows = "FLR-04",
    .run = run,
};

}  // namespace inferlab::labs::lint
