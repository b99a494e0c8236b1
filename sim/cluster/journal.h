#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "sim/api/api.h"

namespace inferlab::sim {

/// One thing that entered a run from outside, at the virtual time it took effect.
struct JournalEntry {
  enum class Kind : std::uint8_t {
    kApi,    // a write request to the API
    kFault,  // a fault injected by hand: `fault` names it, `target` the object
  };
  Time at{};
  Kind kind = Kind::kApi;
  ApiRequest request;   // kApi
  std::string fault;    // kFault: "node-down", "node-up", "container-crash"
  std::string target;   // kFault: a node's name, or NAMESPACE/POD
};

/// Everything that entered a run. Journal + seed + spec = the run.
using Journal = std::vector<JournalEntry>;

/// One JSON document a line; what read_journal() reads back.
std::string write_journal(const Journal& journal);
Result<Journal> read_journal(std::string_view text);

}  // namespace inferlab::sim
