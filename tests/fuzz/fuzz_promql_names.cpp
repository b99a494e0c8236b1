// The metrics that a query reads: names that stand in it, each once.
#include <set>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "labs/lint/promql_names.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_promql_names(std::string_view bytes) {
  const std::vector<std::string> names = labs::lint::promql_names(bytes);
  INFERLAB_CHECK(names.size() <= bytes.size());
  std::set<std::string> seen;
  for (const std::string& name : names) {
    INFERLAB_CHECK(seen.insert(name).second);
    // In quotes a backslash may stand between its letters.
    if (bytes.find('\\') == std::string_view::npos) {
      INFERLAB_CHECK(bytes.find(name) != std::string_view::npos);
    }
  }
}

}  // namespace inferlab::fuzz
