#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/node/files.h"

namespace inferlab::sim {

/// The files that a container sees: its own layer at "/", and what is mounted below. Carries out
/// the commands of is_file_call() with BusyBox's texts and exit codes. Of the image there are the
/// usual folders, and nothing in them.
class ContainerFiles {
 public:
  struct Mount {
    std::string path;         // "/data"; "" is "/"
    std::string place;        // of Files
    std::string folder = {};  // that lies in the place at the mount's path
    bool read_only = false;
  };
  struct Ran {
    int status = 0;
    std::string output = {};  // without the last newline, as `errors`
    std::string errors = {};
  };

  /// `mounts` holds one for "/"; all folders are there. `folder` is where it begins.
  ContainerFiles(Files& files, std::vector<Mount> mounts, std::string folder = "/");

  /// Of is_file_call(), variables expanded.
  Ran run(const std::vector<std::string>& words);
  /// What `>` and `>>` do. Errors say why not, in the shell's words.
  Ran write(const std::string& path, std::string_view text, bool at_end);
  /// The shell's cd. Status 2 where it cannot.
  Ran change_folder(const std::string& path);

 private:
  friend class FindCommand;
  friend class FileCommands;

  struct Spot {
    const Mount* mount;
    std::string path;  // in its place
  };
  /// Absolute, without "." and ".."; "" stays what it is, the name of nothing.
  [[nodiscard]] std::string absolute(std::string_view path) const;
  [[nodiscard]] Spot spot(const std::string& path) const;
  [[nodiscard]] const Files::Entry* file(const std::string& path) const;  // nullptr: no file
  [[nodiscard]] bool is_folder(const std::string& path) const;
  [[nodiscard]] bool exists(const std::string& path) const;
  [[nodiscard]] bool is_mount(const std::string& path) const;
  [[nodiscard]] std::vector<std::string> names_in(const std::string& path) const;
  /// Whether it is the other one, or lies in it, wherever both are mounted.
  [[nodiscard]] bool lies_in(const std::string& path, const std::string& other) const;
  /// What is in the way of making something of that name; nullptr: nothing.
  [[nodiscard]] const char* obstacle(const std::string& path) const;

  // Of absolute paths. Why not, as the C library says it; nullptr: done.
  const char* make_folder(const std::string& path);
  const char* write_file(const std::string& path, std::string_view text, bool at_end);
  const char* remove_one(const std::string& path);

  Files& files_;
  std::vector<Mount> mounts_;
  std::string folder_;
};

/// "/a" and "b" to "/a/b".
std::string joined_path(const std::string& folder, std::string_view name);
/// The last part, "" of "/".
std::string_view last_part(std::string_view path);
/// Whether the text is as the pattern says, in which * stands for any text and ? for a character.
bool fits_pattern(std::string_view pattern, std::string_view text);

}  // namespace inferlab::sim
