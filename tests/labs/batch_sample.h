#pragma once

#include <map>
#include <string>

#include "labs/grade/batch/batch.h"
#include "tests/labs/temp_dir.h"

namespace inferlab::labs::batch {

/// A small lab and a folder of submissions to it, which go with the test. Children are this test
/// program again (see batch_sample.cpp); what a submission is called can make its child misbehave:
/// "crash", "loop", "hog", "flood", "slow" (takes a second longer).
class BatchSample {
 public:
  BatchSample();
  /// A submission of one file; `text` as it is.
  void hand_in(const std::string& name, const std::string& text,
               const std::string& file = "a.yaml") const;
  [[nodiscard]] std::string folder() const { return dir_.path() + "/class"; }
  [[nodiscard]] std::string at(const std::string& name) const { return dir_.path() + "/" + name; }
  [[nodiscard]] std::string journal() const { return folder() + "/.inferlab-batch.jsonl"; }
  [[nodiscard]] BatchOptions options() const;
  /// Checks that the batch ran.
  [[nodiscard]] BatchResult run(const BatchOptions& options) const;
  [[nodiscard]] BatchResult run() const { return run(options()); }

 private:
  TempDir dir_;
};

/// A right answer to the lab, and one that earns nothing.
std::string right_answer();
std::string wrong_answer();

std::map<std::string, Row> by_name(const BatchResult& result);
std::string contents(const std::string& file);

}  // namespace inferlab::labs::batch
