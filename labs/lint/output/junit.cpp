// The findings for CI.
#include <fmt/format.h>

#include <map>
#include <tuple>
#include <utility>

#include "labs/lint/output/formats.h"
#include "labs/report/junit_parts.h"

namespace inferlab::labs::lint {
namespace {

/// One test case: what one check found at one object. Without findings, that no check found any.
struct Case {
  std::string class_name;
  std::vector<const Finding*> findings;
};

struct Suite {
  std::string file;
  std::vector<Case> cases;
};

/// Cases in the order of the files and their objects.
class Suites {
 public:
  explicit Suites(const LintResult& result) {
    // First the objects without findings are told from the others, so that each has its place.
    std::map<Key, std::vector<const Finding*>> found;
    for (const Finding& finding : result.findings) {
      found[{finding.file, finding.ns, finding.object}].push_back(&finding);
    }
    if (result.bundle != nullptr) {
      for (const Object& object : result.bundle->objects()) {
        const std::string id = object.id();
        const auto here = found.find({object.file, object.ns, id});
        Suite& suite = suite_of(object.file);
        if (here == found.end()) {
          suite.cases.push_back({class_of(object.ns, id), {}});
          continue;
        }
        add_cases(suite, here->second);
        here->second.clear();  // of an object that stands there twice
      }
    }
    // Of what is no object, and of objects that are not in the bundle.
    for (const Finding& finding : result.findings) {
      auto& rest = found[{finding.file, finding.ns, finding.object}];
      if (rest.empty()) continue;
      add_cases(suite_of(finding.file), rest);
      rest.clear();
    }
  }

  [[nodiscard]] const std::vector<Suite>& list() const { return suites_; }

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // file, namespace, object

  // Jenkins takes what stands before the last dot for a package.
  static std::string class_of(std::string_view ns, std::string_view object) {
    return fmt::format("{}.{}", ns.empty() ? "cluster" : ns, object);
  }

  Suite& suite_of(const std::string& file) {
    const auto [index, is_new] = index_.emplace(file, suites_.size());
    if (is_new) suites_.push_back({file, {}});
    return suites_[index->second];
  }

  static void add_cases(Suite& suite, const std::vector<const Finding*>& findings) {
    std::map<const Check*, std::size_t> of_check;
    for (const Finding* finding : findings) {
      const auto [index, is_new] = of_check.emplace(finding->check, suite.cases.size());
      if (is_new) {
        suite.cases.push_back(
            {is_about_file(*finding) ? finding->file : class_of(finding->ns, finding->object), {}});
      }
      suite.cases[index->second].findings.push_back(finding);
    }
  }

  std::vector<Suite> suites_;
  std::map<std::string, std::size_t> index_;  // by file
};

std::string body_of(const Case& failed) {
  const Check& check = *failed.findings.front()->check;
  std::string out;
  std::string_view mend;
  for (const Finding* finding : failed.findings) {
    out += fmt::format("{}:{}:{}: {}: {}\n", finding->file, finding->place.line,
                       finding->place.column, to_string(check.severity), finding->message);
    if (finding->mend != mend) out += fmt::format("mend: {}\n", finding->mend);
    mend = finding->mend;
  }
  if (!check.why.empty()) out += fmt::format("why: {}\n", check.why);
  return out;
}

JunitCase junit_case(const Case& each, bool rejected) {
  JunitCase out;
  out.class_name = each.class_name;
  out.name = "nothing found";
  if (each.findings.empty() && rejected) {
    out.outcome = JunitCase::Outcome::kSkipped;
    out.message = "not looked at: other objects are refused";
  }
  if (each.findings.empty()) return out;
  const Check& check = *each.findings.front()->check;
  out.name = fmt::format("{}: {}", check.id, check.title);
  out.outcome = JunitCase::Outcome::kFailed;
  out.type = check.id;
  out.message = each.findings.front()->message;
  if (each.findings.size() > 1) {
    out.message += fmt::format(" (and {} more)", each.findings.size() - 1);
  }
  out.body = body_of(each);
  return out;
}

}  // namespace

std::string lint_junit(const LintResult& result) {
  const bool rejected = result.verdict == Verdict::kReject;
  const Suites found(result);
  std::vector<JunitSuite> suites;
  for (const Suite& suite : found.list()) {
    JunitSuite& out = suites.emplace_back();
    out.name = suite.file;
    out.package = "inferlab.lint";
    for (const Case& each : suite.cases) out.cases.push_back(junit_case(each, rejected));
  }
  // What was not looked at concerns all files: it is said once.
  if (!suites.empty()) {
    for (const std::string& note : result.notes) {
      suites.front().properties.emplace_back("note", note);
    }
  }
  return junit_document(suites);
}

}  // namespace inferlab::labs::lint
