#pragma once

#include <string>
#include <vector>

#include "labs/cli/cli.h"
#include "tests/labs/temp_dir.h"

/// The command line in this process.
namespace inferlab::labs {

struct Ran {
  int status = -1;
  std::string out, err;
};

/// Where a command prints to.
struct Screen {
  bool terminal = false;
  std::size_t width = kDefaultWidth;
};

Ran run(std::vector<std::string> words, const CliHooks& hooks = {}, const Screen& screen = {});

/// Nothing of a test goes into the learner's own database and sessions. One at a time.
class OwnDataHome {
 public:
  OwnDataHome();
  ~OwnDataHome();
  OwnDataHome(const OwnDataHome&) = delete;
  OwnDataHome& operator=(const OwnDataHome&) = delete;
  TempDir dir_;
};

}  // namespace inferlab::labs
