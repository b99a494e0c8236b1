// Adapters as vLLM's users know them: chosen by `model`, listed, loaded and unloaded.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/lora_folder.h"

namespace inferlab {
namespace {

using testing::Answer;
using testing::client_for;
using testing::Json;
using testing::kChat;
using testing::kCompletions;
using testing::kJson;
using testing::LoraFolder;
using testing::post;
using testing::TestServer;

constexpr const char* kLoad = "/v1/load_lora_adapter";
constexpr const char* kUnload = "/v1/unload_lora_adapter";

ServeOptions options_with(const LoraFolder& folder) {
  ServeOptions options;
  options.served_model_name = {"base", "alias"};
  options.enable_lora = true;
  options.allow_runtime_lora_updating = true;
  options.lora_modules = folder.modules();
  return options;
}

std::string completion(const std::string& model) {
  return fmt::format(R"({{"model":"{}","prompt":"What is a Pod?","max_tokens":16,"temperature":0,)"
                     R"("ignore_eos":true}})",
                     model);
}

std::string text_of(const TestServer& server, const std::string& model) {
  const Answer answer = post(server.port(), kCompletions, completion(model));
  INFO(answer.body.dump());
  REQUIRE(answer.status == 200);
  CHECK(answer.body["model"] == model);
  return answer.body["choices"][0]["text"];
}

/// The status and the whole body: sentences are no JSON.
std::pair<int, std::string> say(const TestServer& server, const char* path, const Json& body) {
  const httplib::Result result = client_for(server.port()).Post(path, body.dump(), kJson);
  REQUIRE(result);
  return {result->status, result->body};
}

Json error_of(const std::pair<int, std::string>& answer) {
  const Json error = Json::parse(answer.second)["error"];
  CHECK(error["code"] == answer.first);
  return error;
}

}  // namespace

TEST_CASE("HTTP LoRA: a request chooses by its model, with any endpoint") {
  const LoraFolder folder({"one", "two"});
  const TestServer server(options_with(folder));
  const std::string base = text_of(server, "base");
  const std::string one = text_of(server, "one");
  CHECK(text_of(server, "alias") == base);
  CHECK(one != base);
  CHECK(text_of(server, "two") != one);
  CHECK(text_of(server, "one") == one);
  const Answer chat =
      post(server.port(), kChat,
           R"({"model": "one", "messages": [{"role": "user", "content": "a"}], "max_tokens": 4})");
  CHECK(chat.status == 200);
  CHECK(chat.body["model"] == "one");
  CHECK(post(server.port(), "/tokenize", R"({"model": "one", "prompt": "abc"})").status == 200);
  const Answer unknown = post(server.port(), kCompletions, completion("three"));
  CHECK(unknown.status == 404);
  CHECK(unknown.body["error"]["message"] == "The model `three` does not exist.");
}

TEST_CASE("HTTP LoRA: adapters are listed behind the model, with root and parent") {
  const LoraFolder folder({"one", "two"});
  ServeOptions options = options_with(folder);
  options.lora_modules[0].base_model_name = "alias";
  options.lora_modules[1].base_model_name = "unknown";
  const TestServer server(options);
  httplib::Client client = client_for(server.port());
  const Json list = Json::parse(client.Get("/v1/models")->body)["data"];
  REQUIRE(list.size() == 4);
  CHECK(list[0]["id"] == "base");
  CHECK(list[0]["parent"].is_null());
  CHECK(list[2]["id"] == "one");
  CHECK(list[2]["object"] == "model");
  CHECK(list[2]["root"] == folder.path("one"));
  CHECK(list[2]["parent"] == "alias");
  CHECK(list[2]["max_model_len"].is_null());
  CHECK(list[3]["parent"] == "base");  // a name that is not served is none
  CHECK(Json::parse(client.Get("/v1/models/two")->body) == list[3]);
  CHECK(client.Get("/v1/models/three")->status == 404);
}

TEST_CASE("HTTP LoRA: loaded and unloaded while the server runs, in vLLM's words") {
  const LoraFolder folder({"one", "two"});
  ServeOptions options = options_with(folder);
  options.lora_modules.clear();
  const TestServer server(options);
  CHECK(post(server.port(), kCompletions, completion("sql")).status == 404);
  const Json sql = {{"lora_name", "sql"}, {"lora_path", folder.path("one")}};
  CHECK(say(server, kLoad, sql) ==
        std::pair(200, std::string("Success: LoRA adapter 'sql' added successfully.")));
  const std::string one = text_of(server, "sql");
  CHECK(one != text_of(server, "base"));
  const auto again = say(server, kLoad, sql);
  CHECK(again.first == 400);
  CHECK(error_of(again)["type"] == "InvalidUserInput");
  CHECK(error_of(again)["message"] ==
        "The lora adapter 'sql' has already been loaded. If you want to load the adapter in "
        "place, set 'load_inplace' to True.");
  CHECK(say(server, kLoad,
            {{"lora_name", "sql"}, {"lora_path", folder.path("two")}, {"load_inplace", true}})
            .first == 200);
  CHECK(text_of(server, "sql") != one);
  CHECK(say(server, kUnload, {{"lora_name", "sql"}}) ==
        std::pair(200, std::string("Success: LoRA adapter 'sql' removed successfully.")));
  CHECK(post(server.port(), kCompletions, completion("sql")).status == 404);
  const auto gone = say(server, kUnload, {{"lora_name", "sql"}});
  CHECK(gone.first == 404);
  CHECK(error_of(gone)["message"] == "The lora adapter 'sql' cannot be found.");
}

TEST_CASE("HTTP LoRA: what cannot be loaded is said, and changes nothing") {
  const LoraFolder folder({"one"});
  const TestServer server(options_with(folder));
  const auto refused = [&](const Json& body, int status, const std::string& message) {
    const auto answer = say(server, kLoad, body);
    INFO(answer.second);
    CHECK(answer.first == status);
    CHECK(error_of(answer)["message"].get<std::string>().find(message) != std::string::npos);
  };
  const std::string path = folder.path("one");
  const std::string none = folder.path("none");
  refused({{"lora_path", path}}, 400, "Both 'lora_name' and 'lora_path' must be provided.");
  refused({{"lora_name", "a"}}, 400, "Both 'lora_name' and 'lora_path' must be provided.");
  refused({{"lora_name", 7}, {"lora_path", path}}, 400, "lora_name");
  refused({{"lora_name", "a"}, {"lora_path", none}}, 404,
          "Loading lora a failed: No adapter found for " + none);
  refused({{"lora_name", "alias"}, {"lora_path", path}}, 400, "is the model's own");
  std::filesystem::copy(path, folder.path("bad"));
  std::ofstream(folder.path("bad") + "/adapter_config.json") << R"({"r": 4, "use_dora": true})";
  refused({{"lora_name", "a"}, {"lora_path", folder.path("bad")}}, 400,
          "adapter_config.json: use_dora: weight-decomposed adapters (DoRA) are not supported");
  CHECK(Json::parse(client_for(server.port()).Get("/v1/models")->body)["data"].size() == 3);
  const auto unnamed = say(server, kUnload, Json::object());
  CHECK(unnamed.first == 400);
  CHECK(error_of(unnamed)["message"] ==
        "'lora_name' needs to be provided to unload a LoRA adapter.");
  // A form of a page is no JSON.
  const httplib::Result form = client_for(server.port()).Post(kLoad, "{}", "text/plain");
  REQUIRE(form);
  CHECK(form->status == 400);
}

TEST_CASE("HTTP LoRA: without leave to change adapters the routes are not there") {
  const LoraFolder folder({"one"});
  ServeOptions options = options_with(folder);
  options.allow_runtime_lora_updating = false;
  const TestServer server(options);
  for (const char* path : {kLoad, kUnload}) {
    CHECK(say(server, path, {{"lora_name", "one"}}).first == 404);
  }
  ServeOptions without;
  without.allow_runtime_lora_updating = true;
  const TestServer plain(without);
  const auto answer = say(plain, kLoad, {{"lora_name", "a"}, {"lora_path", folder.path("one")}});
  CHECK(answer.first == 400);
  CHECK(error_of(answer)["message"].get<std::string>().find("LoRA is not enabled") == 0);
}

TEST_CASE("HTTP LoRA: the metric names the adapters that run and wait") {
  const LoraFolder folder({"one", "two"});
  TestServer server(options_with(folder));
  const auto metric = [&] {
    const std::string text = client_for(server.port()).Get("/metrics")->body;
    const std::size_t begin = text.find("vllm:lora_requests_info{");
    return begin == std::string::npos ? text : text.substr(begin, text.find('\n', begin) - begin);
  };
  CHECK(metric().find(R"({max_lora="1",running_lora_adapters="",waiting_lora_adapters=""} 1)") !=
        std::string::npos);
  server.gate().close();
  std::vector<std::future<int>> answers;
  const auto ask = [&](const char* model) {
    answers.push_back(std::async(std::launch::async, [&server, model] {
      return post(server.port(), kCompletions, completion(model)).status;
    }));
  };
  ask("one");
  CHECK(testing::eventually(
      [&] { return server.engine().stats().scheduler.num_requests_running == 1; }));
  ask("two");
  ask("base");
  server.gate().permit(1);
  const char* expected =
      R"({max_lora="1",running_lora_adapters="one",waiting_lora_adapters="two"} )";
  CHECK(testing::eventually([&] { return metric().find(expected) != std::string::npos; }));
  server.gate().open();
  for (auto& answer : answers) CHECK(answer.get() == 200);
  CHECK(testing::eventually([&] {
    return metric().find(R"(running_lora_adapters="",waiting_lora_adapters="")") !=
           std::string::npos;
  }));
  // Without adapters there is no such metric.
  const TestServer plain;
  CHECK(client_for(plain.port()).Get("/metrics")->body.find("lora") == std::string::npos);
}

}  // namespace inferlab
