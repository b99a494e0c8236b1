#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// Where data can lie in a run.
enum class DataStore : std::uint8_t {
  kClaims,     // a volume that is bound to a claim
  kReleased,   // one that is not, or that no PersistentVolume stands for any more
  kSnapshots,  // what the storage system has copied, whether an object stands for it or not
  kPods,       // emptyDirs and layers of containers
  kNodes,      // disks of nodes
  kObjects,    // ConfigMaps and Secrets, and their annotations
  kLogs,       // of containers of Pods that there are
};

/// One file, object or log, from when to when it was there; max(): it is there still. Which of a
/// volume's stores it is changes with the volume; it is that of the time asked for.
struct DataItem {
  DataStore store;
  std::string where;       // "the volume of claim ai/documents"
  std::string path = {};   // of a file
  std::string place = {};  // of a file: Files' name
  std::string text = {};   // of a file, as it was last
  Time from{}, to = Time::max();
  [[nodiscard]] bool was_there(Time at) const { return from <= at && at < to; }
};

/// All files that ever were in the run, described as things stood at `at`.
std::vector<DataItem> files_of_run(sim::Cluster& run, Time at);
/// All that ever named `word`, as a whole word: files by path or text, objects, and log lines up to
/// the end of the run.
std::vector<DataItem> copies_in_run(sim::Cluster& run, std::string_view word, Time at);

/// "globex" in "/data/globex/1.pdf" and "jane@globex.example"; not in "globex-labs" or "aglobex".
bool has_word(std::string_view text, std::string_view word);

}  // namespace inferlab::labs
