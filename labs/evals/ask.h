#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "labs/evals/judge.h"
#include "labs/evals/revision.h"
#include "labs/spec/evals.h"

namespace inferlab::labs {

/// The real engine, serving a revision of a model, on the backend whose bits are the same on any
/// machine, so that a grade is too. What was asked of an equal revision before is remembered for
/// the life of the process, and no engine is started while nothing else is asked.
class ServedRevision {
 public:
  /// `path`: of the model.
  ServedRevision(std::string path, ModelRevision revision);
  ~ServedRevision();
  ServedRevision(const ServedRevision&) = delete;
  ServedRevision& operator=(const ServedRevision&) = delete;

  /// An answer to each case, all asked at once. Blocks. Errors: the engine does not serve the
  /// revision, or breaks; a request that it refuses is an answer.
  Result<std::vector<EvalAnswer>> ask(std::span<const EvalCase> cases);

 private:
  class Asker;
  std::string path_;
  ModelRevision revision_;
  std::unique_ptr<Asker> asker_;
};

}  // namespace inferlab::labs
