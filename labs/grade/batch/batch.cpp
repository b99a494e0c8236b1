#include "labs/grade/batch/batch.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "engine/base/hash.h"
#include "labs/grade/batch/child.h"
#include "labs/grade/batch/journal.h"
#include "labs/grade/batch/learners.h"
#include "labs/grade/batch/report_folder.h"
#include "labs/grade/batch/submissions.h"
#include "labs/grade/batch/verdict.h"
#include "labs/report/error_report.h"
#include "labs/report/escape.h"
#include "labs/report/formats.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs::batch {
namespace {

constexpr std::chrono::milliseconds kLookEvery{100};

// Whether another time or more memory could have led to another end.
bool depends_on_limits(Outcome outcome) {
  return outcome == Outcome::kTimedOut || outcome == Outcome::kOutOfMemory ||
         outcome == Outcome::kCrashed;
}

class Batch {
 public:
  Batch(const BatchOptions& options, const LabSpec& lab, std::string lab_hash,
        std::vector<SubmissionFolder> submissions, Journal& journal)
      : options_(options),
        lab_(lab),
        lab_hash_(std::move(lab_hash)),
        limits_(fmt::format("{} {}", format_duration(options.limits.wall),
                            options.limits.memory_bytes)),
        submissions_(std::move(submissions)),
        journal_(journal),
        children_(options.child_program, options.limits),
        done_(submissions_.size()) {}

  Result<BatchResult> run() {
    INFERLAB_TRY_VOID(take_over());
    for (std::size_t i = 0; i < done_.size() && pending_.size() < options_.at_most; ++i) {
      if (!done_[i]) pending_.push_back(i);
    }
    begun_ = std::chrono::steady_clock::now();
    std::size_t next = 0;
    tell();
    while (next < pending_.size() || children_.running() > 0) {
      if (options_.stopped && options_.stopped()) break;
      INFERLAB_TRY_VOID(start_some(next));
      for (const ChildEnd& end : children_.wait(kLookEvery)) INFERLAB_TRY_VOID(finish(end));
      tell();
    }
    children_.stop();
    return result();
  }

 private:
  struct Done {
    Row row;
    Likeness likeness;
  };

  [[nodiscard]] std::string key_of(const SubmissionFolder& submission,
                                   const std::string& files_hash) const {
    RunHash hash;
    for (const std::string& part :
         {submission.name, submission.learner, files_hash, lab_hash_, options_.program_version,
          options_.seed ? fmt::format("{}", *options_.seed) : std::string()}) {
      hash.add(part);
    }
    return hash.hex();
  }

  // What the journal says of submissions that are still the same.
  Result<void> take_over() {
    std::map<std::string, std::size_t> by_key;
    for (std::size_t i = 0; i < submissions_.size(); ++i) {
      const SubmissionFolder& submission = submissions_[i];
      files_hashes_.push_back(is_link(submission.path)
                                  ? std::string("link")
                                  : hash_of_files(read_answer(submission.path)));
      by_key[key_of(submission, files_hashes_.back())] = i;
    }
    Result<void> written;
    INFERLAB_TRY_VOID(journal_.read([&](JournalEntry&& entry) {
      const auto found = by_key.find(entry.key);
      if (found == by_key.end()) return;
      if (depends_on_limits(entry.row.outcome) && entry.limits != limits_) return;
      if (!done_[found->second]) ++taken_over_;
      if (written) written = report(found->second, entry);
      done_[found->second] = Done{std::move(entry.row), std::move(entry.likeness)};
    }));
    return written;
  }

  Result<void> report(std::size_t index, const JournalEntry& entry) const {
    if (options_.report_folder.empty()) return {};
    const std::string& name = submissions_[index].name;
    if (!entry.json.empty()) {
      return write_reports(options_.report_folder, name, entry.json, entry.text);
    }
    // Its child cannot say it any more.
    const Error error{ErrorKind::kUnavailable,
                      fmt::format("{}: {}", word_of(entry.row.outcome), entry.row.why)};
    return write_reports(options_.report_folder, name,
                         error_report(lab_.id, name, error, ReportFormat::kJson),
                         error.message + "\n");
  }

  Result<void> start_some(std::size_t& next) {
    while (next < pending_.size() && children_.running() < options_.jobs) {
      const SubmissionFolder& submission = submissions_[pending_[next]];
      const auto started = children_.start(
          pending_[next],
          write_task({.lab = options_.lab,
                      .folder = submission.path,
                      .name = submission.name,
                      .learner = submission.learner,
                      .seed = options_.seed ? fmt::format("{}", *options_.seed) : std::string()}));
      if (!started && children_.running() == 0) return started.error();
      if (!started) return {};  // there is room again when one of them ends
      ++next;
    }
    return {};
  }

  Result<void> finish(const ChildEnd& end) {
    const SubmissionFolder& submission = submissions_[end.id];
    ChildReport report_of_child = verdict_of(end, options_.limits);
    // By what the child has read: the files may have changed since.
    const std::string& hash =
        report_of_child.files_hash.empty() ? files_hashes_[end.id] : report_of_child.files_hash;
    JournalEntry entry{.key = key_of(submission, hash),
                       .limits = limits_,
                       .row = std::move(report_of_child.row),
                       .likeness = std::move(report_of_child.likeness),
                       .json = std::move(report_of_child.json),
                       .text = std::move(report_of_child.text)};
    entry.row.name = for_terminal(submission.name);
    entry.row.learner = for_terminal(submission.learner);
    INFERLAB_TRY_VOID(report(end.id, entry));
    if (entry.row.outcome != Outcome::kNotGraded) INFERLAB_TRY_VOID(journal_.append(entry));
    done_[end.id] = Done{std::move(entry.row), std::move(entry.likeness)};
    ++now_;
    return {};
  }

  void tell() const {
    if (!options_.progress) return;
    options_.progress({.done = taken_over_ + now_,
                       .of = submissions_.size(),
                       .now = now_,
                       .elapsed = std::chrono::steady_clock::now() - begun_});
  }

  BatchResult result() {
    BatchResult out;
    out.table = {.lab_id = lab_.id,
                 .lab_title = lab_.title,
                 .points = lab_.total_points(),
                 .pass_points = lab_.pass_points,
                 .checks = {},
                 .rows = {}};
    for (const LabCheck& check : lab_.checks) {
      out.table.checks.push_back({check.id, check.title, check.points});
    }
    for (std::optional<Done>& done : done_) {
      if (!done) continue;
      out.table.rows.push_back(std::move(done->row));
      out.likeness.push_back(std::move(done->likeness));
    }
    out.submissions = submissions_.size();
    out.taken_over = taken_over_;
    return out;
  }

  const BatchOptions& options_;
  const LabSpec& lab_;
  std::string lab_hash_, limits_;
  std::vector<SubmissionFolder> submissions_;
  std::vector<std::string> files_hashes_;
  Journal& journal_;
  Children children_;
  std::vector<std::optional<Done>> done_;
  std::vector<std::size_t> pending_;
  std::size_t taken_over_ = 0, now_ = 0;
  std::chrono::steady_clock::time_point begun_;
};

// One batch at a time, whatever file its state is in.
Result<Descriptor> lock_folder(const std::string& folder) {
  Descriptor out(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!out.is_open()) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: {}", folder, std::generic_category().message(errno))};
  }
  INFERLAB_TRY_VOID(lock_whole(out, folder));
  return out;
}

}  // namespace

Result<BatchResult> run_batch(const BatchOptions& options) {
  INFERLAB_TRY(const LabSpec lab, find_lab(options.lab));
  INFERLAB_TRY(std::string lab_hash, hash_of_lab(lab));
  INFERLAB_TRY(auto submissions, list_submissions(options.folder));
  if (!options.variants) {
    for (SubmissionFolder& submission : submissions) submission.learner.clear();
  }
  std::size_t without_learner = 0;
  if (!options.learners.empty()) {
    INFERLAB_TRY(without_learner, assign_learners(options.learners, submissions));
  }
  if (!options.report_folder.empty()) {
    INFERLAB_TRY_VOID(make_report_folder(options.report_folder, options.folder));
  }
  INFERLAB_TRY(const Descriptor lock, lock_folder(options.folder));
  INFERLAB_TRY(
      Journal journal,
      Journal::open(options.state.empty()
                        ? (std::filesystem::path(options.folder) / ".inferlab-batch.jsonl").string()
                        : options.state));
  Batch batch(options, lab, std::move(lab_hash), std::move(submissions), journal);
  INFERLAB_TRY(BatchResult out, batch.run());
  out.without_learner = without_learner;
  return out;
}

}  // namespace inferlab::labs::batch
