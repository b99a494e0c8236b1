// A lab's file: it is refused with its place, or it is a lab, for everybody in the same way.
#include <string>

#include "engine/base/check.h"
#include "labs/checks/table.h"
#include "labs/spec/load_lab.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_lab_file(std::string_view bytes) {
  for (const char* learner : {"", "ada"}) {
    const auto lab = labs::parse_lab(bytes, "x", learner);
    if (!lab) {
      INFERLAB_CHECK(lab.error().kind == ErrorKind::kInvalid);
      INFERLAB_CHECK(lab.error().message.starts_with("x:"));
      continue;
    }
    INFERLAB_CHECK(lab->total_points() == 100 && lab->pass_points <= 100);
    INFERLAB_CHECK(lab->apply_at < lab->horizon);
    for (const labs::LabCheck& check : lab->checks) {
      INFERLAB_CHECK(labs::find_check_row(check.kind) != nullptr);
    }
    // What a check reads of its params before it runs anything.
    for (const labs::RunEvent& event : lab->events) INFERLAB_CHECK(!event.str().empty());
  }
}

}  // namespace inferlab::fuzz
