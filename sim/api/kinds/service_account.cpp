// ServiceAccount: whom a Pod is to the API.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {
    {"Name", "string", "name"}, {"Secrets", "string", ""}, {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  return {object["metadata"]["name"], static_cast<std::int64_t>(object["secrets"].size()),
          age_of(object, now)};
}

}  // namespace

const Kind kServiceAccount = {.group = "",
                              .version = "v1",
                              .kind = "ServiceAccount",
                              .plural = "serviceaccounts",
                              .singular = "serviceaccount",
                              .short_names = {"sa"},
                              .categories = {},
                              .verbs = all_verbs(),
                              .subresources = {"token"},
                              .schema = &types::kServiceAccount,
                              .returns_deleted = true,
                              .columns = kColumns,
                              .cells = cells};

}  // namespace inferlab::sim::kinds
