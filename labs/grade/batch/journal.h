#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "labs/grade/batch/descriptor.h"
#include "labs/grade/batch/row.h"
#include "labs/grade/batch/shingles.h"

namespace inferlab::labs::batch {

/// Takes the advisory lock of an open file or folder, which goes with its last descriptor, however
/// the program ends. kConflict: another batch holds it; `what` is named.
Result<void> lock_whole(const Descriptor& file, const std::string& what);

/// A submission that is done with.
struct JournalEntry {
  std::string key;     // of all that its grade depends on
  std::string limits;  // that it was graded under, which matter when it was not graded for them
  Row row;
  Likeness likeness;
  std::string json, text;  // the child's reports, if it came so far
};

/// An entry as its line of the journal, with the line's end, and back; nullopt: it is none.
std::string write_entry(const JournalEntry& entry);
std::optional<JournalEntry> read_entry(std::string_view line);

/// The rows of a batch that are finished: a line of JSON each, appended whole and brought to the
/// disk before append() returns. What a killed run has left of its last line is cut off when the
/// next one opens the file; lines that are none are passed over. Locked while it is open.
class Journal {
 public:
  /// Opens or makes the file; no link. kConflict: another batch writes it; kInvalid, kUnavailable.
  static Result<Journal> open(const std::string& path);
  /// Calls `visit` for each entry, oldest first: one of them is in memory at a time.
  Result<void> read(const std::function<void(JournalEntry&&)>& visit);
  Result<void> append(const JournalEntry& entry);

 private:
  Journal(std::string path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}
  [[nodiscard]] Error failure(const char* what, int number) const;

  std::string path_;
  Descriptor file_;
};

}  // namespace inferlab::labs::batch
