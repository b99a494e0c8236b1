// `inferlab serve` with adapters, as a manifest for vLLM asks for them; what OpenAI's own client
// for Node.js asks is in tests/clients/openai_lora_test.mjs.
#include <httplib.h>

#include <catch2/catch.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/model/model_weights.h"
#include "engine/model/random_model.h"
#include "tests/engine/model/random_adapter.h"
#include "tests/program/node_packages.h"
#include "tests/program/serve_process.h"

using namespace inferlab;
using namespace inferlab::testing;
using namespace std::chrono_literals;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// A model and two adapters of it: a folder of PEFT and a GGUF file.
struct Files {
  Files() {
    REQUIRE(random_model({}).save(model));
    const auto opened = Model::open(model);
    REQUIRE(opened);
    test::RandomAdapter(opened->config(), {.seed = 1, .rank = 4}).save_folder(peft);
    REQUIRE(test::RandomAdapter(opened->config(), {.seed = 2}).gguf("llama").save(gguf));
  }
  [[nodiscard]] std::vector<std::string> words() const {
    return {model,
            "--served-model-name",
            "base",
            "--enable-lora",
            "--max_loras",
            "2",
            "--max-lora-rank",
            "8",
            "--max-cpu-loras",
            "4",
            "--lora-dtype",
            "auto",
            "--lora-modules",
            "peft=" + peft,
            R"({"name": "llama", "path": ")" + gguf + R"(", "base_model_name": "base"})"};
  }

  TemporaryFolder folder;
  std::string model = folder.path() + "/model.gguf";
  std::string peft = folder.path() + "/peft";
  std::string gguf = folder.path() + "/adapter.gguf";
};

}  // namespace

TEST_CASE("program: serve has the adapters that a manifest for vLLM names") {
  const Files files;
  const ServeProcess server(files.words());
  httplib::Client client("127.0.0.1", server.port());
  client.set_read_timeout(60s);
  const Json list = Json::parse(client.Get("/v1/models")->body)["data"];
  REQUIRE(list.size() == 3);
  CHECK(list[1]["id"] == "peft");
  CHECK(list[1]["root"] == files.peft);
  CHECK(list[2]["id"] == "llama");
  CHECK(list[2]["parent"] == "base");
  std::vector<std::string> texts;
  for (const char* name : {"base", "peft", "llama"}) {
    const Json body = {{"model", name},
                       {"prompt", "A Pod is"},
                       {"max_tokens", 12},
                       {"temperature", 0},
                       {"ignore_eos", true}};
    const httplib::Result answer = client.Post("/v1/completions", body.dump(), "application/json");
    REQUIRE(answer);
    REQUIRE(answer->status == 200);
    texts.push_back(Json::parse(answer->body)["choices"][0]["text"]);
  }
  CHECK(texts[0] != texts[1]);
  CHECK(texts[0] != texts[2]);
  CHECK(texts[1] != texts[2]);
  // Nobody may change them without leave.
  const httplib::Result refused =
      client.Post("/v1/unload_lora_adapter", R"({"lora_name": "peft"})", "application/json");
  REQUIRE(refused);
  CHECK(refused->status == 404);
}

TEST_CASE("client: OpenAI's npm client chooses, lists, loads and unloads adapters", "[clients]") {
  if (!find_program("node") || !find_program("npm")) {
    std::cout << "SKIPPED: there is no Node.js on this machine (Debian: nodejs, npm)\n";
    return;
  }
  const fs::path folder = client_folder();
  if (const std::string missing = install_node_packages(folder); !missing.empty()) {
    std::cout << "SKIPPED: npm cannot reach its registry: " << missing << "\n";
    return;
  }
  const Files files;
  std::vector<std::string> words = files.words();
  words.insert(words.end(), {"--api-key", "sesame"});
  ServeProcess server(words, {{"VLLM_ALLOW_RUNTIME_LORA_UPDATING", "True"}});
  ProcessOptions options;
  options.environment = {{"OPENAI_BASE_URL", server.url() + "/v1"},
                         {"OPENAI_API_KEY", "sesame"},
                         {"ADAPTER", files.peft}};
  options.timeout = 120s;
  const ProcessResult result = run_process(
      {"node", "--test", "--test-reporter=tap", (folder / "openai_lora_test.mjs").string()},
      options);
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.out.find("# pass 3\n") != std::string::npos);
  CHECK(result.out.find("# skipped 0\n") != std::string::npos);
}
