#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "sim/api/api.h"
#include "sim/gitops/repository.h"

namespace inferlab::sim {

/// One thing that entered a run from outside, at the virtual time it took effect.
struct JournalEntry {
  enum class Kind : std::uint8_t {
    kApi,    // a write request to the API
    kFault,  // a fault injected by hand: `fault` names it, `target` the object
    kGit,    // a push to a Git repository of the run
  };
  Time at{};
  Kind kind = Kind::kApi;
  ApiRequest request;  // kApi
  std::string fault;   // kFault: as faults.cpp names it
  std::string target;  // kFault: a node's name, or NAMESPACE/POD
  GitChange git = {};  // kGit
};

/// Everything that entered a run. Journal + seed + spec = the run.
using Journal = std::vector<JournalEntry>;

/// One entry as one line of JSON, without the line's end.
std::string write_journal_entry(const JournalEntry& entry);
/// One line for each entry; what read_journal() reads back.
std::string write_journal(const Journal& journal);
/// `name` is the file's, for messages. A last line that was cut off is left out: a write is
/// acknowledged only after its whole line is stored.
Result<Journal> read_journal(std::string_view text, std::string_view name);

}  // namespace inferlab::sim
