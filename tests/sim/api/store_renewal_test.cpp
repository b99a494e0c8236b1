// Renewals are writes like any other to those who read, though the store does not keep them whole.
#include <catch2/catch.hpp>

#include "engine/base/rng.h"
#include "sim/api/json.h"
#include "sim/api/store.h"

using namespace inferlab;       // NOLINT
using namespace inferlab::sim;  // NOLINT

namespace {

Value renewed(const Value& document, Time now) {
  return document.with_path({"spec", "renewTime"}, now.time_since_epoch().count());
}

std::string text_of(const ObjectPtr& object) {
  return object == nullptr ? "none"
                           : object->key.name + "@" + std::to_string(object->revision) + "@" +
                                 std::to_string(object->written.time_since_epoch().count()) +
                                 to_json(object->document);
}

std::string text_of(const Change& change) {
  return std::to_string(static_cast<int>(change.type)) + text_of(change.object) + " after " +
         text_of(change.previous);
}

std::string text_of(const std::vector<ObjectPtr>& objects) {
  std::string out;
  for (const ObjectPtr& object : objects) out += text_of(object) + "\n";
  return out;
}

std::string text_of(const Changes& changes) {
  std::string out;
  for (const Change& change : changes) out += text_of(change) + "\n";
  return out;
}

}  // namespace

TEST_CASE("Store: a run with renewals reads as one in which each was written whole") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    Rng rng(seed);
    Store lazy;
    Store whole;
    std::string heard_lazily;
    std::string heard;
    lazy.subscribe([&](const Change& change) { heard_lazily += text_of(change); });
    whole.subscribe([&](const Change& change) { heard += text_of(change); });
    std::map<std::string, Store::Line> lines;
    for (int step = 0; step < 200; ++step) {
      const Time now{Duration{step}};
      const ObjectKey key{"leases", "n", std::string(1, static_cast<char>('a' + rng.below(4)))};
      const bool there = whole.get(key) != nullptr;
      const std::uint64_t what = rng.below(10);
      if (what < 2 || !there) {
        const Value document =
            Value::object({{"metadata", Value::object()}, {"data", std::int64_t{step}}});
        lazy.put(key, document, now);
        whole.put(key, document, now);
        lines[key.name] = lazy.line(key, renewed);
      } else if (what == 2) {
        lazy.remove(key, lazy.get(key)->document, now);
        whole.remove(key, whole.get(key)->document, now);
        CHECK_FALSE(lazy.renew(lines[key.name], now));
        CHECK(lazy.renewed_version(lines[key.name]) == nullptr);
      } else {
        CHECK(lazy.renew(lines[key.name], now));
        whole.put(key, renewed(whole.get(key)->document, now), now);
      }
      REQUIRE(lazy.revision() == whole.revision());
      REQUIRE(lazy.size() == whole.size());
      if (rng.below(3) == 0) REQUIRE(text_of(lazy.get(key)) == text_of(whole.get(key)));
    }
    REQUIRE(heard_lazily == heard);
    for (std::uint64_t revision = 0; revision <= whole.revision(); revision += 7) {
      REQUIRE(text_of(lazy.list_at("leases", "", revision)) ==
              text_of(whole.list_at("leases", "", revision)));
      REQUIRE(text_of(lazy.changes_since("leases", revision)) ==
              text_of(whole.changes_since("leases", revision)));
    }
    REQUIRE(text_of(lazy.list("leases")) == text_of(whole.list("leases")));
  }
}

TEST_CASE("Store: who takes renewals as such hears of them in their place among the writes") {
  Store store;
  std::string heard;
  store.subscribe([&](const Change& change) { heard += change.object->key.name; },
                  [&](const Renewal& renewal) {
                    heard += "~" + renewal.key.name;
                    CHECK(renewal.change().object->revision == renewal.revision);
                  });
  const ObjectKey a{"leases", "n", "a"};
  store.put(a, Value::object({{"metadata", Value::object()}}), Time{});
  const Store::Line line = store.line(a, renewed);
  const std::uint64_t written = store.changed_at("leases");
  store.renew(line, Time{1s});
  CHECK(store.changed_at("leases") == written);
  store.put({"leases", "n", "b"}, Value::object({{"metadata", Value::object()}}), Time{});
  store.renew(line, Time{2s});
  CHECK(heard == "a~ab~a");
  CHECK(store.changed_at("leases") == written + 2);
}
