// Of somebody's data no copy is left at a time, wherever it may lie; or, of the data of others, all
// that was there before is there still; or a record says when the last copy went. Looks at what
// lies on volumes, snapshots and disks, in ConfigMaps and Secrets and in the logs of containers.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "labs/checks/change.h"
#include "labs/checks/data_inventory.h"
#include "labs/checks/kinds.h"
#include "labs/checks/objects_at.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr std::string_view kStores[] = {"claims", "released", "snapshots", "pods",
                                        "nodes",  "objects",  "logs"};
constexpr Duration kRecordIsGood = 1min;

constexpr SpecField kRecordFields[] = {
    {.name = "configmap", .description = "NAMESPACE/NAME", .required = true},
    {.name = "key",
     .description = "of its data, with the time as RFC 3339 writes it",
     .required = true},
    {.name = "within", .type = kDuration, .description = "of the true time; 1m if left out"},
};
constexpr SpecTable kRecordTable = {"data_record", "Where it is said when the last copy went.",
                                    kRecordFields};

constexpr SpecField kFields[] = {
    {.name = "at",
     .type = kDuration,
     .description = "when it is looked at, but logs: those at the end of the run; the end if left "
                    "out"},
    change_param(/*required=*/false),
    {.name = "data",
     .description = "a word that stands in the paths or texts of the data, and of no other",
     .required = true},
    {.name = "others_since",
     .type = kDuration,
     .description = "not the data: all other files that were there then are there still"},
    {.name = "record",
     .type = kObject,
     .description = "who says, after the last copy has gone, when that was",
     .object = &kRecordTable},
    {.name = "stores",
     .type = kWords,
     .description = "where; everywhere if left out",
     .words = kStores},
};

class DataCopies {
 public:
  DataCopies(sim::Cluster& run, const Params& params)
      : run_(run),
        params_(params),
        at_(params.has("at") ? Time{params.duration("at")} : run.simulation().now()),
        data_(params.text("data")) {
    const std::vector<std::string> chosen = params.texts("stores");
    for (std::size_t i = 0; i < std::size(kStores); ++i) {
      const bool is_chosen =
          chosen.empty() || std::find(chosen.begin(), chosen.end(), kStores[i]) != chosen.end();
      if (is_chosen) stores_.insert(static_cast<DataStore>(i));
    }
  }

  Finding none_left() {
    const std::vector<DataItem> copies = chosen(copies_in_run(run_, data_, at_));
    const std::string expected = fmt::format("no copy of the data of {} at {}", data_, shown(at_));
    std::map<std::string, int> left;
    for (const DataItem& copy : copies) {
      if (copy.was_there(at_)) ++left[copy.where];
    }
    if (!left.empty())
      return Finding::fail(fmt::format("copies are in {}", listed(left)), expected);
    const std::optional<Time> last = last_gone(copies);
    return Finding::pass(last
                             ? fmt::format("no copy is left, the last one went at {}", shown(*last))
                             : "no copy is left");
  }

  Finding others_there(Time since) {
    const std::string expected = fmt::format(
        "the data of {} is deleted, and all other files that were there at {} are there at {}",
        data_, shown(since), shown(at_));
    // By where it lay then: a claim that has been deleted since hides no loss.
    const std::vector<DataItem> files = chosen(files_of_run(run_, since));
    std::map<std::pair<std::string, std::string>, std::string> there;  // and its text
    for (const DataItem& file : files) {
      if (file.was_there(at_)) there[{file.place, file.path}] = file.text;
    }
    std::map<std::string, int> lost;
    int kept = 0;
    for (const DataItem& file : files) {
      if (!file.was_there(since) || has_word(file.path, data_)) continue;
      const auto found = there.find({file.place, file.path});
      const bool is_kept = found != there.end() && has_lines(found->second, file.text);
      is_kept ? ++kept : ++lost[file.where];
    }
    if (!lost.empty()) {
      return Finding::fail(
          fmt::format("files of others, or lines of them, are gone from {}", listed(lost)),
          expected);
    }
    const std::vector<DataItem> copies = chosen(copies_in_run(run_, data_, since));
    if (!last_gone(copies)) {
      return Finding::fail("nothing was deleted", expected).with(Cause::kMissing);
    }
    return Finding::pass(fmt::format("all {} files of others are there", kept));
  }

  Finding recorded(const Value& record) {
    const std::string name = record["configmap"].str();
    const std::string key = record["key"].str();
    const Duration within = parse_duration(record["within"].as_string()).value_or(kRecordIsGood);
    const std::string expected = fmt::format(
        "ConfigMap {} says in {} when the last copy of the data of {} went", name, key, data_);
    const std::vector<DataItem> copies = chosen(copies_in_run(run_, data_, at_));
    const bool is_left =
        std::ranges::any_of(copies, [&](const DataItem& copy) { return copy.was_there(at_); });
    if (is_left) return Finding::fail("there are copies still", expected);
    const std::optional<Time> last = last_gone(copies);
    const sim::ObjectPtr object = object_called(name);
    if (object == nullptr) {
      return Finding::fail(fmt::format("there is no ConfigMap {}", name), expected)
          .with(Cause::kMissing);
    }
    const std::string said = object->document["data"][key].str();
    const std::optional<Time> time = parse_rfc3339(said);
    if (!time) {
      return Finding::fail(fmt::format("{} of ConfigMap {} is \"{}\", no time", key, name, said),
                           expected + ", as 2026-01-05T08:30:00Z");
    }
    if (!last) return Finding::fail("nothing was deleted", expected).with(Cause::kMissing);
    if (object->written < *last) {
      return Finding::fail(
          fmt::format("it was written at {}, when there were copies", shown(object->written)),
          expected);
    }
    const Duration off = *time > *last ? *time - *last : *last - *time;
    if (off > within) {
      return Finding::fail(fmt::format("it says {}, which is more than {} off", shown(*time),
                                       format_duration(within)),
                           expected);
    }
    return Finding::pass(
        fmt::format("it says {}, and the last copy went at {}", shown(*time), shown(*last)));
  }

  /// Whether the lab has such data at all. In any store: an answer can empty one of them.
  [[nodiscard]] bool any() { return !copies_in_run(run_, data_, at_).empty(); }
  [[nodiscard]] bool looks_at_logs_alone() const {
    return stores_ == std::set<DataStore>{DataStore::kLogs};
  }

 private:
  static std::string shown(Time time) {
    return format_duration(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()));
  }

  std::vector<DataItem> chosen(std::vector<DataItem> items) const {
    std::erase_if(items, [&](const DataItem& item) { return !stores_.contains(item.store); });
    return items;
  }

  /// A file may lose the lines that name the data, and no others.
  [[nodiscard]] std::multiset<std::string> lines_of_others(std::string_view text) const {
    std::multiset<std::string> lines;
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      if (!has_word(line, data_)) lines.emplace(line);
      text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return lines;
  }

  [[nodiscard]] bool has_lines(const std::string& text, const std::string& before) const {
    return text == before || std::ranges::includes(lines_of_others(text), lines_of_others(before));
  }

  static std::string listed(const std::map<std::string, int>& places) {
    constexpr std::size_t kMost = 4;
    std::vector<std::string> parts;
    for (const auto& [where, count] : places) {
      if (parts.size() == kMost) break;
      parts.push_back(count == 1 ? where : fmt::format("{} ({} files)", where, count));
    }
    std::string out = fmt::format("{}", fmt::join(parts, ", "));
    if (places.size() > kMost) out += fmt::format(", and {} more places", places.size() - kMost);
    return out;
  }

  std::optional<Time> last_gone(const std::vector<DataItem>& copies) const {
    std::optional<Time> last;
    for (const DataItem& copy : copies) {
      if (copy.to <= at_ && (!last || copy.to > *last)) last = copy.to;
    }
    return last;
  }

  sim::ObjectPtr object_called(const std::string& name) const {
    for (sim::ObjectPtr& object : objects_at(run_.store(), "configmaps", at_)) {
      if (object->key.ns + "/" + object->key.name == name) return std::move(object);
    }
    return nullptr;
  }

  sim::Cluster& run_;
  const Params& params_;
  Time at_;
  std::string data_;
  std::set<DataStore> stores_;
};

}  // namespace

constexpr SpecTable kDataCopiesParams = {"data_copies", "", kFields};

Result<Finding> data_copies(CheckContext& context, const Params& params) {
  if (params.has("others_since") && params.has("record")) {
    return Error{ErrorKind::kInvalid, "data-copies: has others_since and record",
                 "two checks judge both"};
  }
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(params.value("change"))));
  DataCopies data(*run, params);
  if (!data.looks_at_logs_alone() && !data.any()) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("data: nothing in the run ever named \"{}\"", params.text("data")),
                 "have the lab's cluster hold such data"};
  }
  if (params.has("others_since")) return data.others_there(Time{params.duration("others_since")});
  if (params.has("record")) return data.recorded(params.value("record"));
  return data.none_left();
}

}  // namespace inferlab::labs
