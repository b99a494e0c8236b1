#include "sim/controllers/analysis_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>
#include <vector>

#include "sim/api/go_space.h"
#include "sim/controllers/rollout_spec.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kMostNested = 10;  // templates within templates
/// Of all texts of a run together: more than the API server would store.
constexpr std::size_t kMostText = std::size_t{1} << 20;

Error invalid(std::string message) {
  return Error{ErrorKind::kInvalid, std::move(message)};
}

/// The templates of this scope that `refs` name, and those that they name, each once. `path` are
/// those that one is within.
Result<void> add_templates(const Store& store, const std::string& ns, const Value& refs,
                           std::vector<ObjectKey>& path, std::vector<ObjectPtr>& own,
                           std::vector<ObjectPtr>& shared) {
  if (path.size() > kMostNested) {
    return invalid(fmt::format("templates are nested more than {} deep", kMostNested));
  }
  for (const Value& ref : refs.items()) {
    const bool is_shared = ref["clusterScope"].as_bool();
    const std::string name = ref["templateName"].str();
    const ObjectPtr found = is_shared
                                ? store.get({std::string(kClusterAnalysisTemplates), "", name})
                                : store.get({std::string(kAnalysisTemplates), ns, name});
    if (found == nullptr) {
      return Error{ErrorKind::kNotFound,
                   fmt::format("{} '{}' not found",
                               is_shared ? "ClusterAnalysisTemplate" : "AnalysisTemplate", name),
                   name};
    }
    if (std::find(path.begin(), path.end(), found->key) != path.end()) {
      return invalid("templates refer to each other without an end");
    }
    std::vector<ObjectPtr>& list = is_shared ? shared : own;
    bool is_known = false;
    for (const ObjectPtr& other : list) is_known = is_known || other->key == found->key;
    if (is_known) continue;  // and so are all that it names
    list.push_back(found);
    path.push_back(found->key);
    INFERLAB_TRY_VOID(
        add_templates(store, ns, found->document["spec"]["templates"], path, own, shared));
    path.pop_back();
  }
  return {};
}

Result<std::vector<ObjectPtr>> templates_of(const Store& store, const std::string& ns,
                                            const Value& refs) {
  std::vector<ObjectPtr> own, shared;
  std::vector<ObjectKey> path;
  INFERLAB_TRY_VOID(add_templates(store, ns, refs, path, own, shared));
  own.insert(own.end(), shared.begin(), shared.end());
  return own;
}

Result<Value> metrics_in(const std::vector<ObjectPtr>& templates) {
  Value out = Value::array();
  for (const ObjectPtr& one : templates) {
    for (const Value& metric : one->document["spec"]["metrics"].items()) {
      for (const Value& other : out.items()) {
        if (other["name"] == metric["name"]) {
          return invalid(
              fmt::format("two metrics have the same name '{}'", metric["name"].as_string()));
        }
      }
      out = out.appended(metric);
    }
  }
  return out;
}

bool has_value(const Value& arg) {
  return arg.has("value") || arg.has("valueFrom");
}

/// The arguments that the templates declare, once each, with the values that `given` has for them.
Result<Value> merged_arguments(const std::vector<ObjectPtr>& templates, const Value& given) {
  std::vector<Value> out;
  for (const ObjectPtr& one : templates) {
    for (const Value& arg : one->document["spec"]["args"].items()) {
      bool is_known = false;
      for (Value& before : out) {
        if (before["name"] != arg["name"]) continue;
        is_known = true;
        if (before.has("value") && arg.has("value") && before["value"] != arg["value"]) {
          return invalid(fmt::format(
              "Argument `{}` specified multiple times with different values: '{}', '{}'",
              arg["name"].as_string(), before["value"].as_string(), arg["value"].as_string()));
        }
        if (!before.has("value")) before = arg;
      }
      if (!is_known) out.push_back(arg);
    }
  }
  for (Value& arg : out) {
    for (const Value& one : given.items()) {
      if (one["name"] != arg["name"]) continue;
      for (const char* field : {"value", "valueFrom"}) {
        if (one.has(field)) arg = arg.with(field, one[field]);
      }
    }
    if (!has_value(arg)) {
      return invalid(fmt::format("args.{} was not resolved", arg["name"].as_string()));
    }
  }
  return Value::array(std::move(out));
}

Value lists_of(const Value& analysis, const std::vector<ObjectPtr>& templates, const char* field) {
  Value out = analysis[field].is_array() ? analysis[field] : Value::array();
  for (const ObjectPtr& one : templates) {
    for (const Value& item : one->document["spec"][field].items()) out = out.appended(item);
  }
  return out;
}

/// "metadata.labels['app']" or "spec.strategy.canary.steps[0].setWeight" of an object.
Result<std::string> field_of(const Value& document, const std::string& path) {
  std::vector<std::string> sections;
  std::string section;
  bool is_quoted = false;
  for (const char c : path) {
    if (c == '\'') {
      is_quoted = !is_quoted;
    } else if (!is_quoted && (c == '.' || c == '[' || c == ']')) {
      if (!section.empty()) sections.push_back(std::exchange(section, {}));
    } else {
      section += c;
    }
  }
  if (!section.empty()) sections.push_back(section);
  Value at = document;
  for (const std::string& name : sections) {
    if (at.is_array()) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
      if (error != std::errc() || end != name.data() + name.size()) {
        return invalid(fmt::format("invalid index '{}'", name));
      }
      if (index >= at.size()) return invalid(fmt::format("index {} out of range", index));
      at = Value(at[index]);
    } else {
      at = Value(at[name]);
    }
  }
  if (at.is_null()) return invalid(fmt::format("invalid path {} in rollout", path));
  if (at.is_object() || at.is_array()) {
    return invalid(fmt::format("path {} in rollout must terminate in a primitive value", path));
  }
  if (at.is_string()) return at.str();
  if (at.is_bool()) return std::string(at.as_bool() ? "true" : "false");
  return at.is_int() ? fmt::format("{}", at.as_int()) : fmt::format("{}", at.as_double());
}

/// A Rollout's arguments, with their values.
Result<Value> arguments_of(const StoredObject& rollout, const Value& args,
                           std::string_view latest_hash, std::string_view stable_hash) {
  Value::Array out;
  for (const Value& arg : args.items()) {
    std::string value = arg["value"].str();
    const Value& from = arg["valueFrom"];
    if (from.has("podTemplateHashValue")) {
      value = from["podTemplateHashValue"].as_string() == "Latest" ? latest_hash : stable_hash;
    } else if (from.has("fieldRef")) {
      INFERLAB_TRY(value, field_of(rollout.document, from["fieldRef"]["fieldPath"].str()));
    }
    out.push_back(Value::object({{"name", arg["name"]}, {"value", Value(std::move(value))}}));
  }
  return Value::array(std::move(out));
}

/// A text with each {{args.NAME}} replaced. Takes its length from `room`, which bounds what
/// arguments that are long and often named may come to.
Result<std::string> resolved_text(std::string_view text, const Value& args, std::size_t& room) {
  std::string out;
  const auto append = [&](std::string_view part) {
    if (part.size() > room) return false;
    room -= part.size();
    out.append(part);
    return true;
  };
  const auto too_long = [] {
    return invalid(
        fmt::format("its texts are longer than {} bytes with their arguments in them", kMostText));
  };
  for (;;) {
    const std::size_t begin = text.find("{{");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find("}}", begin + 2);
    if (end == std::string_view::npos) {
      if (!append(text)) return too_long();
      return out;
    }
    if (!append(text.substr(0, begin))) return too_long();
    const std::string_view tag = text.substr(begin + 2, end - begin - 2);
    const std::string name = go_trimmed(tag);
    const Value* found = nullptr;
    for (const Value& arg : args.items()) {
      if (name == "args." + arg["name"].str()) found = &arg["value"];
    }
    if (found == nullptr) return invalid(fmt::format("failed to resolve {{{{{}}}}}", tag));
    if (!append(found->as_string())) return too_long();
    text.remove_prefix(end + 2);
  }
}

Result<Value> resolved(const Value& value, const Value& args, std::size_t& room) {
  if (value.is_string()) {
    INFERLAB_TRY(std::string text, resolved_text(value.as_string(), args, room));
    return Value(std::move(text));
  }
  if (value.is_array()) {
    Value::Array out;
    for (const Value& item : value.items()) {
      INFERLAB_TRY(Value one, resolved(item, args, room));
      out.push_back(std::move(one));
    }
    return Value::array(std::move(out));
  }
  if (value.is_object()) {
    Value::Object out;
    for (const auto& [key, item] : value.members()) {
      INFERLAB_TRY(Value one, resolved(item, args, room));
      out.push_back({key, std::move(one)});
    }
    return Value::object(std::move(out));
  }
  return value;
}

std::string provider_fault(const Value& provider) {
  if (provider.empty()) return "no provider specified";
  if (provider.size() > 1) return "multiple providers specified";
  const std::string& name = provider.members().front().key;
  if (name == "job") return {};
  return fmt::format("provider {} is not simulated here: let a Job measure", name);
}

std::string metric_fault(const Value& metric) {
  const std::int64_t count = limit_of(metric["count"]);
  const std::int64_t failures = limit_of(metric["failureLimit"]);
  const std::int64_t successes = limit_of(metric["consecutiveSuccessLimit"]);
  const std::int64_t inconclusive = limit_of(metric["inconclusiveLimit"]);
  if (successes < 0) return "consecutiveSuccessLimit must be >= 0";
  if (failures < -1) return "failureLimit must be >= 0, or -1 to be disabled";
  if (successes == 0 && failures == -1) {
    return "failureLimit and consecutiveSuccessLimit cannot both be disabled";
  }
  if (inconclusive < 0) return "inconclusiveLimit must be >= 0";
  if (limit_of(metric["consecutiveErrorLimit"]) < 0) return "consecutiveErrorLimit must be >= 0";
  if (count > 0) {
    if (failures >= 0 && count < failures + successes) {
      return fmt::format(
          "count ({}) must be >= failureLimit + consecutiveSuccessLimit ({} + {}) if both >= 0",
          count, failures, successes);
    }
    if (failures < 0 && count < successes) return "count must be >= consecutiveSuccessLimit";
    if (count < inconclusive) return "count must be >= inconclusiveLimit";
  }
  if (count > 1 && metric["interval"].empty()) return "interval must be specified when count > 1";
  for (const auto& [field, name] :
       {std::pair{"interval", "interval"}, {"initialDelay", "startDelay"}}) {
    const std::string_view text = metric[field].as_string();
    if (text.empty() || parse_duration(text)) continue;
    return fmt::format("invalid {} string: time: invalid duration \"{}\"", name, text);
  }
  return provider_fault(metric["provider"]);
}

/// With something in the place of values that are only known later.
Value with_placeholders(const Value& args) {
  Value::Array out;
  for (const Value& arg : args.items()) {
    out.push_back(arg.has("value") ? arg : arg.with("value", "dummy-value"));
  }
  return Value::array(std::move(out));
}

}  // namespace

Result<Value> analysis_run_spec(const Store& store, const StoredObject& rollout,
                                const Value& analysis, std::string_view latest_hash,
                                std::string_view stable_hash) {
  INFERLAB_TRY(const Value given,
               arguments_of(rollout, analysis["args"], latest_hash, stable_hash));
  INFERLAB_TRY(const std::vector<ObjectPtr> templates,
               templates_of(store, rollout.key.ns, analysis["templates"]));
  INFERLAB_TRY(const Value metrics, metrics_in(templates));
  INFERLAB_TRY(const Value args, merged_arguments(templates, given));
  Value out = Value::object({{"metrics", metrics}});
  if (!args.empty()) out = out.with("args", args);
  for (const char* field : {"dryRun", "measurementRetention"}) {
    const Value list = lists_of(analysis, templates, field);
    if (!list.empty()) out = out.with(field, list);
  }
  return out;
}

std::string analysis_fault(const Store& store, const StoredObject& rollout, const Value& analysis,
                           bool is_background, const std::string& path) {
  const auto said = [&path](std::string_view value, std::string_view why) {
    return fmt::format("{}: Invalid value: \"{}\": {}", path, value, why);
  };
  const auto templates = templates_of(store, rollout.key.ns, analysis["templates"]);
  if (!templates) return said(templates.error().hint, templates.error().message);
  std::vector<std::string> names;
  for (const ObjectPtr& one : *templates) names.push_back(one->key.name);
  const Result<Value> spec =
      analysis_run_spec(store, rollout, analysis, "dummy-new-hash", "dummy-stable-hash");
  if (!spec) {
    return said(fmt::format("templateNames: [{}]", fmt::join(names, " ")), spec.error().message);
  }
  for (const ObjectPtr& one : *templates) {
    const Value& own = one->document["spec"];
    for (const Value& arg : own["args"].items()) {
      if (!arg["valueFrom"].has("secretKeyRef")) continue;
      return said(one->key.name, "valueFrom.secretKeyRef of an argument is not simulated here");
    }
    if (own["metrics"].empty() && !own["templates"].empty()) continue;
    const Result<Value> metrics = resolved_metrics(own["metrics"], with_placeholders(own["args"]));
    std::string fault = metrics ? metrics_fault(*metrics) : metrics.error().message;
    // The controller itself finds those of the background when their run begins; here a provider
    // that nobody carries out is told at once.
    if (!fault.empty()) {
      return said(one->key.name, fmt::format("AnalysisTemplate {}: {}", one->key.name, fault));
    }
    if (is_background) continue;
    for (const Value& metric : metrics->items()) {
      if (effective_count(metric)) continue;
      return said(one->key.name,
                  fmt::format("AnalysisTemplate {} has metric {} which runs indefinitely. Invalid "
                              "value for count: <nil>",
                              one->key.name, metric["name"].as_string()));
    }
  }
  return {};
}

Result<Value> resolved_metrics(const Value& metrics, const Value& args) {
  for (const Value& arg : args.items()) {
    if (arg.has("value")) continue;
    return invalid(fmt::format("argument \"{}\" was not supplied", arg["name"].as_string()));
  }
  std::size_t room = kMostText;
  return resolved(metrics, args, room);
}

std::string metrics_fault(const Value& metrics) {
  if (metrics.empty()) return "no metrics specified";
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (metrics[j]["name"] == metrics[i]["name"]) {
        return fmt::format("metrics[{}]: duplicate name '{}'", i, metrics[i]["name"].as_string());
      }
    }
    const std::string fault = metric_fault(metrics[i]);
    if (!fault.empty()) return fmt::format("metrics[{}]: {}", i, fault);
  }
  return {};
}

std::int64_t limit_of(const Value& value) {
  // An IntOrString holds an int32.
  using Int32 = std::numeric_limits<std::int32_t>;
  const auto capped = [](std::int64_t number) {
    return std::clamp<std::int64_t>(number, Int32::min(), Int32::max());
  };
  if (!value.is_string()) return capped(value.as_int());
  const std::string_view text = value.as_string();
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() ? capped(out) : 0;
}

std::optional<std::int64_t> effective_count(const Value& metric) {
  const std::int64_t count = limit_of(metric["count"]);
  if (count != 0) return count;
  if (metric["interval"].empty()) return 1;
  return std::nullopt;
}

std::optional<Duration> metric_time(const Value& metric, std::string_view field) {
  const auto time = parse_duration(metric[field].as_string());
  // What somebody wrote is added to times.
  constexpr Duration kLongest = seconds_capped(std::numeric_limits<std::int64_t>::max());
  return time ? std::optional(std::clamp<Duration>(*time, 0s, kLongest)) : std::nullopt;
}

}  // namespace inferlab::sim
