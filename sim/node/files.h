#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/kernel/simulation.h"

namespace inferlab::sim {

/// What commands of containers have written, wherever it lies: on volumes and snapshots, on disks
/// of Pods and nodes, in the layers of containers. A place has a name ("volume/pvc-…", see
/// FilePlace; "host/NODE"), in it a path "a/b" names a file or folder; "" is the place itself and
/// always there.
///
/// A file has a name and a short text; no owner, mode or time of its own. It is remembered when it
/// came and went. Weights that servers download are not here (ModelNetwork).
/// Not thread-safe: lives on the run's thread.
class Files {
 public:
  static constexpr std::size_t kMostText = std::size_t{64} * 1024;  // bytes, of a file
  static constexpr std::size_t kMostEntries = 10'000;               // of a place
  /// Of a run: texts, names and kPerFile each, of what is there and of files that have gone.
  static constexpr std::size_t kMostBytes = std::size_t{64} * 1024 * 1024;
  static constexpr std::size_t kPerFile = 128;

  struct Entry {
    bool is_folder = false;
    std::string text = {};
    Time since{};
  };
  /// A file, from when to when it was there; max(): it is there still. What was appended in that
  /// time is not told apart: `text` is the last one.
  struct Record {
    std::string place, path, text;
    Time from, to;
    [[nodiscard]] bool was_there(Time at) const { return from <= at && at < to; }
  };
  using Folder = std::map<std::string, Entry, std::less<>>;  // by path

  explicit Files(const Simulation& simulation) : simulation_(simulation) {}

  /// nullptr: there is none; of the place itself too.
  [[nodiscard]] const Entry* find(std::string_view place, std::string_view path) const;
  [[nodiscard]] bool is_folder(std::string_view place, std::string_view path) const;
  /// Names of what lies in a folder itself, in order.
  [[nodiscard]] std::vector<std::string> names_in(std::string_view place,
                                                  std::string_view path) const;

  /// In a folder that is there; what is there is replaced. False: the place or the run is full.
  bool put(const std::string& place, const std::string& path, Entry entry);
  /// To the end of a file that is there, which stays as old as it is. False: it would be too long.
  bool append(const std::string& place, const std::string& path, std::string_view text);
  /// It alone: of a folder its files first.
  void remove(std::string_view place, std::string_view path);
  /// A copy of all that lies in one place, in another.
  void copy(std::string_view from, const std::string& to);
  /// Everything in the place is gone; `prefix`: in all places whose names begin so.
  void drop(std::string_view place);
  void drop_all(std::string_view prefix);
  /// As drop(), and the files are not remembered.
  void forget(std::string_view place);

  /// Of all files that ever were, gone ones first, else by place and path.
  [[nodiscard]] std::vector<Record> records() const;

 private:
  void end(const std::string& place, const std::string& path, const Entry& entry);

  const Simulation& simulation_;
  std::map<std::string, Folder, std::less<>> places_;
  std::vector<Record> gone_;
  std::size_t bytes_ = 0;
};

}  // namespace inferlab::sim
