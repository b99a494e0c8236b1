#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/session/live_request.h"
#include "sim/cluster/journal.h"

namespace inferlab::labs {

/// What a journal was recorded with: only the same run can be played again from it.
struct JournalHeader {
  std::uint64_t seed = 1;
  std::string lab;           // its id
  std::string cluster;       // hash of what the lab says of the cluster and its traffic
  Duration start{};          // sim::ClusterSpec::start
  std::string learner = {};  // whose variant of the lab; empty: nobody's
};

/// What a responder said of an incident of the lab: that he has seen it, or what it comes of. It
/// does nothing to the run.
struct IncidentNote {
  Time at{};
  std::string incident;
  std::string cause = {};  // empty: acknowledged; else the diagnosis
};

/// The journal of a live session: one JSON document a line, the header first.
///
///   {"inferlab": "session-journal/v1", "seed": "7", "lab": "vllm-inference", "cluster": "9f…"}
///   {"at": 1200, "api": …}      what sim/cluster/journal.h says
///   {"at": 1300, "live": …}     a request that a real engine answered
///   {"at": 1400, "note": …}     what was said of an incident
///   {"clock": 5000}             how far virtual time had run when the session ended
struct SessionJournal {
  std::optional<JournalHeader> header;  // none: nothing has been recorded yet
  sim::Journal entries;
  /// Each after the first `after` entries.
  struct Live {
    std::size_t after = 0;
    LiveRequest request;
  };
  std::vector<Live> live;
  std::vector<IncidentNote> notes;
  Time clock{};  // not before the last entry
};

/// The journal of a live session on disk (mode 0600): each entry is handed to the system as one
/// whole line before its write is acknowledged, so that ending the program in any way loses
/// nothing.
class JournalFile {
 public:
  /// Opens for appending; makes it, with the header, when absent or empty. What a crash left of a
  /// last line is cut off.
  static Result<JournalFile> open(const std::string& path, const JournalHeader& header);
  JournalFile(JournalFile&& other) noexcept;
  JournalFile& operator=(JournalFile&& other) noexcept;
  ~JournalFile();

  /// kUnavailable: the disk is full or the file is gone. Nothing of the line is left in the file
  /// then, as far as the system lets us.
  Result<void> append(const sim::JournalEntry& entry);
  Result<void> append(const LiveRequest& request);
  Result<void> append(const IncidentNote& note);
  Result<void> append_clock(Time now);

 private:
  JournalFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  Result<void> append_line(std::string line);
  std::string path_;
  int descriptor_ = -1;
};

/// The whole file; an empty journal when there is none. kInvalid: it is damaged, or of a version
/// that this program does not know.
Result<SessionJournal> read_journal_file(const std::string& path);

/// What the text of such a file says; messages name it `file`.
Result<SessionJournal> read_session_journal(std::string_view text, const std::string& file);

}  // namespace inferlab::labs
