#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>

#include "sim/node/backoff.h"
#include "sim/node/expansion.h"
#include "sim/node/image_puller.h"

namespace inferlab::sim {
namespace {

Time at(Duration since_start) {
  return Time{} + since_start;
}

TEST_CASE("Backoff: at once, then 10 s doubled to 5 min") {
  Backoff backoff;
  Time now{};
  std::string waits;
  for (int i = 0; i < 8; ++i) {  // a container that ends as soon as it runs
    const Time ended = now;
    while (backoff.holds(ended, now)) now += 1s;
    waits += fmt::format("{} ", (now - ended) / 1s);
    backoff.next(ended, now);
  }
  CHECK(waits == "0 10 20 40 80 160 300 300 ");
}

TEST_CASE("Backoff: forgotten after 10 min of running") {
  Backoff backoff;
  for (int i = 0; i < 5; ++i) backoff.next(at(1s), at(1s));
  CHECK(backoff.delay() == 160s);
  CHECK(backoff.holds(at(601s), at(602s)));
  CHECK_FALSE(backoff.holds(at(602s), at(602s)));
  backoff.next(at(602s), at(602s));
  CHECK(backoff.delay() == 10s);
}

TEST_CASE("ImageReference: tag, registry and library are filled in") {
  const auto text = [](std::string_view image) {
    const auto reference = ImageReference::parse(image);
    return reference ? reference->str() : reference.error().message;
  };
  CHECK(text("busybox") == "docker.io/library/busybox:latest");
  CHECK(text("vllm/vllm-openai:v0.8.5") == "docker.io/vllm/vllm-openai:v0.8.5");
  CHECK(text("registry.example.com:5000/ai/vllm") == "registry.example.com:5000/ai/vllm:latest");
  const std::string digest = "sha256:" + std::string(64, 'a');
  CHECK(text("a.b/c:v1@" + digest) == "a.b/c@" + digest);
  for (const char* bad : {"", "UPPER/case", "a:b:c d", "a.b/c:", "a.b/c@sha256:12", "/x"}) {
    INFO(bad);
    CHECK_FALSE(ImageReference::parse(bad).has_value());
  }
}

ImageSpec image(std::string repository, std::int64_t bytes) {
  ImageSpec spec;
  spec.repository = std::move(repository);
  spec.tags = {"v1"};
  spec.digest = "sha256:" + std::string(64, static_cast<char>('a' + bytes % 26));
  spec.size_bytes = bytes;
  return spec;
}

TEST_CASE("ImagePuller: one image at a time, from the second time on it is here") {
  Simulation simulation(1);
  const ImageRegistry registry({image("r.io/a", 1'000'000'000), image("r.io/b", 500'000'000)});
  ImagePuller puller(simulation, registry, 100e6, 1);
  std::string trace;
  const auto pull = [&](const std::string& name) {
    puller.pull(*ImageReference::parse(name), [&, name](const ImagePuller::Pulled& pulled) {
      trace += fmt::format("{} {:.1f} of {:.1f}{}\n", name, to_seconds(pulled.pulling),
                           to_seconds(pulled.total), pulled.image ? "" : " failed");
    });
  };
  pull("r.io/a:v1");
  pull("r.io/b:v1");
  pull("r.io/a:v1");
  pull("r.io/b:v2");
  CHECK(puller.present(*ImageReference::parse("r.io/a:v1")) == nullptr);
  simulation.run_until(at(60s));
  CHECK(trace ==
        "r.io/a:v1 10.4 of 10.4\n"
        "r.io/b:v1 5.4 of 15.8\n"
        "r.io/a:v1 0.4 of 16.2\n"
        "r.io/b:v2 0.4 of 16.6 failed\n");
  CHECK(puller.present(*ImageReference::parse("r.io/a:v1")) != nullptr);
  CHECK(puller.present(*ImageReference::parse("r.io/b:v2")) == nullptr);
}

TEST_CASE("ImageRegistry: an image that is not there has the runtime's error") {
  const ImageRegistry registry({image("r.io/a", 1)});
  CHECK(
      registry.resolve(*ImageReference::parse("r.io/a:v9")).error().message ==
      "rpc error: code = NotFound desc = failed to pull and unpack image \"r.io/a:v9\": failed to "
      "resolve reference \"r.io/a:v9\": r.io/a:v9: not found");
}

TEST_CASE("expand_variables: known names are replaced, $$ escapes, the rest stays") {
  const std::map<std::string, std::string> env{{"MODEL", "m"}};
  CHECK(expand_variables("--model=$(MODEL)", env) == "--model=m");
  CHECK(expand_variables("$$(MODEL) $(NONE) $ $(", env) == "$(MODEL) $(NONE) $ $(");
  CHECK(expand_variables("$(MODEL) $(MODEL $(", env) == "m $(MODEL $(");
}

TEST_CASE("expand_variables: what no program is started with is not made, and takes no time") {
  const std::map<std::string, std::string> env{{"A", std::string(kLongestArgument, 'x')}};
  std::string often;
  for (int i = 0; i < 100'000; ++i) often += "$(A)";
  CHECK(expand_variables(often, env).size() == kLongestArgument + 1);
  std::string open;
  for (int i = 0; i < 300'000; ++i) open += "$(";
  CHECK(expand_variables(open, env).size() == kLongestArgument + 1);
}

}  // namespace
}  // namespace inferlab::sim
