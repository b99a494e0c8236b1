#include "labs/session/session_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "labs/grade/batch/report_folder.h"
#include "labs/session/journal_file.h"
#include "labs/session/session_lock.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "sim/apiserver/private_file.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;
using sim::Value;

constexpr const char* kCardName = "session.json";

Result<std::string> sessions_root() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here ever sets a variable
  const auto variable = [](const char* name) { return std::getenv(name); };
  const char* state = variable("XDG_STATE_HOME");
  if (state != nullptr && state[0] == '/') return std::string(state) + "/inferlab/sessions";
  const char* home = variable("HOME");
  if (home == nullptr || home[0] != '/') {
    return Error{ErrorKind::kUnavailable, "HOME: is not set", "set HOME or XDG_STATE_HOME"};
  }
  return std::string(home) + "/.local/state/inferlab/sessions";
}

bool is_journal_of(const std::string& folder, const std::string& learner) {
  const auto journal = read_journal_file(journal_path(folder));
  return journal && journal->header && journal->header->learner == learner;
}

}  // namespace

Result<std::string> session_folder(const std::string& lab_id, const std::string& learner) {
  INFERLAB_TRY(const std::string root, sessions_root());
  std::string folder = root + "/" + lab_id;
  if (!learner.empty()) {
    const std::string own = folder + "@" + batch::file_name_for(learner);
    std::error_code failed;
    if (fs::exists(own, failed) || !is_journal_of(folder, learner)) folder = own;
  }
  const auto made = sim::make_private_folder(folder);
  if (!made) {  // also where a part of the path is not there: it is no name that somebody gave
    return Error{ErrorKind::kUnavailable, made.error().message,
                 "set XDG_STATE_HOME to a folder that can be written"};
  }
  return folder;
}

std::string journal_path(const std::string& folder) {
  return folder + "/journal.jsonl";
}

Result<std::vector<SubmissionFile>> files_beside_journal(const std::string& folder) {
  std::vector<SubmissionFile> files;
  bool is_answered = false;
  for (const std::string_view name : kFilesBesideJournal) {
    if (is_answers_file(name) && is_answered) continue;
    auto text = read_text_file(fmt::format("{}/{}", folder, name),
                               SubmissionLimits{}.max_file_bytes, /*follow_links=*/false);
    if (!text && text.error().kind == ErrorKind::kNotFound) continue;
    if (!text) return text.error();
    is_answered = is_answered || is_answers_file(name);
    files.push_back({std::string(name), std::move(*text)});
  }
  return files;
}

Result<void> forget_session(const std::string& folder) {
  std::vector<std::string> paths;
  for (const std::string_view name : kFilesBesideJournal) {
    paths.push_back(fmt::format("{}/{}", folder, name));
  }
  paths.push_back(journal_path(folder));
  for (const std::string& path : paths) {
    std::error_code failed;
    fs::remove(path, failed);
    if (!failed) continue;
    return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", path, failed.message()),
                 "look at the folder's permissions"};
  }
  return {};
}

Result<void> write_card(const std::string& folder, const SessionCard& card) {
  const Value value = Value::object({{"lab", card.lab_id},
                                     {"pid", card.pid},
                                     {"apiUrl", card.api_url},
                                     {"gatewayUrl", card.gateway_url},
                                     {"controlUrl", card.control_url},
                                     {"kubeconfig", card.kubeconfig},
                                     {"token", card.token},
                                     {"learner", card.learner}});
  return sim::write_private_file(folder + "/" + kCardName, sim::to_json(value, 2) + "\n");
}

void remove_card(const std::string& folder) {
  std::error_code ignored;
  fs::remove(folder + "/" + kCardName, ignored);
}

Result<std::optional<SessionCard>> read_card(const std::string& folder) {
  if (!SessionLock::is_held(folder)) return std::optional<SessionCard>();
  const auto text = sim::read_small_file(folder + "/" + kCardName);
  // A session that is just starting has written none yet.
  if (!text && text.error().kind == ErrorKind::kNotFound) return std::optional<SessionCard>();
  if (!text) return text.error();
  INFERLAB_TRY(const Value value, sim::parse_json(*text));
  SessionCard card{value["lab"].str(),        static_cast<int>(value["pid"].as_int()),
                   value["apiUrl"].str(),     value["gatewayUrl"].str(),
                   value["controlUrl"].str(), value["kubeconfig"].str(),
                   value["token"].str(),      value["learner"].str()};
  return std::optional<SessionCard>(std::move(card));
}

Result<std::vector<SessionCard>> running_sessions() {
  INFERLAB_TRY(const std::string root, sessions_root());
  std::error_code failure;
  std::vector<std::string> folders;
  // increment(): the range-for's ++ would throw when the folder cannot be read to its end.
  for (fs::directory_iterator entry(root, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    folders.push_back(entry->path());
  }
  std::sort(folders.begin(), folders.end());
  std::vector<SessionCard> running;
  for (const std::string& folder : folders) {
    INFERLAB_TRY(std::optional<SessionCard> card, read_card(folder));
    if (card) running.push_back(*std::move(card));
  }
  return running;
}

}  // namespace inferlab::labs
