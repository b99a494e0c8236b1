#include "sim/controllers/volume_growth.h"

namespace inferlab::sim {
namespace {

Quantity storage_in(const Value& amounts) {
  return Quantity::parse(amounts["storage"].as_string()).value_or(Quantity());
}

}  // namespace

Quantity requested_storage(const StoredObject& claim) {
  return storage_in(claim.document["spec"]["resources"]["requests"]);
}

bool wants_to_grow(const StoredObject& claim) {
  const Value& status = claim.document["status"];
  return status["phase"].as_string() == "Bound" && !status["capacity"].empty() &&
         requested_storage(claim) > storage_in(status["capacity"]);
}

}  // namespace inferlab::sim
