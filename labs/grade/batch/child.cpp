#include "labs/grade/batch/child.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <new>
#include <system_error>

#include "labs/grade/batch/submissions.h"
#include "labs/grade/grade.h"
#include "labs/grade/submission.h"
#include "labs/report/error_report.h"
#include "labs/report/escape.h"
#include "labs/report/formats.h"
#include "labs/spec/catalog.h"
#include "sim/api/json.h"

namespace inferlab::labs::batch {
namespace {

using sim::Value;

[[noreturn]] void out_of_memory() {
  ::_exit(kChildNoMemory);
}

// A thread that gets no stack and an allocation that fails behind somebody's noexcept are want of
// memory too.
[[noreturn]] void ended_by_exception() {
  try {
    if (const std::exception_ptr current = std::current_exception()) {
      std::rethrow_exception(current);
    }
  } catch (const std::bad_alloc&) {
    out_of_memory();
  } catch (const std::system_error& error) {
    if (error.code().value() == EAGAIN || error.code().value() == ENOMEM) out_of_memory();
  } catch (...) {  // NOLINT(bugprone-empty-catch): it is a crash
  }
  std::abort();
}

std::string read_all(int descriptor) {
  std::string out;
  std::array<char, 4096> bytes{};
  for (;;) {
    const ssize_t got = ::read(descriptor, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return out;
    out.append(bytes.data(), static_cast<std::size_t>(got));
  }
}

void send(int descriptor, const Value& line) {
  const std::string text = sim::to_json(line) + "\n";
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t put = ::write(descriptor, left.data(), left.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) ::_exit(EXIT_FAILURE);  // nobody listens any more
    left.remove_prefix(static_cast<std::size_t>(put));
  }
}

Value read_line(const std::string& files_hash, const Likeness& likeness) {
  return Value::object({{"files", files_hash}, {"likeness", to_value(likeness)}});
}

Value failed_line(const std::string& lab_id, const ChildTask& task, Outcome outcome,
                  const Error& error) {
  std::string text = for_terminal(error.message, /*multiline=*/true) + "\n";
  if (!error.hint.empty()) text += "hint: " + for_terminal(error.hint, /*multiline=*/true) + "\n";
  return Value::object({{"outcome", Value(word_of(outcome))},
                        {"why", error.message},
                        {"json", error_report(lab_id, task.name, error, ReportFormat::kJson)},
                        {"text", std::move(text)}});
}

Value graded_line(const Report& report) {
  Value::Object checks;
  for (const CheckResult& check : report.checks) checks.push_back({check.id, check.earned});
  return Value::object({{"outcome", Value(word_of(Outcome::kGraded))},
                        {"earned", report.earned},
                        {"passed", report.passed},
                        {"checks", Value::object(std::move(checks))},
                        {"json", report_json(report)},
                        {"text", report_text(report, Style(false))}});
}

// Messages name the submission and not the grader's path to it: they are the same everywhere.
Error by_name(Error error, const ChildTask& task) {
  for (std::size_t at = error.message.find(task.folder); at != std::string::npos;
       at = error.message.find(task.folder, at + task.name.size())) {
    error.message.replace(at, task.folder.size(), task.name);
  }
  return error;
}

Result<LabSpec> lab_of(const ChildTask& task) {
  INFERLAB_TRY(LabSpec lab, find_lab(task.lab, task.learner));
  if (!task.seed.empty()) {
    std::from_chars(task.seed.data(), task.seed.data() + task.seed.size(), lab.seed);
  }
  return lab;
}

Result<Submission> submission_of(const Result<std::vector<SubmissionFile>>& files,
                                 const LabSpec& lab, const std::string& folder) {
  if (!files) return files.error();
  INFERLAB_TRY(Submission out, submission_from_files(*files, lab));
  if (!out.empty()) return out;
  return Error{ErrorKind::kInvalid, fmt::format("{}: holds no object", folder)};
}

Value verdict_on(const ChildTask& task, int report_descriptor) {
  const auto lab = lab_of(task);
  const auto failed = [&](Outcome outcome, const Error& error) {
    return failed_line(lab ? lab->id : task.lab, task, outcome, by_name(error, task));
  };
  if (!lab) return failed(Outcome::kNotGraded, lab.error());
  if (is_link(task.folder)) {
    return failed(Outcome::kRefused, {ErrorKind::kInvalid, task.name + ": is a link",
                                      "hand in a folder with the manifests themselves"});
  }
  const auto files = read_answer(task.folder);
  Likeness likeness;
  if (files) {
    const auto starter = shipped_answer(*lab, "starter");
    likeness = likeness_of(*files, starter ? *starter : std::vector<SubmissionFile>(),
                           lab->parameters.values);
  }
  send(report_descriptor, read_line(hash_of_files(files), likeness));
  const auto submission = submission_of(files, *lab, task.folder);
  if (!submission) return failed(Outcome::kRefused, submission.error());
  GradeOptions options;
  options.submission = task.name;
  const auto report = grade(*lab, *submission, options);
  if (report) return graded_line(*report);
  // The manifests were taken: a check that cannot be carried out is not the learner's doing, unless
  // the runs have left it no memory.
  Error error = report.error();
  if (error.kind != ErrorKind::kExhausted) return failed(Outcome::kNotGraded, error);
  error.message = "needs more memory than it may have: " + error.message;
  return failed(Outcome::kOutOfMemory, error);
}

void read_verdict(const Value& line, ChildReport& out) {
  out.complete = true;
  out.row.outcome = outcome_of(line["outcome"].as_string());
  out.row.why = line["why"].str();
  out.row.earned = static_cast<int>(line["earned"].as_int());
  out.row.passed = line["passed"].as_bool();
  for (const Value::Member& check : line["checks"].members()) {
    out.row.checks[check.key] = static_cast<int>(check.value.as_int());
  }
  out.json = line["json"].str();
  out.text = line["text"].str();
}

}  // namespace

std::string write_task(const ChildTask& task) {
  std::string out;
  for (const std::string& field : {task.lab, task.folder, task.name, task.learner, task.seed}) {
    out += field;
    out += '\0';
  }
  return out;
}

std::optional<ChildTask> read_task(std::string_view text) {
  ChildTask out;
  for (std::string* field : {&out.lab, &out.folder, &out.name, &out.learner, &out.seed}) {
    const std::size_t end = text.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    *field = std::string(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (!text.empty()) return std::nullopt;
  return out;
}

ChildReport read_child_report(std::string_view sent) {
  ChildReport out;
  for (std::size_t end = sent.find('\n'); end != std::string_view::npos; end = sent.find('\n')) {
    const Value line = sim::parse_json(sent.substr(0, end)).value_or(Value());
    sent.remove_prefix(end + 1);
    if (line.has("outcome")) {
      read_verdict(line, out);
    } else if (line.has("files")) {
      out.files_hash = line["files"].str();
      out.likeness = likeness_from(line["likeness"]);
    }
  }
  return out;
}

int run_child(int task_descriptor, int report_descriptor) {
  std::set_new_handler(out_of_memory);
  std::set_terminate(ended_by_exception);
  const auto task = read_task(read_all(task_descriptor));
  if (!task) return kChildNotStarted;
  send(report_descriptor, verdict_on(*task, report_descriptor));
  return 0;
}

}  // namespace inferlab::labs::batch
