#include "sim/apiserver/server_metrics.h"

#include <fmt/format.h>

namespace inferlab::sim {
namespace {

// The verbs of this metric are those of HTTP, but for reads and deletions of many.
std::string_view verb_of(const HttpRequest& request, const ResourcePath& path) {
  const std::string_view watch = request.query_value("watch");
  if (request.method == "GET") {
    if (path.watch || watch == "true" || watch == "1") return "WATCH";
    return path.name.empty() ? "LIST" : "GET";
  }
  if (request.method == "DELETE" && path.name.empty()) return "DELETECOLLECTION";
  if (request.method == "PATCH" &&
      request.header("content-type").starts_with("application/apply-patch")) {
    return "APPLY";
  }
  // Whatever else a client calls its method must not become a series of its own.
  for (const std::string_view known : {"POST", "PUT", "PATCH", "DELETE"}) {
    if (request.method == known) return known;
  }
  return "other";
}

std::string_view scope_of(const HttpRequest& request, const ResourcePath& path) {
  if (!path.name.empty() || request.method == "POST") return "resource";
  return path.ns.empty() ? "cluster" : "namespace";
}

void heading(std::string& out, std::string_view name, std::string_view help,
             std::string_view type) {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

}  // namespace

void ServerMetrics::count(const HttpRequest& request, const ResourcePath& path, int status) {
  const std::string labels = fmt::format(
      "code=\"{}\",component=\"apiserver\",dry_run=\"{}\",group=\"{}\",resource=\"{}\",scope=\"{}"
      "\","
      "subresource=\"{}\",verb=\"{}\",version=\"{}\"",
      status, request.query_value("dryRun") == "All" ? "All" : "", path.kind->group,
      path.kind->plural, scope_of(request, path), path.subresource, verb_of(request, path),
      path.kind->version);
  const std::lock_guard lock(mutex_);
  ++requests_[labels];
}

std::string ServerMetrics::text(const Gauges& gauges) const {
  std::string out;
  heading(out, "apiserver_longrunning_requests", "Watches that are being served.", "gauge");
  for (const auto& [resource, watches] : gauges.watches) {
    const std::size_t dot = resource.find('.');
    out += fmt::format(
        "apiserver_longrunning_requests{{component=\"apiserver\",group=\"{}\",resource=\"{}\","
        "verb=\"WATCH\"}} {}\n",
        dot == std::string::npos ? "" : resource.substr(dot + 1), resource.substr(0, dot), watches);
  }
  heading(out, "apiserver_request_total", "Requests for resources that were answered.", "counter");
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [labels, number] : requests_) {
      out += fmt::format("apiserver_request_total{{{}}} {}\n", labels, number);
    }
  }
  heading(out, "apiserver_storage_objects", "Objects that are stored.", "gauge");
  for (const auto& [resource, objects] : gauges.objects) {
    out += fmt::format("apiserver_storage_objects{{resource=\"{}\"}} {}\n", resource, objects);
  }
  return out;
}

std::map<std::string, std::size_t> objects_by_resource(const Store& store, const KindTable& kinds) {
  std::map<std::string, std::size_t> objects;
  for (const Kind* kind : kinds.all()) {
    if (kind->computed || kind->stored_as != nullptr) continue;
    objects[kind->resource()] = store.list(kind->resource()).size();
  }
  return objects;
}

}  // namespace inferlab::sim
