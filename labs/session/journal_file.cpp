#include "labs/session/journal_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include "labs/spec/text_file.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr std::string_view kVersion = "session-journal/v1";
constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

Error failed(const std::string& path, const char* what) {
  return Error{ErrorKind::kUnavailable,
               fmt::format("{}: {}: {}", path, what, std::generic_category().message(errno)),
               "look at the folder's space and permissions"};
}

std::int64_t nanoseconds(Duration duration) {
  return duration.count();
}

std::string header_line(const JournalHeader& header) {
  // The seed as text: it uses all 64 bits, a JSON number does not.
  Value line = Value::object({{"inferlab", kVersion},
                              {"seed", std::to_string(header.seed)},
                              {"lab", header.lab},
                              {"cluster", header.cluster}});
  if (!header.learner.empty()) line = line.with("learner", header.learner);
  if (header.start != Duration{}) line = line.with("start", nanoseconds(header.start));
  return sim::to_json(line);
}

Result<JournalHeader> header_from(const Value& value) {
  if (value["inferlab"].as_string() != kVersion) {
    return Error{ErrorKind::kInvalid, fmt::format("inferlab: is \"{}\", this program reads \"{}\"",
                                                  value["inferlab"].as_string(), kVersion)};
  }
  JournalHeader header{1, value["lab"].str(), value["cluster"].str(),
                       Duration{std::max<std::int64_t>(value["start"].as_int(), 0)}};
  const std::string seed = value["seed"].str();
  header.learner = value["learner"].str();
  const auto [end, code] = std::from_chars(seed.data(), seed.data() + seed.size(), header.seed);
  if (code != std::errc{} || end != seed.data() + seed.size()) {
    return Error{ErrorKind::kInvalid, "seed: is no number"};
  }
  return header;
}

std::string live_line(const LiveRequest& request) {
  return sim::to_json(
      Value::object({{"at", nanoseconds(request.at.time_since_epoch())},
                     {"live", Value::object({{"namespace", request.ns},
                                             {"service", request.service},
                                             {"pod", request.pod},
                                             {"node", request.node},
                                             {"promptTokens", request.prompt_tokens},
                                             {"outputTokens", request.output_tokens},
                                             {"firstToken", nanoseconds(request.first_token)},
                                             {"took", nanoseconds(request.took)},
                                             {"code", request.code},
                                             {"unloaded", request.unloaded}})}}));
}

LiveRequest live_from(const Value& line) {
  const Value& live = line["live"];
  LiveRequest request;
  request.at = Time{Duration{line["at"].as_int()}};
  request.ns = live["namespace"].str();
  request.service = live["service"].str();
  request.pod = live["pod"].str();
  request.node = live["node"].str();
  request.prompt_tokens = live["promptTokens"].as_int();
  request.output_tokens = live["outputTokens"].as_int();
  request.first_token = Duration{live["firstToken"].as_int()};
  request.took = Duration{live["took"].as_int()};
  request.code = static_cast<int>(live["code"].as_int());
  request.unloaded = live["unloaded"].as_bool();
  return request;
}

std::string note_line(const IncidentNote& note) {
  return sim::to_json(Value::object(
      {{"at", nanoseconds(note.at.time_since_epoch())},
       {"note", Value::object({{"cause", note.cause}, {"incident", note.incident}})}}));
}

bool begins_with(std::string_view text, std::string_view begin) {
  return text.substr(0, begin.size()) == begin;
}

// Tells the lines that are the session's own from those of the run.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  Result<SessionJournal> read(std::string_view text) {
    for (number_ = 1; !text.empty(); ++number_) {
      const std::size_t end = text.find('\n');
      if (end == std::string_view::npos) break;  // cut off: it was never acknowledged
      INFERLAB_TRY_VOID(line(text.substr(0, end + 1)));
      text.remove_prefix(end + 1);
    }
    return std::move(journal_);
  }

 private:
  [[nodiscard]] Error damaged(const Error& error) const {
    return Error{ErrorKind::kInvalid, fmt::format("{}:{}: {}", path_, number_, error.message),
                 "start the lab anew: inferlab lab start LAB --fresh"};
  }

  Result<void> line(std::string_view text) {
    if (number_ == 1) {
      auto value = sim::parse_json(text);
      if (!value) return damaged(value.error());
      auto header = header_from(*value);
      if (!header) return damaged(header.error());
      journal_.header = std::move(*header);
      return {};
    }
    // "at" comes first in entries of the run, and in live ones: the next word tells them apart.
    const bool is_clock = begins_with(text, "{\"clock\":");
    const bool has_time = begins_with(text, "{\"at\":");
    const bool is_live = has_time && text.find(",\"live\":{") < 40;
    const bool is_note = has_time && text.find(",\"note\":{") < 40;
    if (!is_clock && !is_live && !is_note) {
      auto entry = sim::read_journal(text, path_);
      if (!entry) {
        // It was given one line only: its own "FILE:1: " would name the wrong one.
        const std::string first = path_ + ":1: ";
        Error error = entry.error();
        if (begins_with(error.message, first)) error.message.erase(0, first.size());
        return damaged(error);
      }
      for (sim::JournalEntry& one : *entry) {
        INFERLAB_TRY_VOID(advance(one.at));
        journal_.entries.push_back(std::move(one));
      }
      return {};
    }
    auto value = sim::parse_json(text);
    if (!value) return damaged(value.error());
    if (is_clock) return advance(Time{Duration{(*value)["clock"].as_int()}});
    if (is_note) {
      const Value& note = (*value)["note"];
      journal_.notes.push_back(
          {Time{Duration{(*value)["at"].as_int()}}, note["incident"].str(), note["cause"].str()});
      return advance(journal_.notes.back().at);
    }
    LiveRequest request = live_from(*value);
    INFERLAB_TRY_VOID(advance(request.at));
    journal_.live.push_back({journal_.entries.size(), std::move(request)});
    return {};
  }

  Result<void> advance(Time at) {
    if (at < journal_.clock) {
      return damaged(Error{ErrorKind::kInvalid, "its time is earlier than the line before"});
    }
    journal_.clock = at;
    return {};
  }

  const std::string& path_;
  int number_ = 1;
  SessionJournal journal_;
};

Result<std::string> read_text(const std::string& path) {
  auto text = read_text_file(path, kMaxBytes, /*follow_links=*/false);
  if (!text && text.error().kind == ErrorKind::kNotFound) return std::string();
  return text;
}

}  // namespace

Result<JournalFile> JournalFile::open(const std::string& path, const JournalHeader& header) {
  INFERLAB_TRY(const std::string text, read_text(path));
  // O_APPEND: whatever else has the file open, a line never lands in the middle of another.
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return failed(path, "cannot be opened");
  JournalFile file(path, descriptor);
  const std::size_t last = text.rfind('\n');
  const std::size_t whole = last == std::string::npos ? 0 : last + 1;
  if (::ftruncate(descriptor, static_cast<off_t>(whole)) != 0) {
    return failed(path, "cannot be mended");
  }
  if (whole == 0) INFERLAB_TRY_VOID(file.append_line(header_line(header)));
  return file;
}

JournalFile::JournalFile(JournalFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

JournalFile& JournalFile::operator=(JournalFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

JournalFile::~JournalFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> JournalFile::append(const sim::JournalEntry& entry) {
  return append_line(sim::write_journal_entry(entry));
}

Result<void> JournalFile::append(const LiveRequest& request) {
  return append_line(live_line(request));
}

Result<void> JournalFile::append(const IncidentNote& note) {
  return append_line(note_line(note));
}

Result<void> JournalFile::append_clock(Time now) {
  return append_line(sim::to_json(Value::object({{"clock", nanoseconds(now.time_since_epoch())}})));
}

Result<void> JournalFile::append_line(std::string line) {
  line += '\n';
  struct stat before {};
  if (::fstat(descriptor_, &before) != 0) return failed(path_, "cannot be written");
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t count = ::write(descriptor_, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      const Error error = failed(path_, "cannot be written");
      // A part of a line would spoil the next one.
      if (written > 0) (void)!::ftruncate(descriptor_, before.st_size);
      return error;
    }
    written += static_cast<std::size_t>(count);
  }
  return {};
}

Result<SessionJournal> read_journal_file(const std::string& path) {
  INFERLAB_TRY(const std::string text, read_text(path));
  return read_session_journal(text, path);
}

Result<SessionJournal> read_session_journal(std::string_view text, const std::string& file) {
  return Reader(file).read(text);
}

}  // namespace inferlab::labs
