#include "sim/gitops/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "sim/api/decode.h"
#include "sim/api/json.h"
#include "sim/gitops/three_way_merge.h"

namespace inferlab::sim {
namespace {

// Of "/spec/template~1x/0": its parts, unescaped. Source: RFC 6901.
std::vector<std::string> parts_of(std::string_view pointer) {
  std::vector<std::string> out;
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    std::string part;
    for (std::size_t i = 0; i < end; ++i) {
      if (pointer[i] == '~' && i + 1 < end && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
        part += pointer[++i] == '0' ? '~' : '/';
      } else {
        part += pointer[i];
      }
    }
    out.push_back(std::move(part));
    pointer.remove_prefix(end);
  }
  return out;
}

std::optional<std::size_t> index_in(const Value& list, const std::string& part) {
  std::size_t index = 0;
  const auto end = part.data() + part.size();
  const auto read = std::from_chars(part.data(), end, index);
  if (read.ec != std::errc() || read.ptr != end || index >= list.size()) return std::nullopt;
  return index;
}

const Value* find_at(const Value& value, std::span<const std::string> parts) {
  const Value* at = &value;
  for (const std::string& part : parts) {
    if (at->is_array()) {
      const auto index = index_in(*at, part);
      if (!index) return nullptr;
      at = &(*at)[*index];
    } else {
      at = at->find(part);
      if (at == nullptr) return nullptr;
    }
  }
  return at;
}

// With `wanted` at the place; nullptr: with nothing there. A way that is not there is not made for
// nothing.
Value with_at(const Value& value, std::span<const std::string> parts, const Value* wanted) {
  if (parts.empty()) return wanted == nullptr ? value : *wanted;
  const std::string& part = parts.front();
  if (value.is_array()) {
    const auto index = index_in(value, part);
    if (!index) return value;
    Value::Array items = value.items();
    const auto item = items.begin() + static_cast<std::ptrdiff_t>(*index);
    if (parts.size() == 1 && wanted == nullptr) {
      items.erase(item);
    } else {
      *item = with_at(*item, parts.subspan(1), wanted);
    }
    return Value::array(std::move(items));
  }
  if (parts.size() == 1 && wanted == nullptr) return value.without(part);
  if (!value.has(part) && wanted == nullptr) return value;
  return value.with(part, with_at(value[part], parts.subspan(1), wanted));
}

Value without_pointers(Value object, std::span<const std::string> pointers) {
  for (const std::string& pointer : pointers) {
    object = with_at(object, parts_of(pointer), nullptr);
  }
  return object;
}

Value without_empty(Value object, std::initializer_list<std::string_view> path, const Value& at) {
  return at.empty() ? object.without_path(path) : object;
}

// As two documents are compared: in the API's canonical form, without what is not configuration.
Value normal(const Kind& kind, const Value& object) {
  auto read = kind.decode ? kind.decode(object, nullptr, nullptr) : decode(*kind.schema, object);
  Value out = read ? std::move(read).value() : object;
  if (kind.set_defaults != nullptr) out = kind.set_defaults(std::move(out));
  out = out.without("status")
            .without_path({"metadata", "managedFields"})
            .without_path({"metadata", "annotations", kLastApplied});
  for (const char* server : {"creationTimestamp", "generation", "resourceVersion", "uid"}) {
    out = out.without_path({"metadata", server});
  }
  return without_empty(out, {"metadata", "annotations"}, out["metadata"]["annotations"]);
}

std::string first_difference(const Value& a, const Value& b, const std::string& path) {
  if (a == b) return {};
  if (a.is_object() && b.is_object()) {
    for (const Value::Member& member : a.members()) {
      std::string found = first_difference(member.value, b[member.key], path + "." + member.key);
      if (!found.empty()) return found;
    }
    for (const Value::Member& member : b.members()) {
      if (!a.has(member.key)) return path + "." + member.key;
    }
  }
  if (a.is_array() && b.is_array() && a.size() == b.size()) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      std::string found = first_difference(a[i], b[i], fmt::format("{}[{}]", path, i));
      if (!found.empty()) return found;
    }
  }
  return path.empty() ? "." : path;
}

// What was applied last, as the object itself tells. null: nothing.
Value last_applied(const Value& live) {
  const Value& text = live["metadata"]["annotations"][kLastApplied];
  if (!text.is_string()) return {};
  auto read = parse_json(text.as_string());
  return read ? std::move(read).value() : Value();
}

}  // namespace

std::pair<std::string, std::string> group_version(const Value& object) {
  const std::string version = object["apiVersion"].str();
  const std::size_t slash = version.find('/');
  if (slash == std::string::npos) return {"", version};
  return {version.substr(0, slash), version.substr(slash + 1)};
}

std::string tracking_id(std::string_view application, std::string_view group, std::string_view kind,
                        std::string_view ns, std::string_view name) {
  return fmt::format("{}:{}/{}:{}/{}", application, group, kind, ns, name);
}

DesiredObject desired_object(const KindTable& kinds, const Value& manifest,
                             std::string_view application, std::string_view ns) {
  DesiredObject out;
  const std::string_view version = manifest["apiVersion"].as_string();
  const std::string_view kind = manifest["kind"].as_string();
  const std::string group = group_version(manifest).first;
  out.kind = kinds.by_gvk(version, kind);
  const std::string name = manifest["metadata"]["name"].str();
  std::string own = manifest["metadata"]["namespace"].str();
  if (own.empty()) own = std::string(ns);
  const bool namespaced = out.kind == nullptr || out.kind->namespaced;
  out.object = namespaced ? manifest.with_path({"metadata", "namespace"}, Value(own))
                          : manifest.without_path({"metadata", "namespace"});
  out.object = out.object.with_path(
      {"metadata", "annotations", kTrackingId},
      Value(tracking_id(application, group, kind, namespaced ? own : std::string(ns), name)));
  out.key = {out.kind == nullptr ? std::string(kind) : out.kind->storage().resource(),
             namespaced ? own : std::string(), name};
  return out;
}

Value live_in(const Kind& kind, const Value& stored) {
  return kind.stored_as != nullptr && kind.from_stored ? kind.from_stored(stored) : stored;
}

Value as_applied(const DesiredObject& desired, const Value& live) {
  const Value target = desired.object.without("status");
  Value merged = three_way_merge(*desired.kind, last_applied(live), target, live);
  return merged.with_path({"metadata", "annotations", kLastApplied}, Value(to_json(target) + "\n"));
}

std::string difference_from(const DesiredObject& desired, const Value& live,
                            std::span<const std::string> ignored) {
  const Value wanted = normal(*desired.kind, as_applied(desired, live));
  const Value present = normal(*desired.kind, live);
  return first_difference(without_pointers(present, ignored), without_pointers(wanted, ignored),
                          {});
}

Value with_pointers_of(Value object, const Value& from, std::span<const std::string> pointers) {
  for (const std::string& pointer : pointers) {
    const std::vector<std::string> parts = parts_of(pointer);
    object = with_at(object, parts, find_at(from, parts));
  }
  return object;
}

}  // namespace inferlab::sim
