#include "labs/lint/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "labs/lint/api_tier.h"

namespace inferlab::labs::lint {
namespace {

std::size_t row_of(const Check* check) {
  const auto table = check_table();
  return static_cast<std::size_t>(std::find(table.begin(), table.end(), check) - table.begin());
}

bool is_ignored(const Check& check, const LintOptions& options) {
  return std::find(options.ignored.begin(), options.ignored.end(), check.id) !=
         options.ignored.end();
}

void sort_by_place(std::vector<Finding>& findings, const std::vector<ManifestFile>& files) {
  const auto number_of = [&](const std::string& file) {
    const auto found = std::find_if(files.begin(), files.end(),
                                    [&](const ManifestFile& each) { return each.path == file; });
    return found - files.begin();
  };
  std::stable_sort(findings.begin(), findings.end(), [&](const Finding& a, const Finding& b) {
    return std::tuple(number_of(a.file), a.place.line, a.place.column, row_of(a.check)) <
           std::tuple(number_of(b.file), b.place.line, b.place.column, row_of(b.check));
  });
}

// Runs the table's checks; how many were.
std::size_t run_checks(const Bundle& bundle, const Context* context, const LintOptions& options,
                       Report& report, std::vector<std::string>& notes) {
  static const Context no_context;
  std::size_t run = 0, skipped = 0;
  for (const Check* check : check_table()) {
    if (check->run == nullptr || is_ignored(*check, options)) continue;
    if (check->tier == Tier::kContext && context == nullptr) {
      ++skipped;
      continue;
    }
    report.begin(*check);
    check->run(bundle, context == nullptr ? no_context : *context, report);
    ++run;
  }
  if (skipped > 0) {
    notes.push_back(fmt::format("{} checks need the facts of a cluster (--context)", skipped));
  }
  return run;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "pass";
    case Verdict::kFail:
      return "fail";
    case Verdict::kReject:
      return "reject";
  }
  return "";
}

Result<LintResult> lint(const std::vector<ManifestFile>& manifests, const Context* context,
                        const LintOptions& options) {
  LintResult out;
  std::deque<Object> objects = objects_of(manifests);
  out.objects = objects.size();
  Report report(out.findings);
  check_documents(manifests, objects, report);
  static const Context no_context;
  INFERLAB_TRY_VOID(
      check_with_api(objects, context == nullptr ? no_context : *context, report, out.notes));
  std::erase_if(out.findings, [&](const Finding& f) { return is_ignored(*f.check, options); });
  out.checks = static_cast<std::size_t>(
      std::count_if(check_table().begin(), check_table().end(), [&](const Check* check) {
        return check->tier == Tier::kApi && !is_ignored(*check, options);
      }));
  const bool rejected = !out.findings.empty();
  out.bundle = std::make_shared<const Bundle>(std::move(objects));
  if (!rejected) out.checks += run_checks(*out.bundle, context, options, report, out.notes);
  sort_by_place(out.findings, manifests);
  out.verdict = rejected               ? Verdict::kReject
                : out.findings.empty() ? Verdict::kPass
                                       : Verdict::kFail;
  return out;
}

}  // namespace inferlab::labs::lint
