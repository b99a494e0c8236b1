#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/checks/check.h"
#include "labs/spec/lab_spec.h"
#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"
#include "sim/cluster/journal.h"

namespace inferlab::labs {

struct SubmissionLimits {
  std::size_t max_files = 200;
  std::size_t max_file_bytes = std::size_t{1} << 20;
  std::size_t max_total_bytes = std::size_t{4} << 20;
  std::size_t max_entries = 2000;  // of the folder, whatever they are
};

struct SubmissionFile {
  std::string name;  // in the folder, for messages too; "repo/apps/vllm.yaml" of its repository
  std::string text;
};

/// The .yaml, .yml and .json files that lie in `folder` itself, and kAnswersFile, by name. Links,
/// files too large and folders too full are refused before anything is read of them. Subfolders are
/// not entered, as with `kubectl apply -f FOLDER` without -R, and a folder without manifests is
/// kInvalid as there. Errors are kInvalid, kNotFound or kUnavailable, "FILE: WHY".
Result<std::vector<SubmissionFile>> read_submission(const std::string& folder,
                                                    const SubmissionLimits& limits = {});

/// The folder of a submission that holds what is pushed to the lab's Git repository.
inline constexpr std::string_view kRepositoryFolder = "repo";

/// read_submission(), and the files of kRepositoryFolder with that before their names. A folder
/// that has either is one.
Result<std::vector<SubmissionFile>> read_answer(const std::string& folder,
                                                const SubmissionLimits& limits = {});

/// Of the commit that what was handed in is.
inline constexpr const char* kHandInMessage = "Hand in";

/// Whether this file belongs to the repository, and is no manifest to be applied.
bool is_of_repository(const SubmissionFile& file);

/// An answer that the lab ships ("starter", "solution", "mutants/ID"), with the lab's parameters in
/// it.
Result<std::vector<SubmissionFile>> shipped_answer(const LabSpec& lab, const std::string& folder);

/// `files` with those of `changes` put in their place or added, and without `removes`; by name.
std::vector<SubmissionFile> overlay(std::vector<SubmissionFile> files,
                                    const std::vector<SubmissionFile>& changes,
                                    const std::vector<std::string>& removes);

/// Creates the document's objects in a running cluster, or updates those that are there, with
/// strict field validation. kInvalid is "FILE:LINE:COLUMN: WHAT: WHY". On the run's thread.
/// `manager` is who writes, in metadata.managedFields.
Result<void> apply_document(const sim::YamlDocument& document, const std::string& file,
                            sim::Cluster& cluster, std::string_view manager = "inferlab-grade");

/// The same, where `send` asks the cluster in its own way and notes what comes of it. `lab`: what
/// is no answer to it is refused before anybody is asked; nullptr: everything may be applied.
using SendRequest = std::function<sim::ApiResponse(sim::ApiRequest request)>;
Result<void> apply_document(const sim::YamlDocument& document, const std::string& file,
                            sim::Cluster& cluster, const SendRequest& send,
                            const LabSpec* lab = nullptr);

/// The same past the journal: what belongs to the cluster and is no write of anybody's.
Result<void> give_document(const sim::YamlDocument& document, const std::string& file,
                           sim::Cluster& cluster);

/// What applying the manifests among the files does to the lab's cluster at its apply time: the
/// files of the repository are pushed in one commit where the lab has one that takes them; each
/// document created, or updated when it is there already, with strict field validation, in the
/// order of names. A `kind: List` counts as its items. Nothing that the API refuses, and no kind
/// that is no answer to the lab: kInvalid is "FILE:LINE:COLUMN: WHAT: WHY", with the API's own
/// words.
Result<sim::Journal> journal_from_files(const std::vector<SubmissionFile>& files,
                                        const LabSpec& lab);

/// The file of a submission that answers the lab's quiz, by the ids of its questions: YAML, but no
/// manifest, and so named that `kubectl apply -f FOLDER` passes it over.
inline constexpr std::string_view kAnswersFile = "answers.txt";
/// Its name in former days, at which kubectl stops ("apiVersion not set"). It is read, too.
inline constexpr std::string_view kFormerAnswersFile = "answers.yaml";
/// The one that says how a model is to be evaluated (labs/spec/evals.h); it is no manifest either.
inline constexpr std::string_view kEvalsFile = "evals.yaml";

constexpr bool is_answers_file(std::string_view name) {
  return name == kAnswersFile || name == kFormerAnswersFile;
}

/// Whether a file of a submission is one of those that say something else than what to apply.
bool is_no_manifest(std::string_view file);

/// journal_from_files() of the manifests, and what the answers file, kEvalsFile, kActionsFile
/// (labs/grade/actions.h) and kAuditPolicyFile (labs/checks/audit_rules.h) say. An answer to a
/// question that the lab does not ask is kInvalid, and so are two answers files, and an evaluation
/// that the lab does not look at.
Result<Submission> submission_from_files(const std::vector<SubmissionFile>& files,
                                         const LabSpec& lab);

/// What the answers file of this folder says; null: there is none.
Result<sim::Value> answers_in(const std::string& folder, const LabSpec& lab);

/// read_submission() and submission_from_files(). A folder that holds nothing is kInvalid.
Result<Submission> submission_from_folder(const std::string& folder, const LabSpec& lab);

/// read_submission() and journal_from_files(). Files that hold no object are kInvalid.
Result<sim::Journal> journal_from_submission(const std::string& folder, const LabSpec& lab);

}  // namespace inferlab::labs
