#include "labs/cli/learner.h"

#include <cstdlib>

namespace inferlab::labs {

void declare_learner(Args& args, std::string& into) {
  args.option("--learner", into,
              "whose variant of the lab, session and progress; default: "
              "$INFERLAB_LEARNER");
}

std::string learner_of(const std::string& given) {
  if (!given.empty()) return given;
  // Read once, before any thread is started.
  const char* const variable = std::getenv("INFERLAB_LEARNER");  // NOLINT(concurrency-mt-unsafe)
  return variable == nullptr ? std::string() : std::string(variable);
}

}  // namespace inferlab::labs
