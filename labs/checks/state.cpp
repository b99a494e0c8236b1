// What objects of the cluster look like at a time: all that are selected have, at `path`, what is
// expected, and there are as many as there should be.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/measure.h"
#include "labs/checks/objects_at.h"
#include "labs/checks/trouble.h"
#include "labs/checks/value_text.h"
#include "sim/api/custom/printer_path.h"
#include "sim/api/quantity.h"
#include "sim/api/selector.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kFields[] = {
    {.name = "at",
     .type = kDuration,
     .description = "when it is looked at; the end of the run if left out"},
    {.name = "at_least", .type = kBytes, .description = "the value, a number or quantity"},
    {.name = "at_most", .type = kBytes, .description = "the value, a number or quantity"},
    change_param(/*required=*/false),
    {.name = "contains", .description = "the value, as part of it"},
    {.name = "count_at_least",
     .type = kInteger,
     .description = "objects; 1 if nothing is said of how many",
     .minimum = 0},
    {.name = "count_at_most", .type = kInteger, .description = "objects", .minimum = 0},
    {.name = "equals", .description = "the value, as text"},
    {.name = "exists", .type = kBool, .description = "whether there is a value at all"},
    {.name = "expected",
     .description = "what a report says was expected, where path and value are the answer"},
    {.name = "kind", .description = "of the objects: Pod, Deployment …", .required = true},
    {.name = "name", .description = "of the object; all of them if left out"},
    {.name = "namespace", .description = "of the objects; all of them if left out"},
    {.name = "one_of", .type = kTexts, .description = "the value is one of these"},
    {.name = "path", .description = "of the value, a JSONPath without braces: .status.phase"},
    {.name = "selector", .description = "of labels: app=vllm,tier!=batch"},
    {.name = "where",
     .type = kLabels,
     .description = "only objects that have these values: JSONPath to text"},
};

// A number, or a quantity in its units: "24Gi", "500m".
std::optional<double> number_of(std::string_view text) {
  const auto quantity = sim::Quantity::parse(text);
  if (!quantity) return std::nullopt;
  return static_cast<double>(quantity->milli()) / 1000;
}

class Expectation {
 public:
  explicit Expectation(const Params& params) : params_(params) {}

  /// Empty: the object is as it should be; else what its value is.
  [[nodiscard]] std::string fault(const Value& object) const {
    if (!params_.has("path")) return {};
    const std::vector<Value> found = sim::find_by_path(object, params_.text("path"));
    if (params_.has("exists") && params_.flag("exists") == found.empty()) {
      return found.empty() ? "is not there" : "is there: " + value_text(found.front());
    }
    if (params_.has("exists") && !params_.flag("exists")) return {};
    if (found.empty()) return "is not there";
    for (const Value& value : found) {
      if (!fits(value)) return "is " + shortened(value_text(value), 120);
    }
    return {};
  }

  [[nodiscard]] std::string str() const {
    if (!params_.has("path")) return {};
    std::string out = params_.text("path");
    if (params_.has("exists")) out += params_.flag("exists") ? " is there" : " is not there";
    if (params_.has("equals")) out += fmt::format(" is {}", params_.text("equals"));
    if (params_.has("one_of"))
      out += fmt::format(" is one of {}", fmt::join(params_.texts("one_of"), ", "));
    if (params_.has("contains")) out += fmt::format(" contains \"{}\"", params_.text("contains"));
    if (params_.has("at_least")) out += " is at least " + value_text(params_.value("at_least"));
    if (params_.has("at_least") && params_.has("at_most")) out += " and";
    if (params_.has("at_most")) out += " is at most " + value_text(params_.value("at_most"));
    return out;
  }

 private:
  [[nodiscard]] bool fits(const Value& value) const {
    const std::string text = value_text(value);
    if (params_.has("equals") && text != params_.text("equals")) return false;
    if (params_.has("contains") && text.find(params_.text("contains")) == std::string::npos) {
      return false;
    }
    const std::vector<std::string> words = params_.texts("one_of");
    if (!words.empty() && std::find(words.begin(), words.end(), text) == words.end()) return false;
    const auto number = number_of(text);
    for (const char* bound : {"at_least", "at_most"}) {
      if (!params_.has(bound)) continue;
      const auto limit = number_of(value_text(params_.value(bound)));
      if (!number || !limit) return false;
      if (bound[3] == 'l' ? *number < *limit : *number > *limit) return false;
    }
    return true;
  }

  const Params& params_;
};

bool is_selected(const sim::StoredObject& object, const Params& params,
                 const sim::LabelSelector& selector) {
  if (params.has("namespace") && object.key.ns != params.text("namespace")) return false;
  if (params.has("name") && object.key.name != params.text("name")) return false;
  const Value where = params.value("where");
  for (const Value::Member& wanted : where.members()) {
    const std::vector<Value> found = sim::find_by_path(object.document, wanted.key);
    const bool has = std::any_of(found.begin(), found.end(), [&](const Value& value) {
      return value_text(value) == wanted.value.as_string();
    });
    if (!has) return false;
  }
  return selector.matches(sim::labels_from(object.document["metadata"]["labels"]));
}

std::string name_of(const Params& params) {
  std::string out = params.text("kind");
  if (params.has("name")) {
    return fmt::format("{} {}{}", out,
                       params.has("namespace") ? params.text("namespace") + "/" : "",
                       params.text("name"));
  }
  if (out.ends_with('s')) out += 'e';
  if (out.ends_with('y')) out.replace(out.size() - 1, 1, "ie");
  out += 's';
  if (params.has("selector")) out += fmt::format(" with {}", params.text("selector"));
  if (params.has("namespace")) out += fmt::format(" in {}", params.text("namespace"));
  if (params.has("expected")) return out;  // what they are chosen by may be the answer
  const Value where = params.value("where");
  for (const Value::Member& wanted : where.members()) {
    out += fmt::format(", {} {}", wanted.key, wanted.value.as_string());
  }
  return out;
}

}  // namespace

constexpr SpecTable kStateParams = {"state", "", kFields};

Result<Finding> state(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(params.value("change"))));
  std::string resource;
  for (const sim::Kind* kind : run->api().kinds().all()) {
    if (kind->kind == params.text("kind") && resource.empty())
      resource = kind->storage().resource();
  }
  if (resource.empty()) {
    return Error{ErrorKind::kInvalid, fmt::format("kind: there is no {}", params.text("kind"))};
  }
  sim::LabelSelector selector;
  if (params.has("selector")) {
    INFERLAB_TRY(selector, sim::LabelSelector::parse(params.text("selector")));
  }
  const Expectation expectation(params);
  const std::string name = name_of(params);
  const bool counts = params.has("count_at_least") || params.has("count_at_most");
  const std::int64_t least = params.integer_or("count_at_least", counts ? 0 : 1);
  const std::int64_t most = params.integer_or("count_at_most", INT64_MAX);
  std::string expected = name;
  if (params.has("at")) expected += " after " + format_duration(params.duration("at"));
  if (counts) {
    expected += most == INT64_MAX ? fmt::format(": at least {}", least)
                : least == 0      ? fmt::format(": at most {}", most)
                : least == most   ? fmt::format(": exactly {}", most)
                                  : fmt::format(": {} to {}", least, most);
  }
  if (!expectation.str().empty()) expected += ": " + expectation.str();

  if (params.has("expected")) expected = params.text("expected");

  const Time at = params.has("at") ? Time{params.duration("at")} : run->simulation().now();
  std::int64_t count = 0, wrong = 0;
  std::string first;
  for (const sim::ObjectPtr& object : objects_at(run->store(), resource, at)) {
    if (!is_selected(*object, params, selector)) continue;
    ++count;
    const std::string fault = expectation.fault(object->document);
    if (fault.empty()) continue;
    ++wrong;
    if (first.empty()) {
      const std::string about = fmt::format(
          "{} {}", params.text("kind"),
          object->key.ns.empty() ? object->key.name : object->key.ns + "/" + object->key.name);
      first = params.has("expected")
                  ? about + ": the value " + fault
                  : fmt::format("{}: {} {}", about, params.text_or("path", ""), fault);
    }
  }
  if (count < least || count > most) {
    return Finding::fail(
               fmt::format("{} of {} there{}", count, name,
                           params.has("expected") && params.has("where") ? " that count" : ""),
               expected)
        .with(count == 0 ? Cause::kMissing : Cause::kFinding);
  }
  if (wrong > 0) {
    Finding finding = Finding::fail(
        wrong == 1 ? first : fmt::format("{} of {} are not so, the first: {}", wrong, count, first),
        expected);
    return finding;
  }
  return Finding::pass(count == 1 ? fmt::format("{} is so", name)
                                  : fmt::format("all {} of {} are so", count, name));
}

}  // namespace inferlab::labs
