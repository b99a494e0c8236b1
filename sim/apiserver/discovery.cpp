#include "sim/apiserver/discovery.h"

#include <fmt/core.h>
#include <openssl/sha.h>

#include <algorithm>
#include <vector>

#include "sim/api/base64.h"
#include "sim/api/version_order.h"
#include "sim/apiserver/media_type.h"
#include "sim/apiserver/reviews.h"

namespace inferlab::sim {
namespace {

/// A resource or subresource as both forms of discovery need it.
struct Row {
  std::string_view group, version, kind, plural, singular;
  bool namespaced = false;
  std::vector<std::string_view> verbs, short_names, categories;
  struct Sub {
    std::string_view name, group, version, kind;
    std::vector<std::string_view> verbs;
  };
  std::vector<Sub> subresources;
  std::string storage_hash = {};  // empty: it is not stored
};

/// How clients tell that two versions are one stored resource.
/// Source: k8s.io/apiserver, discovery.StorageVersionHash.
std::string storage_hash_of(const Kind& kind) {
  if (kind.computed || kind.verbs.size() < 2) return {};
  const Kind& stored = kind.storage();
  const std::string text = fmt::format("{}/{}/{}", stored.group, stored.version, stored.kind);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return to_base64({reinterpret_cast<const char*>(digest), 8});
}

using Words = std::vector<std::string_view>;

/// Subresources that are not a view of their object: of which kind, and what may be done.
Row::Sub subresource_row(const Kind& kind, std::string_view name) {
  const auto own = [&](Words verbs) {
    return Row::Sub{name, kind.group, kind.version, kind.kind, std::move(verbs)};
  };
  const auto options = [&](std::string_view options_kind, Words verbs) {
    return Row::Sub{name, "", "v1", options_kind, std::move(verbs)};
  };
  if (name == "scale") return {name, "autoscaling", "v1", "Scale", {"get", "patch", "update"}};
  if (name == "binding") return options("Binding", {"create"});
  if (name == "eviction") return {name, "policy", "v1", "Eviction", {"create"}};
  if (name == "token") return {name, "authentication.k8s.io", "v1", "TokenRequest", {"create"}};
  if (name == "attach") return options("PodAttachOptions", {"create", "get"});
  if (name == "exec") return options("PodExecOptions", {"create", "get"});
  if (name == "portforward") return options("PodPortForwardOptions", {"create", "get"});
  if (name == "proxy") {
    const std::string_view of = kind.kind == "Pod"       ? "PodProxyOptions"
                                : kind.kind == "Service" ? "ServiceProxyOptions"
                                                         : "NodeProxyOptions";
    return options(of, {"create", "delete", "get", "patch", "update"});
  }
  if (name == "log") return own({"get"});
  if (name == "finalize") return own({"update"});
  return own({"get", "patch", "update"});
}

/// Resources that are not kinds: each metric that an adapter has.
void add_metrics(const MetricNames& names, std::vector<Row>& rows) {
  for (const std::string_view version : {"v1beta2", "v1beta1"}) {
    std::string_view resource;
    for (const auto& [of, metric] : names.custom) {
      if (of != resource) {
        const bool cluster_wide = of == "namespaces" || of == "nodes";
        rows.push_back(
            Row{"custom.metrics.k8s.io", version, "", of, "", !cluster_wide, {}, {}, {}, {}});
        resource = of;
      }
      rows.back().subresources.push_back(
          {metric, "custom.metrics.k8s.io", version, "MetricValueList", {"get"}});
    }
  }
  for (const std::string& metric : names.external) {
    rows.push_back(Row{"external.metrics.k8s.io",
                       "v1beta1",
                       "ExternalMetricValueList",
                       metric,
                       "",
                       true,
                       {"get"},
                       {},
                       {},
                       {}});
  }
}

std::vector<Row> rows_of(const KindTable& kinds, const std::optional<MetricNames>& metrics) {
  std::vector<Row> rows;
  for (const Kind* kind : kinds.all()) {
    Row row{kind->group,  kind->version,         kind->kind,
            kind->plural, kind->singular,        kind->namespaced,
            kind->verbs,  kind->short_names,     kind->categories,
            {},           storage_hash_of(*kind)};
    for (const std::string_view name : kind->subresources) {
      row.subresources.push_back(subresource_row(*kind, name));
    }
    std::ranges::sort(row.subresources, {}, &Row::Sub::name);
    rows.push_back(std::move(row));
  }
  for (const ReviewResource& review : review_resources()) {
    rows.push_back(Row{review.group,
                       review.version,
                       review.kind,
                       review.plural,
                       review.singular,
                       review.namespaced,
                       {"create"},
                       {},
                       {},
                       {}});
  }
  if (metrics) add_metrics(*metrics, rows);
  return rows;
}

struct GroupVersion {
  std::string_view group, version;
  bool operator==(const GroupVersion&) const = default;
};

/// In order of first appearance; of one group the version that is preferred comes first.
std::vector<GroupVersion> group_versions(const std::vector<Row>& rows) {
  std::vector<GroupVersion> result;
  for (const Row& row : rows) {
    const GroupVersion found{row.group, row.version};
    if (std::ranges::find(result, found) != result.end()) continue;
    const auto same = std::ranges::find_if(result, [&](const GroupVersion& other) {
      return other.group == row.group && version_comes_before(row.version, other.version);
    });
    result.insert(same, found);
  }
  return result;
}

std::vector<std::string_view> groups_of(const std::vector<GroupVersion>& versions) {
  std::vector<std::string_view> result;
  for (const GroupVersion& item : versions) {
    if (!item.group.empty() && std::ranges::find(result, item.group) == result.end()) {
      result.push_back(item.group);
    }
  }
  return result;
}

Value texts(const std::vector<std::string_view>& items) {
  Value::Array result;
  for (const std::string_view item : items) result.emplace_back(item);
  return Value::array(std::move(result));
}

Value group_document(const std::vector<GroupVersion>& all, std::string_view group) {
  Value::Array versions;
  for (const GroupVersion& item : all) {
    if (item.group != group) continue;
    versions.push_back(
        Value::object({{"groupVersion", fmt::format("{}/{}", item.group, item.version)},
                       {"version", item.version}}));
  }
  const Value preferred = versions.front();
  return Value::object({{"name", group},
                        {"versions", Value::array(std::move(versions))},
                        {"preferredVersion", preferred}});
}

Value resource_document(const Row& row) {
  Value result = Value::object({{"name", row.plural},
                                {"singularName", row.singular},
                                {"namespaced", row.namespaced},
                                {"kind", row.kind},
                                {"verbs", texts(row.verbs)}});
  if (!row.short_names.empty()) result = result.with("shortNames", texts(row.short_names));
  if (!row.categories.empty()) result = result.with("categories", texts(row.categories));
  if (!row.storage_hash.empty()) {
    result = result.with("storageVersionHash", Value(row.storage_hash));
  }
  return result;
}

Value subresource_document(const Row& row, const Row::Sub& sub) {
  Value result = Value::object({{"name", fmt::format("{}/{}", row.plural, sub.name)},
                                {"singularName", ""},
                                {"namespaced", row.namespaced},
                                {"kind", sub.kind},
                                {"verbs", texts(sub.verbs)}});
  if (sub.group != row.group || sub.version != row.version) {
    result = result.with("group", sub.group).with("version", sub.version);
  }
  return result;
}

/// Group and version are said only when they are others than those of the document's part.
Value response_kind(const Row& row, std::string_view group, std::string_view version,
                    std::string_view kind) {
  const bool same = group == row.group && version == row.version;
  return Value::object({{"group", same ? std::string_view() : group},
                        {"version", same ? std::string_view() : version},
                        {"kind", kind}});
}

Value aggregated_resource(const Row& row) {
  Value result =
      Value::object({{"resource", row.plural},
                     {"responseKind", response_kind(row, row.group, row.version, row.kind)},
                     {"scope", row.namespaced ? "Namespaced" : "Cluster"},
                     {"singularResource", row.singular},
                     {"verbs", texts(row.verbs)}});
  if (!row.short_names.empty()) result = result.with("shortNames", texts(row.short_names));
  if (!row.categories.empty()) result = result.with("categories", texts(row.categories));
  Value::Array subresources;
  for (const Row::Sub& sub : row.subresources) {
    subresources.push_back(
        Value::object({{"subresource", sub.name},
                       {"responseKind", response_kind(row, sub.group, sub.version, sub.kind)},
                       {"verbs", texts(sub.verbs)}}));
  }
  if (!subresources.empty()) {
    result = result.with("subresources", Value::array(std::move(subresources)));
  }
  return result;
}

}  // namespace

Value api_versions(std::string_view server_address) {
  const Value address =
      Value::object({{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", server_address}});
  return Value::object({{"kind", "APIVersions"},
                        {"versions", texts({"v1"})},
                        {"serverAddressByClientCIDRs", Value::array({address})}});
}

Value api_group_list(const KindTable& kinds, const std::optional<MetricNames>& metrics) {
  const std::vector<GroupVersion> all = group_versions(rows_of(kinds, metrics));
  Value::Array groups;
  for (const std::string_view group : groups_of(all)) groups.push_back(group_document(all, group));
  return Value::object({{"kind", "APIGroupList"},
                        {"apiVersion", "v1"},
                        {"groups", Value::array(std::move(groups))}});
}

std::optional<Value> api_group(const KindTable& kinds, std::string_view group,
                               const std::optional<MetricNames>& metrics) {
  const std::vector<GroupVersion> all = group_versions(rows_of(kinds, metrics));
  const auto groups = groups_of(all);
  if (std::ranges::find(groups, group) == groups.end()) return std::nullopt;
  return group_document(all, group).with("kind", "APIGroup").with("apiVersion", "v1");
}

std::optional<Value> api_resource_list(const KindTable& kinds, std::string_view group,
                                       std::string_view version,
                                       const std::optional<MetricNames>& metrics) {
  Value::Array resources;
  for (const Row& row : rows_of(kinds, metrics)) {
    if (row.group != group || row.version != version) continue;
    if (!row.kind.empty()) resources.push_back(resource_document(row));
    for (const Row::Sub& sub : row.subresources) {
      resources.push_back(subresource_document(row, sub));
    }
  }
  if (resources.empty()) return std::nullopt;
  std::ranges::sort(resources, {}, [](const Value& item) { return item["name"].as_string(); });
  const std::string group_version =
      group.empty() ? std::string(version) : fmt::format("{}/{}", group, version);
  const Value list = Value::object({{"kind", "APIResourceList"},
                                    {"groupVersion", group_version},
                                    {"resources", Value::array(std::move(resources))}});
  // The list of the core group alone does not say what version it is of.
  return group.empty() ? list : list.with("apiVersion", "v1");
}

Value aggregated_discovery(const KindTable& kinds, bool core, std::string_view version,
                           const std::optional<MetricNames>& metrics) {
  const std::vector<Row> rows = rows_of(kinds, metrics);
  const std::vector<GroupVersion> all = group_versions(rows);
  Value::Array items;
  const std::vector<std::string_view> groups =
      core ? std::vector<std::string_view>{""} : groups_of(all);
  for (const std::string_view group : groups) {
    Value::Array versions;
    for (const GroupVersion& item : all) {
      if (item.group != group) continue;
      Value::Array resources;
      for (const Row& row : rows) {
        if (GroupVersion{row.group, row.version} == item) {
          resources.push_back(aggregated_resource(row));
        }
      }
      std::ranges::sort(resources, {},
                        [](const Value& one) { return one["resource"].as_string(); });
      versions.push_back(Value::object({{"version", item.version},
                                        {"resources", Value::array(std::move(resources))},
                                        {"freshness", "Current"}}));
    }
    Value metadata = Value::object({{"creationTimestamp", Value()}});
    if (!group.empty()) metadata = metadata.with("name", group);
    items.push_back(
        Value::object({{"metadata", metadata}, {"versions", Value::array(std::move(versions))}}));
  }
  return Value::object({{"kind", "APIGroupDiscoveryList"},
                        {"apiVersion", fmt::format("apidiscovery.k8s.io/{}", version)},
                        {"metadata", Value::object()},
                        {"items", Value::array(std::move(items))}});
}

std::string aggregated_version(std::string_view accept) {
  for (const MediaType& entry : parse_accept(accept)) {
    if (entry.type != "application/json" && entry.type != "*/*") continue;
    if (entry.param("as").empty()) return {};
    const std::string_view version = entry.param("v");
    if (entry.param("g") == "apidiscovery.k8s.io" && entry.param("as") == "APIGroupDiscoveryList" &&
        (version == "v2" || version == "v2beta1")) {
      return std::string(version);
    }
  }
  return {};
}

Value version_info(std::string_view git_version) {
  std::string_view rest = git_version;
  if (rest.starts_with('v')) rest.remove_prefix(1);
  const std::size_t dot = rest.find('.');
  const std::string_view major = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  const std::string_view minor = rest.substr(0, rest.find('.'));
  return Value::object({{"major", major},
                        {"minor", minor},
                        {"gitVersion", git_version},
                        {"gitCommit", ""},
                        {"gitTreeState", "clean"},
                        {"buildDate", "1970-01-01T00:00:00Z"},
                        {"goVersion", "none"},
                        {"compiler", "gcc"},
                        {"platform", "inferlab/simulated"}});
}

}  // namespace inferlab::sim
