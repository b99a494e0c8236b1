#include "sim/apiserver/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sim/apiserver/answers.h"

namespace inferlab::sim {
namespace {

// What there is of kube-apiserver's checks, in its order. All of them are one question here: does
// the thread that owns the run still answer?
constexpr std::string_view kChecks[] = {
    "ping",
    "log",
    "etcd",
    "informer-sync",
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/crd-informer-synced",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
    "shutdown",
};

// "informer-sync" and "shutdown" are asked of a server that is to be ready.
bool belongs(std::string_view check, std::string_view endpoint) {
  return endpoint == "readyz" || (check != "informer-sync" && check != "shutdown");
}

// "readyz" and "etcd" of "/readyz/etcd".
std::pair<std::string_view, std::string_view> parts_of(std::string_view path) {
  path.remove_prefix(1);
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {path, {}};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

HttpResponse text(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

}  // namespace

bool is_health_path(std::string_view path) {
  if (path.empty() || path.front() != '/') return false;
  const auto [endpoint, check] = parts_of(path);
  if (endpoint != "healthz" && endpoint != "livez" && endpoint != "readyz") return false;
  return check.empty()
             ? !path.ends_with('/')
             : belongs(check, endpoint) && std::ranges::find(kChecks, check) != std::end(kChecks);
}

HttpResponse answer_health(const HttpRequest& request, const RunDoor& door) {
  const auto [endpoint, only] = parts_of(request.path);
  const bool healthy = door.mailbox.call([] { return true; }).has_value();
  if (!only.empty()) {
    return healthy ? text(200, "ok") : text(500, "internal server error: the run has ended\n");
  }
  bool verbose = !healthy;
  std::vector<std::string> excluded;
  for (const auto& [name, value] : request.query) {
    verbose = verbose || name == "verbose";
    if (name == "exclude") excluded.push_back(value);
  }
  if (!verbose) return text(200, "ok");
  std::string out;
  for (const std::string_view check : kChecks) {
    if (!belongs(check, endpoint)) continue;
    const auto found = std::ranges::find(excluded, check);
    if (found != excluded.end()) {
      excluded.erase(found);
      out += fmt::format("[+]{} excluded: ok\n", check);
    } else if (healthy || check == "ping" || check == "log") {
      out += fmt::format("[+]{} ok\n", check);
    } else {
      out += fmt::format("[-]{} failed: reason withheld\n", check);
    }
  }
  if (!excluded.empty()) {
    out += "warn: some health checks cannot be excluded: no matches for ";
    for (std::size_t i = 0; i < excluded.size(); ++i) {
      out += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", excluded[i]);
    }
    out += "\n";
  }
  return healthy ? text(200, out + fmt::format("{} check passed\n", endpoint))
                 : text(500, out + fmt::format("{} check failed\n", endpoint));
}

}  // namespace inferlab::sim
