#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace inferlab::internal {

void check_failed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "inferlab: %s:%d: broken invariant: %s (hint: this is a bug of inferlab)\n",
               file, line, condition);
  std::fflush(stderr);
  std::_Exit(3);
}

}  // namespace inferlab::internal
