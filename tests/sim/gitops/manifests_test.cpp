#include "sim/gitops/manifests.h"

#include <catch2/catch.hpp>
#include <string>

namespace inferlab::sim {
namespace {

/// A ConfigMap with so many data, which are two values each.
std::string config_map(int num_data) {
  std::string out = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n";
  for (int i = 0; i < num_data; ++i) out += "  k" + std::to_string(i) + ": v\n";
  return out;
}

std::string error_of(const GitTree& tree) {
  const auto manifests = manifests_in(tree, {.path = "apps"});
  return manifests ? "nothing is wrong" : manifests.error().message;
}

}  // namespace

TEST_CASE("manifests: a repository with too much in it says so") {
  CHECK(error_of({{"apps/a.yaml", config_map(9'900)}, {"apps/b.yaml", config_map(9'900)}}) ==
        "nothing is wrong");
  CHECK(error_of({{"apps/a.yaml", config_map(10'000)}})
            .ends_with("with its aliases written out it has more than 20000 values"));
  CHECK(error_of({{"apps/a.yaml", config_map(9'900)},
                  {"apps/b.yaml", config_map(9'900)},
                  {"apps/c.yaml", config_map(9'900)}}) ==
        "apps: with \"c.yaml\" its manifests have more than 50000 values, and no more are read "
        "here");
  CHECK(
      error_of({{"apps/a.yaml", std::string((std::size_t{1} << 20) + 1, '#')}}) ==
      "Failed to unmarshal \"a.yaml\": a.yaml:1:1: size: the text has 1048577 bytes, the limit is "
      "1048576");
  std::string many;
  for (int i = 0; i < 201; ++i) many += "---\n" + config_map(1);
  CHECK(error_of({{"apps/a.yaml", many}}).ends_with("too many documents: there may be 200"));
}

TEST_CASE("manifests: what is not of the folder does not count") {
  CHECK(error_of({{"apps/a.yaml", config_map(1)},
                  {"apps/deeper/b.yaml", config_map(15'000)},
                  {"other/c.yaml", config_map(15'000)}}) == "nothing is wrong");
}

}  // namespace inferlab::sim
