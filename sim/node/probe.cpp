#include "sim/node/probe.h"

#include <fmt/format.h>

#include "sim/node/exec_probe.h"

namespace inferlab::sim {
namespace {

std::string refused(const std::string& address) {
  return fmt::format("dial tcp {}: connect: connection refused", address);
}

ProbeOutcome run_http(const ProbeView& probe, const std::string& pod_ip, Workload& workload) {
  const std::string address = fmt::format("{}:{}", pod_ip, probe.http.port);
  const bool is_https = probe.http.scheme == "HTTPS";
  const std::string slash = probe.http.path.starts_with('/') ? "" : "/";
  const std::string url =
      fmt::format("{}://{}{}{}", is_https ? "https" : "http", address, slash, probe.http.path);
  const HttpAnswer answer = workload.http_get(probe.http.port, slash + probe.http.path);
  if (!answer.connected) return {false, fmt::format("Get \"{}\": {}", url, refused(address))};
  if (is_https) {
    return {false, fmt::format("Get \"{}\": http: server gave HTTP response to HTTPS client", url)};
  }
  if (answer.latency > probe.timeout) {
    return {false, fmt::format("Get \"{}\": context deadline exceeded (Client.Timeout exceeded "
                               "while awaiting headers)",
                               url)};
  }
  if (answer.status < 200 || answer.status >= 400) {
    return {false, fmt::format("HTTP probe failed with statuscode: {}", answer.status)};
  }
  return {true, {}};
}

}  // namespace

std::string_view title_of(ProbeType type) {
  switch (type) {
    case ProbeType::kStartup:
      return "Startup";
    case ProbeType::kReadiness:
      return "Readiness";
    case ProbeType::kLiveness:
      break;
  }
  return "Liveness";
}

std::string_view name_of(ProbeType type) {
  switch (type) {
    case ProbeType::kStartup:
      return "startup";
    case ProbeType::kReadiness:
      return "readiness";
    case ProbeType::kLiveness:
      break;
  }
  return "liveness";
}

ProbeOutcome run_probe(const ProbeView& probe, const std::string& pod_ip, Workload& workload) {
  const std::string address = fmt::format("{}:{}", pod_ip, probe.http.port);
  switch (probe.action) {
    case ProbeView::Action::kHttpGet:
      return run_http(probe, pod_ip, workload);
    case ProbeView::Action::kTcpSocket:
      if (workload.listens_on(probe.http.port)) return {true, {}};
      return {false, refused(address)};
    case ProbeView::Action::kExec:
      return run_exec_probe(probe.command, probe.timeout,
                            {.get =
                                 [&workload](int port, std::string_view path) {
                                   return workload.http_get_inside(port, path);
                                 },
                             .mounts = {}});
    case ProbeView::Action::kGrpc:
      break;  // no simulated server speaks gRPC
  }
  return {false,
          fmt::format("timeout: failed to connect service \"{}\" within {}: context deadline "
                      "exceeded",
                      address, format_duration(probe.timeout))};
}

}  // namespace inferlab::sim
