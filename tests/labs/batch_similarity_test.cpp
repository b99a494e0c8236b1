// Who has copied from whom: what a copy can change for nothing does not hide it.
#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <set>

#include "labs/grade/batch/similarity.h"
#include "tests/labs/batch_sample.h"
#include "tests/labs/temp_dir.h"

using namespace inferlab;               // NOLINT
using namespace inferlab::labs;         // NOLINT
using namespace inferlab::labs::batch;  // NOLINT

namespace {

constexpr const char* kOriginal = R"(# My answer
apiVersion: apps/v1
kind: Deployment
metadata:
  name: front
  labels: {app: front, tier: web}
spec:
  replicas: 3
  selector:
    matchLabels: {app: front}
  template:
    metadata:
      labels: {app: front}
    spec:
      containers:
        - name: main
          image: registry.example.com/pause:3.9
          resources:
            limits: {cpu: 500m, memory: 1Gi}
)";

// The same with other comments, another order of keys and files, and another way to write it.
constexpr const char* kCopy = R"({"kind": "Deployment",   # all mine
 "apiVersion": "apps/v1",
 "spec": {"template": {"spec": {"containers": [
     {"image": "registry.example.com/pause:3.9", "name": "main",
      "resources": {"limits": {"memory": "1Gi", "cpu": "500m"}}}]},
   "metadata": {"labels": {"app": "front"}}},
   "selector": {"matchLabels": {"app": "front"}}, "replicas": 3},
 "metadata": {"labels": {"tier": "web", "app": "front"}, "name": "front"}}
)";

constexpr const char* kOther = R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: front
  annotations: {owner: me}
spec:
  strategy: {type: Recreate}
  selector:
    matchLabels: {role: door}
  template:
    metadata:
      labels: {role: door}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
        - name: pause
          image: registry.example.com/pause:3.9
          env: [{name: A, value: "1"}]
)";

// `app` is what the variant's parameter of that name is.
Shingles shingles(const std::string& text, const std::string& app = {}) {
  return shingles_of({{"a.yaml", text}}, ParameterValues{{"app", app}});
}

}  // namespace

TEST_CASE("similarity: a copy is found behind other comments and orders, an own answer is not") {
  const auto pairs = alike_pairs({shingles(kOther), shingles(kOriginal), shingles(kCopy)});
  REQUIRE(pairs.size() == 1);
  CHECK(pairs[0].a == 1);
  CHECK(pairs[0].b == 2);
  CHECK(pairs[0].score == Approx(1));
}

TEST_CASE("similarity: one changed value hides nothing") {
  std::string changed = kOriginal;
  changed.replace(changed.find("500m"), 4, "750m");
  const auto pairs = alike_pairs({shingles(kOriginal), shingles(changed)});
  REQUIRE(pairs.size() == 1);
  CHECK(pairs[0].score < 1);
}

TEST_CASE("similarity: what a variant gives each learner does not tell copies apart") {
  std::string theirs = kOriginal;
  for (std::size_t at = theirs.find("front"); at != std::string::npos; at = theirs.find("front")) {
    theirs.replace(at, 5, "chat");
  }
  const auto same = shingles(theirs, "chat");
  CHECK(same == shingles(kOriginal, "front"));
  CHECK(same != shingles(kOriginal, "fro"));  // whole words only
}

namespace {

// `text` with each `from` as `to`.
std::string renamed(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

// What `text` of a learner whose app is called `app` is compared by; his starter is a Service.
Likeness likeness(const std::string& text, const std::string& app) {
  const std::string starter = renamed(
      "apiVersion: v1\nkind: Service\nmetadata: {name: front, labels: {app: front}}\n"
      "spec:\n  selector: {app: front}\n  ports: [{name: front, port: 80}]\n",
      "front", app);
  return likeness_of({{"a.yaml", text}}, {{"s.yaml", starter}}, ParameterValues{{"app", app}});
}

const std::string kServiceOfFront =
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: front, labels: {app: front}}\n"
    "spec:\n  selector: {app: front}\n  ports: [{name: front, port: 80}]\n";

}  // namespace

TEST_CASE(
    "similarity: a copy that keeps the names of another variant is found, and said to be one") {
  const std::string handed_in = kOriginal + kServiceOfFront;
  const Likeness owner = likeness(handed_in, "front"), copier = likeness(handed_in, "chat");
  CHECK(alike_pairs({owner.answer, copier.answer}).empty());
  const auto pairs =
      alike_submissions({likeness(renamed(kOther, "front", "desk"), "desk"), owner, copier});
  REQUIRE(pairs.size() == 1);
  CHECK(pairs[0].a == 1);
  CHECK(pairs[0].b == 2);
  CHECK(pairs[0].score == Approx(1));  // the starter's lines count in neither, whoever's they are
  CHECK(pairs[0].kind == AlikePair::Kind::kText);
}

TEST_CASE("similarity: a copy with its names changed is one of the answer") {
  const auto pairs = alike_submissions(
      {likeness(kOriginal, "front"), likeness(renamed(kOriginal, "front", "chat"), "chat")});
  REQUIRE(pairs.size() == 1);
  CHECK(pairs[0].kind == AlikePair::Kind::kAnswer);
  // In one variant both are the same.
  const auto same = alike_submissions({likeness(kOriginal, "front"), likeness(kCopy, "front")});
  REQUIRE(same.size() == 1);
  CHECK(same[0].kind == AlikePair::Kind::kText);
}

TEST_CASE("similarity: what a submission is compared by survives the journal") {
  const Likeness before = likeness(kOriginal, "front");
  const Likeness after = likeness_from(to_value(before));
  CHECK(after.answer == before.answer);
  CHECK(after.text == before.text);
  CHECK(after.starter == before.starter);
  CHECK_FALSE(before.starter.empty());
}

TEST_CASE("similarity: who adds little to the starter is compared with nobody") {
  const Shingles starter = shingles(kOriginal);
  std::string changed = kOriginal;
  changed.replace(changed.find("500m"), 4, "750m");
  const Shingles own = without(shingles(changed), starter);
  CHECK(own.size() < kFewShingles);
  CHECK(alike_pairs({own, own}).empty());
}

TEST_CASE("similarity: the candidates are all that a comparison of all with all finds") {
  std::mt19937 random(7);  // NOLINT: the same for ever
  std::vector<Shingles> all;
  for (int i = 0; i < 60; ++i) {
    std::set<std::uint64_t> one;
    if (i > 0 && i % 2 == 0) one.insert(all.back().begin(), all.back().end());
    const std::size_t size = 10 + random() % 40;
    while (one.size() < size) one.insert(random() % 5000);
    for (std::size_t j = random() % 6; j > 0 && !one.empty(); --j) one.erase(one.begin());
    all.emplace_back(one.begin(), one.end());
  }
  std::set<std::pair<std::size_t, std::size_t>> expected, found;
  for (std::size_t a = 0; a < all.size(); ++a) {
    for (std::size_t b = a + 1; b < all.size(); ++b) {
      if (all[a].size() < kFewShingles || all[b].size() < kFewShingles) continue;
      const double only_a = static_cast<double>(without(all[a], all[b]).size());
      const double shared = static_cast<double>(all[a].size()) - only_a;
      const double score = shared / (only_a + static_cast<double>(all[b].size()));
      if (score >= kAlike) expected.emplace(a, b);
    }
  }
  for (const AlikePair& pair : alike_pairs(all)) found.emplace(pair.a, pair.b);
  CHECK_FALSE(expected.empty());
  CHECK(found == expected);
}

TEST_CASE("similarity: a long text of nothing but a parameter's value takes no time") {
  std::string text = "key: \"";
  for (int i = 0; i < 200'000; ++i) text += "chat ";
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(shingles(text + "\"\n", "chat").empty());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
}

TEST_CASE("similarity: a batch hands the shingles over, and both files name the pair") {
  const BatchSample sample;
  sample.hand_in("anna", kOriginal);
  sample.hand_in("bert", kCopy, "b.json");
  sample.hand_in("carl", kOther);
  (void)sample.run();
  const BatchResult result = sample.run();  // from the journal
  REQUIRE(result.likeness.size() == 3);
  const auto pairs = alike_submissions(result.likeness);
  REQUIRE(pairs.size() == 1);
  std::vector<std::string> names;
  for (const Row& row : result.table.rows) names.push_back(row.name);
  REQUIRE(write_similarity(sample.at("alike.csv"), pairs, names).has_value());
  CHECK(
      contents(sample.at("alike.csv")).starts_with("a,b,score,shared,likeness\nanna,bert,1.000,"));
  REQUIRE(write_similarity(sample.at("alike.json"), pairs, names).has_value());
  CHECK(contents(sample.at("alike.json")).find("inferlab.similarity/v1") != std::string::npos);
  CHECK(check_similarity(sample.at("alike.html")).error().kind == ErrorKind::kInvalid);
}
