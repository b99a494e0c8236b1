#include "labs/grade/batch/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "sim/api/json.h"

namespace inferlab::labs::batch {

using sim::Value;

std::string write_entry(const JournalEntry& entry) {
  Value::Object checks;
  for (const auto& [id, earned] : entry.row.checks) checks.push_back({id, earned});
  const Row& row = entry.row;
  return sim::to_json(Value::object({{"key", entry.key},
                                     {"limits", entry.limits},
                                     {"name", row.name},
                                     {"learner", row.learner},
                                     {"outcome", Value(word_of(row.outcome))},
                                     {"why", row.why},
                                     {"earned", row.earned},
                                     {"passed", row.passed},
                                     {"checks", Value::object(std::move(checks))},
                                     {"cpuMs", row.cpu_ms},
                                     {"likeness", to_value(entry.likeness)},
                                     {"json", entry.json},
                                     {"text", entry.text}})) +
         "\n";
}

std::optional<JournalEntry> read_entry(std::string_view line) {
  const auto value = sim::parse_json(line);
  if (!value || !(*value)["key"].is_string() || !(*value)["outcome"].is_string() ||
      !value->has("likeness")) {
    return std::nullopt;
  }
  JournalEntry out;
  out.key = (*value)["key"].str();
  out.limits = (*value)["limits"].str();
  out.row.name = (*value)["name"].str();
  out.row.learner = (*value)["learner"].str();
  out.row.outcome = outcome_of((*value)["outcome"].as_string());
  out.row.why = (*value)["why"].str();
  out.row.earned = static_cast<int>((*value)["earned"].as_int());
  out.row.passed = (*value)["passed"].as_bool();
  for (const Value::Member& check : (*value)["checks"].members()) {
    out.row.checks[check.key] = static_cast<int>(check.value.as_int());
  }
  out.row.cpu_ms = (*value)["cpuMs"].as_int();
  out.likeness = likeness_from((*value)["likeness"]);
  out.json = (*value)["json"].str();
  out.text = (*value)["text"].str();
  return out;
}

Result<void> lock_whole(const Descriptor& file, const std::string& what) {
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return {};
  if (errno == EWOULDBLOCK) {
    return Error{ErrorKind::kConflict, fmt::format("{}: another batch is at work on it", what),
                 "wait for its end, or end it"};
  }
  return Error{ErrorKind::kUnavailable, fmt::format("{}: cannot be locked: {}", what,
                                                    std::generic_category().message(errno))};
}

Error Journal::failure(const char* what, int number) const {
  return Error{ErrorKind::kUnavailable,
               fmt::format("{}: {}: {}", path_, what, std::generic_category().message(number))};
}

Result<Journal> Journal::open(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: cannot be opened: {}", path,
                             errno == ELOOP ? "is a link" : std::generic_category().message(errno)),
                 "name another place for the batch's state: --state FILE"};
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: is no regular file", path)};
  }
  INFERLAB_TRY_VOID(lock_whole(file, path));
  return Journal(path, std::move(file));
}

Result<void> Journal::read(const std::function<void(JournalEntry&&)>& visit) {
  if (::lseek(file_.get(), 0, SEEK_SET) != 0) return failure("seek", errno);
  std::string pending;
  off_t whole = 0;  // bytes of the lines that have ended
  std::array<char, 65536> bytes{};
  for (;;) {
    const ssize_t got = ::read(file_.get(), bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure("read", errno);
    if (got == 0) break;
    std::size_t from = pending.size();
    pending.append(bytes.data(), static_cast<std::size_t>(got));
    std::size_t begin = 0;
    for (std::size_t end = pending.find('\n', from); end != std::string::npos;
         end = pending.find('\n', begin)) {
      if (auto entry = read_entry(std::string_view(pending).substr(begin, end - begin))) {
        visit(std::move(*entry));
      }
      begin = end + 1;
    }
    pending.erase(0, begin);
    whole += static_cast<off_t>(begin);
  }
  if (!pending.empty() && ::ftruncate(file_.get(), whole) != 0) return failure("cut", errno);
  return {};
}

Result<void> Journal::append(const JournalEntry& entry) {
  const std::string line = write_entry(entry);
  std::string_view left = line;
  while (!left.empty()) {
    const ssize_t put = ::write(file_.get(), left.data(), left.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failure("write", errno);
    left.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fdatasync(file_.get()) != 0) return failure("sync", errno);
  return {};
}

}  // namespace inferlab::labs::batch
