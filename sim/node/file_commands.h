#pragma once

#include <string>
#include <vector>

#include "sim/node/container_files.h"

namespace inferlab::sim {

/// One call of a command on files; what it prints grows line by line.
/// Texts and exit codes of BusyBox 1.36, coreutils/ and findutils/.
class FileCommands {
 public:
  explicit FileCommands(ContainerFiles& files) : files_(files) {}
  ContainerFiles::Ran run(const std::vector<std::string>& words);

 private:
  using Words = std::vector<std::string>;

  void print(std::string line);
  /// "rm: can't remove '/x': Read-only file system"
  void fail(const std::string& line);
  int test(const Words& words) const;
  void list(const Words& paths, const std::string& options);
  void list_folder(const std::string& shown, bool with_name, const std::string& options);
  void make_folders(const Words& paths, bool with_parents);
  void make_folder_and_parents(const std::string& path);
  void touch(const Words& paths, bool make);
  void remove(const Words& paths, bool folders, bool quiet);
  void remove_tree(const std::string& shown, bool quiet);
  void remove_folders(const Words& paths);
  void copy(const Words& paths, bool folders);
  bool copy_tree(const std::string& from, const std::string& to, bool folders);
  void move(const Words& paths);
  void print_files(const Words& paths);
  void search(const Words& operands, const std::string& options);
  void search_file(const std::string& path, const std::string& pattern, const std::string& options,
                   bool with_name);
  void delete_lines(const Words& operands);
  /// The files below, of a file itself.
  void files_below(const std::string& path, Words& out) const;

  ContainerFiles& files_;
  ContainerFiles::Ran out_;
  std::string program_;
  bool has_found_ = false;  // grep
};

/// find PATH… EXPRESSION
class FindCommand {
 public:
  explicit FindCommand(ContainerFiles& files) : files_(files) {}
  ContainerFiles::Ran run(const std::vector<std::string>& words);

 private:
  void visit(const std::string& path);
  [[nodiscard]] bool fits(const std::string& path) const;
  void act(const std::string& path);
  void fail(const std::string& path, const char* why);

  ContainerFiles& files_;
  std::vector<std::pair<std::string, std::string>> tests_;  // "-name" and its pattern
  bool deletes_ = false, prints_ = true;
  ContainerFiles::Ran out_;
};

}  // namespace inferlab::sim
