#include "sim/api/store.h"

#include <catch2/catch.hpp>
#include <optional>

#include "engine/base/rng.h"

using namespace inferlab;       // NOLINT
using namespace inferlab::sim;  // NOLINT

namespace {

Value document(std::int64_t number) {
  return Value::object({{"data", number}, {"metadata", Value::object()}});
}

}  // namespace

TEST_CASE("Store: reads at any revision equal those of a model that copies everything") {
  using Model = std::map<ObjectKey, std::int64_t>;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Rng rng(seed);
    Store store;
    std::vector<Model> at{{}};  // by revision
    for (int step = 0; step < 300; ++step) {
      const ObjectKey key{rng.below(2) == 0 ? "pods" : "nodes",
                          std::string(1, static_cast<char>('a' + rng.below(2))),
                          std::string(1, static_cast<char>('p' + rng.below(4)))};
      Model next = at.back();
      if (rng.below(3) == 0 && next.contains(key)) {
        store.remove(key, store.get(key)->document, Time{});
        next.erase(key);
      } else {
        const auto number = static_cast<std::int64_t>(rng.below(1000));
        store.put(key, document(number), Time{});
        next[key] = number;
      }
      at.push_back(std::move(next));
      REQUIRE(store.revision() == at.size() - 1);
    }
    for (std::uint64_t revision = 0; revision < at.size(); ++revision) {
      for (const char* resource : {"pods", "nodes"}) {
        for (const char* ns : {"", "a", "b"}) {
          Model listed;
          for (const ObjectPtr& object : store.list_at(resource, ns, revision)) {
            listed[object->key] = object->document["data"].as_int();
            CHECK(store.get_at(object->key, revision) == object);
          }
          Model expected;
          for (const auto& [key, number] : at[revision]) {
            if (key.resource == resource && (key.ns == ns || *ns == '\0')) expected[key] = number;
          }
          REQUIRE(listed == expected);
        }
      }
    }
  }
}

TEST_CASE("Store: replaying the changes since a revision gives the present") {
  Rng rng(3);
  Store store;
  std::map<std::string, std::int64_t> mirror;
  std::uint64_t seen = 0;
  for (int step = 0; step < 500; ++step) {
    const ObjectKey key{"pods", "n", std::string(1, static_cast<char>('a' + rng.below(5)))};
    if (rng.below(3) == 0 && store.get(key) != nullptr) {
      store.remove(key, store.get(key)->document, Time{});
    } else {
      store.put(key, document(step), Time{});
    }
    if (rng.below(4) != 0) continue;
    for (const Change& change : store.changes_since("pods", seen)) {
      CHECK(change.object->revision > seen);
      CHECK(change.object->document["metadata"]["resourceVersion"].as_string() ==
            std::to_string(change.object->revision));
      CHECK((change.previous != nullptr) == mirror.contains(change.object->key.name));
      if (change.type == ChangeType::kDeleted) {
        mirror.erase(change.object->key.name);
      } else {
        mirror[change.object->key.name] = change.object->document["data"].as_int();
      }
      seen = change.object->revision;
    }
    std::map<std::string, std::int64_t> present;
    for (const ObjectPtr& object : store.list("pods"))
      present[object->key.name] = object->document["data"].as_int();
    REQUIRE(present == mirror);
  }
}

TEST_CASE("Store: listeners hear every write in order, with what was there before") {
  Store store;
  std::vector<std::string> heard;
  store.subscribe([&](const Change& change) {
    heard.push_back(std::to_string(static_cast<int>(change.type)) + change.object->key.name +
                    (change.previous != nullptr ? "+" : "-"));
  });
  store.put({"pods", "n", "a"}, document(1), Time{});
  store.put({"pods", "n", "a"}, document(2), Time{});
  store.remove({"pods", "n", "a"}, document(2), Time{});
  CHECK(heard == std::vector<std::string>{"0a-", "1a+", "2a+"});
}
