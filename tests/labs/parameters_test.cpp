// Variants of a lab: what a learner's parameters are, and where they stand in its files.
#include "labs/spec/parameters.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "labs/spec/load_lab.h"
#include "tests/labs/small_lab.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

constexpr std::string_view kLab = R"(id: variants
parameters:
  - {name: app, choices: [llama, chat, assist, tutor]}
  - {name: replicas, from: 2, to: 5}
  - {name: pause, from: 30s, to: 2m, step: 30s}
  - {name: ratio, choices: [0.5, 0.75]}
  - {name: host, choices: [front, door, hall], replaces: true}
  - name: model
    choices:
      - {id: meta/llama-8b, load: 2m}
      - {id: qwen/qwen-7b, load: 90s}
title: A lab
)";

Parameters of(const std::string& learner) {
  std::vector<Error> errors;
  Parameters out = choose_parameters(kLab, "lab.yaml", learner, errors);
  if (!errors.empty()) FAIL(errors.front().message);
  return out;
}

// "app=llama replicas=2 …"
std::string shown(const Parameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters.values) {
    out += (out.empty() ? "" : " ") + name + "=" + value;
  }
  return out;
}

std::string filled(std::string_view text, const Parameters& parameters) {
  const auto out = with_parameters(text, parameters, "x.yaml");
  return out ? *out : out.error().message;
}

}  // namespace

TEST_CASE("parameters: nobody's are the first ones") {
  const Parameters nobody = of("");
  CHECK(nobody.values == decltype(nobody.values){{"app", "llama"},
                                                 {"replicas", "2"},
                                                 {"pause", "30s"},
                                                 {"ratio", "0.5"},
                                                 {"host", "front"},
                                                 {"model.id", "meta/llama-8b"},
                                                 {"model.load", "2m"}});
  CHECK(nobody.words == decltype(nobody.words){{"front", "front"}});
}

// Whoever has begun a lab must find the same one tomorrow, on another machine and with another
// release: these values may never change.
TEST_CASE("parameters: a learner has the same ones for ever") {
  const Parameters ada = of("ada"), bob = of("bob@example.com");
  CHECK(
      shown(ada) ==
      "app=tutor host=hall model.id=qwen/qwen-7b model.load=90s pause=1m0s ratio=0.75 replicas=3");
  CHECK(
      shown(bob) ==
      "app=assist host=door model.id=qwen/qwen-7b model.load=90s pause=30s ratio=0.75 replicas=3");
  CHECK(of("ada").values == ada.values);
}

TEST_CASE("parameters: another lab draws anew, and a parameter added changes no other one") {
  std::vector<Error> errors;
  std::string other(kLab), longer(kLab);
  other.replace(other.find("variants"), 8, "versions");
  longer.insert(longer.find("  - {name: replicas"), "  - {name: aaa, from: 1, to: 9}\n");
  bool differs = false;
  for (const char* learner : {"a", "b", "c", "d", "e"}) {
    const Parameters base = of(learner);
    differs = differs || choose_parameters(other, "x", learner, errors).values != base.values;
    Parameters more = choose_parameters(longer, "x", learner, errors);
    CHECK(more.values.erase("aaa") == 1);
    CHECK(more.values == base.values);
  }
  CHECK(differs);
  CHECK(errors.empty());
}

TEST_CASE("parameters: a hundred learners spread over all values") {
  std::map<std::string, std::map<std::string, int>> seen;
  std::set<std::map<std::string, std::string, std::less<>>> variants;
  for (int i = 0; i < 100; ++i) {
    const Parameters one = of("learner-" + std::to_string(i));
    for (const auto& [name, value] : one.values) ++seen[name][value];
    variants.insert(one.values);
    // What belongs together is chosen together.
    CHECK((one.values.at("model.id") == "meta/llama-8b") == (one.values.at("model.load") == "2m"));
    CHECK(one.words.at("front") == one.values.at("host"));
  }
  CHECK(seen["app"].size() == 4);
  CHECK(seen["replicas"].size() == 4);
  CHECK(seen["pause"].size() == 4);
  CHECK(seen["host"].size() == 3);
  CHECK(seen["model.id"].size() == 2);
  for (const auto& [name, counts] : seen) {
    for (const auto& [value, count] : counts) {
      INFO(name << " " << value << " " << count);
      // No value is drawn half as often as its share, or twice as often.
      CHECK(count * 2 * static_cast<int>(counts.size()) >= 100);
      CHECK(count * static_cast<int>(counts.size()) <= 200);
    }
  }
  CHECK(variants.size() > 80);
}

TEST_CASE("parameters: a range has both its ends and every step") {
  std::set<std::string> replicas, pauses;
  for (int i = 0; i < 100; ++i) {
    const Parameters one = of("learner-" + std::to_string(i));
    replicas.insert(one.values.at("replicas"));
    pauses.insert(one.values.at("pause"));
  }
  CHECK(replicas == std::set<std::string>{"2", "3", "4", "5"});
  CHECK(pauses == std::set<std::string>{"30s", "1m0s", "1m30s", "2m0s"});
}

TEST_CASE("parameters: values take the place of ${name}") {
  const Parameters nobody = of("");
  CHECK(filled("name: ${app}-${model.load}", nobody) == "name: llama-2m");
  CHECK(filled("${app}${app}", nobody) == "llamallama");
  CHECK(filled("$${app} $$${app}", nobody) == "${app} $${app}");
  CHECK(filled("${HOME} ${App} $(app) $app ${} ${app", nobody) ==
        "${HOME} ${App} $(app) $app ${} ${app");
  CHECK(filled("", nobody).empty());
  CHECK(filled("a\n${application}", nobody) ==
        "x.yaml:2:1: ${application}: is no parameter of the lab");
  CHECK(filled("${model}", nobody) == "x.yaml:1:1: ${model}: is no parameter of the lab");
}

TEST_CASE("parameters: what replaces a word replaces whole words alone") {
  Parameters parameters;
  parameters.values = {{"host", "door"}, {"front", "side"}};
  parameters.words = {{"front", "door"}};
  CHECK(filled("front", parameters) == "door");
  CHECK(filled("name: front\nother: [front,front]", parameters) ==
        "name: door\nother: [door,door]");
  CHECK(filled("http://front:80/front", parameters) == "http://door:80/door");
  CHECK(filled("Ask the front. Or not: \"front\"...", parameters) ==
        "Ask the door. Or not: \"door\"...");
  for (const char* other : {"frontend", "upfront", "front-end", "up-front", "front_1", "_front",
                            "front.svc", "a.front", "Front", "FRONT", "front2"}) {
    CHECK(filled(other, parameters) == other);
  }
  // The name of a parameter is no word of the text.
  CHECK(filled("${front} front ${host}", parameters) == "side door door");
}

TEST_CASE("parameters: a lab's own file is filled in before it is read") {
  const std::string text =
      small_lab_with("cluster:\n",
                     "parameters:\n  - {name: count, from: 2, to: 4}\n"
                     "  - {name: what, choices: [A small lab, One more]}\ncluster:\n");
  std::string with = text;
  const auto put = [&](std::string_view from, std::string_view to) {
    with.replace(with.find(from), from.size(), to);
  };
  put("title: A small lab", "title: ${what}");
  put("replicas: 1, by", "replicas: ${count}, by");
  std::set<std::string> titles;
  for (int i = 0; i < 10; ++i) {
    const std::string learner = "learner-" + std::to_string(i);
    const auto lab = parse_lab(with, "lab.yaml", learner);
    if (!lab) FAIL(lab.error().message);
    CHECK(lab->learner == learner);
    CHECK(lab->title == lab->parameters.values.at("what"));
    CHECK(std::to_string(lab->checks[0].params["replicas"].as_int()) ==
          lab->parameters.values.at("count"));
    titles.insert(lab->title);
  }
  CHECK(titles.size() == 2);
}
