// Selectors of labels and fields, and the other small languages that stand in requests and specs:
// schedules, JSONPaths, Accept headers, times.
#include <string>

#include "engine/base/check.h"
#include "engine/base/time.h"
#include "sim/api/cron_schedule.h"
#include "sim/api/custom/printer_path.h"
#include "sim/api/field_selector.h"
#include "sim/api/json.h"
#include "sim/api/kind.h"
#include "sim/api/selector.h"
#include "sim/apiserver/media_type.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

// Printed, it reads back as a selector that matches the same.
void check_labels(std::string_view text) {
  const auto selector = sim::LabelSelector::parse(text);
  if (!selector) {
    INFERLAB_CHECK(!selector.error().message.empty());
    return;
  }
  const auto again = sim::LabelSelector::parse(selector->str());
  INFERLAB_CHECK(again.has_value());
  INFERLAB_CHECK(again->str() == selector->str());
  for (const sim::Labels& labels :
       {sim::Labels{}, sim::Labels{{"app", "x"}}, sim::Labels{{"app", ""}, {"tier", "7"}}}) {
    INFERLAB_CHECK(selector->matches(labels) == again->matches(labels));
  }
}

}  // namespace

void fuzz_selector(std::string_view bytes) {
  check_labels(bytes);
  if (const auto fields = sim::FieldSelector::parse(bytes)) {
    const sim::Kind* const pods = sim::KindTable::builtin().by_resource("pods");
    INFERLAB_CHECK(pods != nullptr);
    if (const auto fits = fields->check(*pods); !fits) {
      INFERLAB_CHECK(fits.error().kind == ErrorKind::kInvalid);
    }
  }
  if (const auto schedule = sim::CronSchedule::parse(bytes)) {
    const auto next = schedule->next(Time{});
    INFERLAB_CHECK(!next || *next > Time{});
  }
  static const auto document =
      sim::parse_json(R"({"a": [{"b": 1, "c": "x"}, {"b": 2}], "d": {"e.f": [[1, 2], []]}})");
  const bool is_path = sim::is_json_path(bytes);
  const auto found = sim::find_by_path(*document, bytes);
  INFERLAB_CHECK(is_path || found.empty());
  (void)sim::negotiate(bytes);
  (void)sim::parse_media_type(bytes);
  if (const auto time = parse_rfc3339(bytes)) {
    INFERLAB_CHECK(parse_rfc3339(format_rfc3339(*time)).has_value());
  }
}

}  // namespace inferlab::fuzz
