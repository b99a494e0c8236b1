#include "sim/scheduler/plugin_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "sim/scheduler/configuration_fields.h"

namespace inferlab::sim {
namespace {

constexpr std::pair<std::string_view, ExtensionPoint> kPoints[] = {
    {"preEnqueue", ExtensionPoint::kPreEnqueue},
    {"queueSort", ExtensionPoint::kQueueSort},
    {"preFilter", ExtensionPoint::kPreFilter},
    {"filter", ExtensionPoint::kFilter},
    {"postFilter", ExtensionPoint::kPostFilter},
    {"preScore", ExtensionPoint::kPreScore},
    {"score", ExtensionPoint::kScore},
    {"reserve", ExtensionPoint::kReserve},
    {"permit", ExtensionPoint::kPermit},
    {"preBind", ExtensionPoint::kPreBind},
    {"bind", ExtensionPoint::kBind},
    {"postBind", ExtensionPoint::kPostBind},
};

// The row of `list` ("enabled", "disabled") about this plugin, or nullptr.
const Value* row_about(const Value& list, std::string_view plugin) {
  const Value::Array& items = list.items();
  const auto found = std::find_if(items.begin(), items.end(), [plugin](const Value& item) {
    return item["name"].as_string() == plugin;
  });
  return found == items.end() ? nullptr : &*found;
}

bool enables(const Value& set, std::string_view plugin) {
  return row_about(set["enabled"], plugin) != nullptr;
}

bool disables(const Value& set, std::string_view plugin) {
  return row_about(set["disabled"], plugin) != nullptr ||
         row_about(set["disabled"], "*") != nullptr;
}

Result<void> check_set(const Value& set, std::string_view point) {
  for (const Value& item : set["enabled"].items()) {
    const std::string name = item["name"].str();
    if (!configuration::is_plugin(name)) {
      return configuration::invalid(fmt::format("plugins.{}", point),
                                    fmt::format("no plugin is named {}", name));
    }
    const std::int64_t weight = item["weight"].as_int(0);
    if (weight < 0 || weight > std::numeric_limits<std::int32_t>::max()) {
      return configuration::invalid(fmt::format("plugins.{}", point),
                                    fmt::format("{}: weight is {}", name, weight));
    }
  }
  return {};
}

ExtensionPoints read_points(const PluginRow& row, const Value& plugins) {
  const Value& all = plugins["multiPoint"];
  const bool everywhere = enables(all, row.name) || (!row.on_request && !disables(all, row.name));
  ExtensionPoints out = 0;
  for (const auto& [name, point] : kPoints) {
    const Value& set = plugins[name];
    const bool runs = (everywhere && !disables(set, row.name)) || enables(set, row.name);
    if (runs) out = static_cast<ExtensionPoints>(out | 1U << static_cast<unsigned>(point));
  }
  return out;
}

// A plugin that is named counts once, unless it says otherwise.
void read_weight(SchedulerProfile& profile, const PluginRow& row, const Value& plugins) {
  for (const std::string_view point : {"score", "multiPoint"}) {
    const Value* named = row_about(plugins[point]["enabled"], row.name);
    if (named == nullptr) continue;
    profile.weights[std::string(row.name)] =
        std::max<std::int64_t>(1, (*named)["weight"].as_int(1));
    return;
  }
}

Error without_notes(std::string_view before, std::string_view point, std::string_view plugin) {
  return configuration::invalid(
      fmt::format("plugins.{}", before),
      fmt::format("{} reads at {} what it has noted at {}: disable it at both or at none", plugin,
                  point, before));
}

}  // namespace

ExtensionPoints points_of(const SchedulerProfile& profile, const PluginRow& row) {
  const auto found = profile.points.find(row.name);
  if (found != profile.points.end()) return found->second;
  return row.on_request ? ExtensionPoints{0} : kEveryPoint;
}

Result<void> read_plugin_sets(SchedulerProfile& profile, const Value& plugins) {
  INFERLAB_TRY_VOID(check_set(plugins["multiPoint"], "multiPoint"));
  for (const auto& [name, point] : kPoints) INFERLAB_TRY_VOID(check_set(plugins[name], name));
  for (const PluginRow& row : plugin_registry()) {
    const ExtensionPoints points = read_points(row, plugins);
    profile.points[std::string(row.name)] = points;
    read_weight(profile, row, plugins);
  }
  for (const PluginRow& row : plugin_registry()) {
    const std::unique_ptr<Plugin> plugin = row.make(profile);
    const auto runs = [points = points_of(profile, row)](ExtensionPoint point) {
      return includes(points, point);
    };
    const auto notes_are_missing = [&](Reach reach, ExtensionPoint before, ExtensionPoint point) {
      return plugin->reads_notes() && reach != Reach::kNothing && runs(point) && !runs(before);
    };
    if (notes_are_missing(plugin->filter_reach(), ExtensionPoint::kPreFilter,
                          ExtensionPoint::kFilter)) {
      return without_notes("preFilter", "filter", row.name);
    }
    if (notes_are_missing(plugin->score_reach(), ExtensionPoint::kPreScore,
                          ExtensionPoint::kScore)) {
      return without_notes("preScore", "score", row.name);
    }
    if (row.name == "DefaultBinder" && !runs(ExtensionPoint::kBind)) {
      return configuration::invalid("plugins.bind", "at least one bind plugin is needed");
    }
  }
  return {};
}

}  // namespace inferlab::sim
