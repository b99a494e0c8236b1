#include "labs/checks/change.h"

#include "labs/checks/params.h"
#include "labs/spec/run_event.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kFields[] = {
    {.name = "events",
     .type = kObjects,
     .description = "what happens besides the lab's own events",
     .object = &kEventTable},
    {.name = "horizon",
     .type = kDuration,
     .description = "how long the rerun lasts; the lab's horizon if left out"},
    {.name = "image_pull_slowdown",
     .type = kNumber,
     .description = "image pulls take so many times as long",
     .minimum = 0.01,
     .maximum = 1000},
    {.name = "larger_pool", .type = kId, .description = "this pool has a node more"},
    {.name = "model_load_slowdown",
     .type = kNumber,
     .description = "model loads take so many times as long",
     .minimum = 0.01,
     .maximum = 1000},
    {.name = "no_taints", .type = kBool, .description = "no pool has taints"},
    {.name = "tags_moved", .type = kBool, .description = "the moving tags have moved"},
    {.name = "traffic", .description = "of which stream traffic_factor speaks; all if left out"},
    {.name = "traffic_factor",
     .type = kNumber,
     .description = "clients send so many times as much",
     .minimum = 0,
     .maximum = 1000},
    {.name = "without_events", .type = kBool, .description = "the lab's own events do not happen"},
    {.name = "without_pool", .type = kId, .description = "this pool is not there"},
};

}  // namespace

constexpr SpecTable kChangeTable = {"change", "What is changed in a run.", kFields};

VariantSpec variant_from(const Value& change) {
  VariantSpec out;
  out.events = events_from(change["events"]);
  out.horizon = Params(change).duration_or("horizon", {});
  out.image_pull_slowdown = change["image_pull_slowdown"].as_double(1);
  out.model_load_slowdown = change["model_load_slowdown"].as_double(1);
  out.no_taints = change["no_taints"].as_bool();
  out.tags_moved = change["tags_moved"].as_bool();
  out.traffic = change["traffic"].str();
  out.traffic_factor = change["traffic_factor"].as_double(1);
  out.without_lab_events = change["without_events"].as_bool();
  out.without_pool = change["without_pool"].str();
  out.larger_pool = change["larger_pool"].str();
  return out;
}

}  // namespace inferlab::labs
