#include "sim/api/quantity.h"

#include <catch2/catch.hpp>

#include "engine/base/rng.h"

using namespace inferlab;       // NOLINT
using namespace inferlab::sim;  // NOLINT

TEST_CASE("Quantity: canonical forms are Kubernetes' own") {
  const auto normal = [](std::string_view text) { return Quantity::normalized(text); };
  CHECK(normal("1000m") == "1");
  CHECK(normal("1024Mi") == "1Gi");
  CHECK(normal("0.5") == "500m");
  CHECK(normal("0.5Gi") == "512Mi");
  CHECK(normal("1.5Gi") == "1536Mi");
  CHECK(normal("1e3") == "1e3");
  CHECK(normal("100u") == "1m");
  CHECK(normal("1000k") == "1M");
  CHECK(normal("0.0001") == "1m");
  CHECK(normal("+1") == "+1");
  CHECK(normal("1E") == "1E");
  CHECK(normal("1.0005") == "1001m");
  CHECK(normal("1000000Ki") == "1000000Ki");
  CHECK(normal("0") == "0");
  CHECK(normal("0.5Ki") == "512");
  CHECK(normal("1666646666466666666666646646337Ei") == "9223372036854775807");
  // Of bytes that are not whole nothing is lost.
  CHECK(normal("5.1Gi") == "5476083302400m");
  CHECK(normal("-1.1Ki") == "-1126400m");
  CHECK(normal("1152921504606846976123m") == "1152921504606846976123m");
}

TEST_CASE("Quantity: what is no quantity says why") {
  CHECK(Quantity::why_not("").starts_with("quantities must match the regular expression"));
  CHECK(Quantity::why_not("abc").starts_with("quantities must match the regular expression"));
  CHECK(Quantity::why_not("1Ki2") == "unable to parse quantity's suffix");
  CHECK(Quantity::why_not("1 Gi").starts_with("quantities must match"));
  CHECK(Quantity::why_not("1.5Gi").empty());
}

TEST_CASE("Quantity: arithmetic is exact and comparison ignores the suffix") {
  CHECK(*Quantity::parse("1Gi") == *Quantity::parse("1024Mi"));
  CHECK(*Quantity::parse("1500m") > *Quantity::parse("1"));
  Quantity sum = *Quantity::parse("500m");
  sum += *Quantity::parse("1500m");
  CHECK(sum.str() == "2");
  CHECK(sum.units() == 2);
  CHECK(Quantity::parse("1m")->units() == 1);
  CHECK(Quantity::parse("-1500m")->units() == -2);
}

TEST_CASE("Quantity: huge and endless numbers are capped, not wrapped") {
  CHECK(Quantity::parse("100Ei")->units() == 9223372036854775807);
  CHECK(Quantity::parse("1e1000000")->units() == 9223372036854775807);
  CHECK(Quantity::parse("1e-1000000")->milli() == 1);
  CHECK(Quantity::parse(std::string(5000, '9'))->units() == 9223372036854775807);
  CHECK(Quantity::parse("0." + std::string(5000, '0') + "1")->milli() == 1);
  CHECK(Quantity::parse("12345678901234567Ki")->units() == 9223372036854775807);
}

TEST_CASE("Quantity: the canonical form reads back the same, for random amounts") {
  Rng rng(5);
  constexpr std::string_view kSuffixes[] = {"", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "u"};
  for (int i = 0; i < 5000; ++i) {
    std::string text = std::to_string(rng.below(100'000));
    const std::string_view suffix = kSuffixes[rng.below(std::size(kSuffixes))];
    // The canonical form of a binary amount is a whole number: its fractions are rounded up.
    if (!suffix.ends_with('i') && rng.below(3) == 0) text += "." + std::to_string(rng.below(1000));
    text += suffix;
    const auto amount = Quantity::parse(text);
    REQUIRE(amount.has_value());
    INFO(text);
    CHECK(*Quantity::parse(amount->str()) == *amount);
    CHECK(Quantity::parse(amount->str())->str() == amount->str());
  }
}
