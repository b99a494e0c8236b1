// OpenAI's own client for Node.js against `inferlab serve` with models for embeddings; what it asks
// is in tests/clients/openai_embeddings_test.mjs.
#include <catch2/catch.hpp>
#include <iostream>
#include <string>

#include "engine/model/random_encoder.h"
#include "engine/model/random_model.h"
#include "tests/program/node_packages.h"
#include "tests/program/serve_process.h"

using namespace inferlab;
using namespace inferlab::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

void run_client(const fs::path& folder, std::vector<std::string> words) {
  words.insert(words.end(), {"--served-model-name", "embedder", "--api-key", "sesame"});
  ServeProcess server(words);
  ProcessOptions options;
  options.environment = {{"OPENAI_BASE_URL", server.url() + "/v1"}, {"OPENAI_API_KEY", "sesame"}};
  options.timeout = 120s;
  const ProcessResult result = run_process(
      {"node", "--test", "--test-reporter=tap", (folder / "openai_embeddings_test.mjs").string()},
      options);
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.out.find("# pass 5\n") != std::string::npos);
  CHECK(result.out.find("# skipped 0\n") != std::string::npos);
}

}  // namespace

TEST_CASE("client: openai's embeddings of an encoder and of a decoder", "[clients]") {
  const fs::path folder = client_folder();
  if (const std::string missing = install_node_packages(folder); !missing.empty()) {
    std::cout << "SKIPPED: " << missing << "\n";
    return;
  }
  const TemporaryFolder models;
  const std::string encoder = models.path() + "/encoder.gguf";
  const std::string decoder = models.path() + "/decoder.gguf";
  REQUIRE(random_encoder({.type = TensorType::kQ8_0}).save(encoder));
  REQUIRE(random_model({}).save(decoder));
  run_client(folder, {encoder});
  run_client(folder,
             {decoder, "--runner", "pooling", "--pooler-config", R"({"pooling_type": "MEAN"})"});
}
