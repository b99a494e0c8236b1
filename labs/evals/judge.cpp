#include "labs/evals/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>

#include "engine/base/check.h"
#include "sim/api/custom/printer_path.h"
#include "sim/api/json.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr std::string_view kSpace = " \t\r\n";

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::int64_t words_in(std::string_view text) {
  std::int64_t count = 0;
  for (std::size_t at = text.find_first_not_of(kSpace); at != std::string_view::npos;
       at = text.find_first_not_of(kSpace, at)) {
    ++count;
    at = text.find_first_of(kSpace, at);
    if (at == std::string_view::npos) break;
  }
  return count;
}

// What stands between the first two fences; of an answer that opens one and never closes it the
// rest, which is what a cut manifest looks like.
std::string_view fenced(std::string_view text) {
  constexpr std::string_view kFence = "```";
  const std::size_t open = text.find(kFence);
  if (open == std::string_view::npos) return text;
  const std::size_t line = text.find('\n', open);
  if (line == std::string_view::npos) return {};
  const std::size_t close = text.find(kFence, line);
  return text.substr(line + 1, close == std::string_view::npos ? close : close - line - 1);
}

// The object that `text` is; null: it is none.
Value document_in(std::string_view text, const std::string& format) {
  if (format == "json") {
    auto value = sim::parse_json(text);
    return value && value->is_object() ? *value : Value();
  }
  const auto documents = sim::parse_yaml(text, "answer", {.max_bytes = std::size_t{1} << 16});
  const bool is_one = documents && documents->size() == 1;
  return is_one && documents->front().value.is_object() ? documents->front().value : Value();
}

std::string percent(double share) {
  return fmt::format("{:.0f} %", 100 * share);
}

/// Cases by weight: how many, and how many of them passed.
struct Tally {
  double all = 0, passed = 0;

  void add(const EvalCase& each, bool has_passed) {
    all += each.weight;
    if (has_passed) passed += each.weight;
  }
  [[nodiscard]] double rate() const { return all > 0 ? passed / all : 1; }
  // Weights are decimal: 0.9 of ten cases must not fail by what binary fractions make of it.
  [[nodiscard]] bool reaches(double wanted) const { return rate() >= wanted - 1e-9; }
};

}  // namespace

std::vector<std::string> faults_of(const EvalAnswer& answer, const EvalExpectation& expect) {
  if (!answer.error.empty()) return {"is refused: " + answer.error};
  std::vector<std::string> out;
  const std::string text = lower(answer.text);
  const auto is_in = [&](const std::string& part) {
    return text.find(lower(part)) != std::string::npos;
  };
  for (const std::string& part : expect.contains) {
    if (!is_in(part)) out.push_back(fmt::format("lacks \"{}\"", part));
  }
  if (!expect.contains_any.empty() && std::ranges::none_of(expect.contains_any, is_in)) {
    out.push_back(fmt::format("has none of: {}", fmt::join(expect.contains_any, ", ")));
  }
  for (const std::string& part : expect.not_contains) {
    if (is_in(part)) out.push_back(fmt::format("has \"{}\"", part));
  }
  if (expect.regex && !re2::RE2::PartialMatch(answer.text, *expect.regex)) {
    out.push_back("does not match " + expect.regex->pattern());
  }
  if (!expect.exact.empty() && trimmed(answer.text) != trimmed(expect.exact)) {
    out.emplace_back("is another text");
  }
  const std::int64_t words = words_in(answer.text);
  if (expect.max_words > 0 && words > expect.max_words) {
    out.push_back(fmt::format("has {} words, more than {}", words, expect.max_words));
  }
  if (!expect.finish_reason.empty() && answer.finish_reason != expect.finish_reason) {
    out.push_back("ended by " + answer.finish_reason);
  }
  if (!expect.format.empty()) {
    const Value document = document_in(fenced(answer.text), expect.format);
    if (document.is_null()) out.push_back("has no object in " + expect.format);
    for (const std::string& field : expect.fields) {
      if (document.is_null() || !sim::find_by_path(document, field).empty()) continue;
      out.push_back("has no " + field);
    }
  }
  return out;
}

EvalVerdict verdict_on(const EvalSuite& suite, const std::vector<EvalAnswer>& answers) {
  INFERLAB_CHECK(answers.size() <= suite.cases.size());
  EvalVerdict out;
  Tally all;
  std::map<std::string, Tally> tallies;  // by category
  std::vector<std::string> missed;
  for (std::size_t i = 0; i < suite.cases.size(); ++i) {
    const EvalCase& each = suite.cases[i];
    bool passed = true;
    if (i < answers.size()) {
      out.rows.push_back({each.id, each.category, faults_of(answers[i], each.expect)});
      passed = out.rows.back().faults.empty();
    }
    all.add(each, passed);
    tallies[each.category].add(each, passed);
    const std::vector<std::string>& must = suite.gate.must_pass;
    if (!passed && std::ranges::count(must, each.id) > 0) missed.push_back(each.id);
  }
  out.pass_rate = all.rate();
  if (!all.reaches(suite.gate.pass_rate)) {
    out.reasons.push_back(fmt::format("{} of the cases pass, {} must", percent(all.rate()),
                                      percent(suite.gate.pass_rate)));
  }
  for (const auto& [category, wanted] : suite.gate.categories) {
    const Tally& tally = tallies[category];
    if (tally.reaches(wanted)) continue;
    out.reasons.push_back(fmt::format("{} of the cases of {} pass, {} must", percent(tally.rate()),
                                      category, percent(wanted)));
  }
  if (!missed.empty()) {
    out.reasons.push_back(fmt::format("{} must pass", fmt::join(missed, ", ")));
  }
  return out;
}

}  // namespace inferlab::labs
