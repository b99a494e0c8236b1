// A certificate that somebody shows, and the key that it shall hold by. Parts: the certificate, the
// key in PEM.
#include <string>

#include "engine/base/check.h"
#include "labs/progress/certificate.h"
#include "sim/api/json.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_certificate(std::string_view bytes) {
  const auto certificate = sim::parse_json(next_part(bytes));
  if (!certificate) return;
  const auto held = labs::verify_certificate(*certificate, bytes);
  if (!held) {
    INFERLAB_CHECK(held.error().kind == ErrorKind::kInvalid);
    return;
  }
  // One that holds does not hold for anything else.
  const auto points = certificate->with("points", (*certificate)["points"].as_int() + 1);
  INFERLAB_CHECK(!labs::verify_certificate(points, bytes));
  INFERLAB_CHECK(!labs::verify_certificate(certificate->with("other", 1), bytes));
}

}  // namespace inferlab::fuzz
