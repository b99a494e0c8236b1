#include "sim/apiserver/server_metrics.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/apiserver/discovery.h"

namespace inferlab::sim {
namespace {

// As the API server's metrics name verbs.
std::string verb_label(std::string_view verb) {
  if (verb == "create") return "POST";
  if (verb == "update") return "PUT";
  std::string out(verb);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::toupper(c); });
  return out;
}

std::string_view scope_of(const AccessRequest& access) {
  if (!access.name.empty() || access.verb == "create") return "resource";
  return access.ns.empty() ? "cluster" : "namespace";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void family(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

}  // namespace

StoredObjects stored_objects(Api& api) {
  StoredObjects out;
  for (const Kind* kind : api.kinds().all()) {
    if (kind->stored_as != nullptr || kind->computed) continue;
    std::string resource = kind->resource();
    const std::size_t number = api.store().list(resource).size();
    out.emplace_back(std::move(resource), number);
  }
  std::ranges::sort(out);
  return out;
}

void ServerMetrics::count(const AccessRequest& access, std::string_view version, bool dry_run,
                          int code) {
  std::string labels = fmt::format(
      R"(code="{}",component="apiserver",dry_run="{}",group="{}",resource="{}",scope="{}",)"
      R"(subresource="{}",verb="{}",version="{}")",
      code, dry_run ? "All" : "", escaped(access.group), escaped(access.resource), scope_of(access),
      escaped(access.subresource), verb_label(access.verb), escaped(version));
  const std::lock_guard lock(mutex_);
  ++requests_[std::move(labels)];
}

std::string ServerMetrics::text(const StoredObjects& objects, std::size_t watches,
                                std::string_view git_version) const {
  std::string out;
  family(out, "apiserver_longrunning_requests", "gauge",
         "Watches and followed logs that are open now.");
  out += fmt::format(
      "apiserver_longrunning_requests{{component=\"apiserver\",verb=\"WATCH\"}} {}\n", watches);
  family(out, "apiserver_request_total", "counter",
         "Requests for resources, by what they asked for and the code of the answer.");
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [labels, number] : requests_) {
      out += fmt::format("apiserver_request_total{{{}}} {}\n", labels, number);
    }
  }
  family(out, "apiserver_storage_objects", "gauge", "Objects that are stored, by resource.");
  for (const auto& [resource, number] : objects) {
    out += fmt::format("apiserver_storage_objects{{resource=\"{}\"}} {}\n", resource, number);
  }
  const Value version = version_info(git_version);
  family(out, "kubernetes_build_info", "gauge", "Always 1; the labels say which version this is.");
  out += fmt::format(
      "kubernetes_build_info{{git_version=\"{}\",major=\"{}\",minor=\"{}\",platform=\"{}\"}} 1\n",
      escaped(git_version), version["major"].as_string(), version["minor"].as_string(),
      version["platform"].as_string());
  return out;
}

}  // namespace inferlab::sim
