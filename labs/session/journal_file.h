#pragma once

#include <string>

#include "engine/base/result.h"
#include "sim/cluster/journal.h"

namespace inferlab::labs {

/// The journal of a live session on disk (mode 0600): each entry is handed to the system as one
/// whole line before its write is acknowledged, so that ending the program in any way loses
/// nothing.
class JournalFile {
 public:
  /// Opens for appending; makes it when absent. What a crash left of a last line is cut off.
  static Result<JournalFile> open(const std::string& path);
  JournalFile(JournalFile&& other) noexcept;
  JournalFile& operator=(JournalFile&& other) noexcept;
  ~JournalFile();

  /// kUnavailable: the disk is full or the file is gone.
  Result<void> append(const sim::JournalEntry& entry);

 private:
  JournalFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  int descriptor_ = -1;
};

/// The whole file; an empty journal when there is none.
Result<sim::Journal> read_journal_file(const std::string& path);

}  // namespace inferlab::labs
