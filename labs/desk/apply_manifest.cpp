#include "labs/desk/apply_manifest.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "labs/grade/submission.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr std::string_view kName = "manifest";

// Takes "manifest:12:3: " off the front of a message.
EditorProblem problem_of(const Error& error) {
  EditorProblem problem;
  problem.hint = error.hint;
  std::string_view rest = error.message;
  const auto take_number = [&rest](int& number) {
    if (rest.empty() || rest.front() != ':') return;
    const auto [end, code] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), number);
    if (code == std::errc{}) rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  };
  if (rest.substr(0, kName.size()) == kName) {
    rest.remove_prefix(kName.size());
    take_number(problem.line);
    take_number(problem.column);
    if (rest.substr(0, 2) == ": ") rest.remove_prefix(2);
  }
  problem.message = std::string(rest);
  return problem;
}

// "deployment.apps/vllm-llama created", one for each object that the document wrote.
std::vector<std::string> outcomes(const sim::Store& store, std::uint64_t before,
                                  const sim::YamlDocument& document, const sim::KindTable& kinds) {
  std::vector<std::string> lines;
  const auto add = [&](const Value& object) {
    const sim::Kind* kind =
        kinds.by_gvk(object["apiVersion"].as_string(), object["kind"].as_string());
    if (kind == nullptr) return;
    std::string ns = object["metadata"]["namespace"].str();
    if (kind->namespaced && ns.empty()) ns = "default";
    const sim::ObjectKey key{kind->resource(), kind->namespaced ? ns : "",
                             object["metadata"]["name"].str()};
    const sim::ObjectPtr now = store.get(key);
    if (now == nullptr) return;
    const char* what = "configured";
    if (store.get_at(key, before) == nullptr) {
      what = "created";
    } else if (now->revision <= before) {
      what = "unchanged";
    }
    const std::string group = kind->group.empty() ? "" : "." + std::string(kind->group);
    lines.push_back(fmt::format("{}{}/{} {}", kind->singular, group, key.name, what));
  };
  if (document.value["kind"].as_string() != "List") add(document.value);
  for (const Value& item : document.value["items"].items()) add(item);
  return lines;
}

ApplyOutcome apply_all(sim::Cluster& cluster, const std::vector<sim::YamlDocument>& documents) {
  ApplyOutcome outcome;
  for (const sim::YamlDocument& document : documents) {
    const std::uint64_t before = cluster.store().revision();
    const Result<void> applied = apply_document(document, std::string(kName), cluster);
    if (!applied) outcome.problems.push_back(problem_of(applied.error()));
    for (std::string& line : outcomes(cluster.store(), before, document, cluster.api().kinds())) {
      if (applied) outcome.done.push_back(std::move(line));
    }
  }
  return outcome;
}

}  // namespace

ApplyOutcome apply_manifest(Driver& driver, std::string_view text) {
  ApplyOutcome outcome;
  auto documents = sim::parse_yaml(text, kName);
  if (!documents) {
    outcome.problems.push_back(problem_of(documents.error()));
    return outcome;
  }
  auto applied = driver.mailbox().call([&] {
    ApplyOutcome done;
    if (!driver.failure()) done = apply_all(driver.cluster(), *documents);
    if (const auto failure = driver.failure()) {
      done.done.clear();  // what was written cannot be kept
      done.problems = {{0, 0, failure->message, failure->hint}};
    }
    return done;
  });
  if (!applied) {
    outcome.problems.push_back({0, 0, "the session has ended", {}});
    return outcome;
  }
  return std::move(*applied);
}

}  // namespace inferlab::labs
