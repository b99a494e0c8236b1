#include "labs/checks/real_engine.h"

#include <algorithm>

#include "engine/model/model_weights.h"
#include "labs/spec/data_dirs.h"

namespace inferlab::labs {
namespace {

// A check sends one request: no need of a thread for each of 300 connections.
constexpr int kThreads = 4;

}  // namespace

Result<std::string> embedded_model() {
  return find_data("assets/model/inferlab-tiny.gguf");
}

ServeOptions serve_options_for(const LlmContainer& server, const std::string& model_path) {
  ServeOptions options;
  options.model = model_path;
  options.served_model_name = server.args.served_model_names;
  if (options.served_model_name.empty()) options.served_model_name = {server.args.model};
  // vLLM takes 0 and below for the model's own length.
  options.max_model_len = std::max<std::int64_t>(server.args.max_model_len, 0);
  options.max_num_seqs = server.args.max_num_seqs;
  options.max_num_batched_tokens = server.args.max_num_batched_tokens;
  options.enable_chunked_prefill = server.args.enable_chunked_prefill;
  if (!server.api_key.empty()) options.api_keys = {server.api_key};
  options.port = 0;
  options.num_threads = kThreads;
  options.disable_access_log = true;
  return options;
}

Result<RealEngine> RealEngine::start(const ServeOptions& given, const LogSink& log) {
  ServeOptions options = given;
  {
    // The container's model may be longer than the one that stands in for it.
    INFERLAB_TRY(const Model model, Model::open(options.model));
    options.max_model_len =
        options.max_model_len == 0
            ? 0
            : std::min<std::int64_t>(options.max_model_len, model.config().max_model_len);
  }
  RealEngine out;
  INFERLAB_TRY(out.engine_, Engine::load(options, log));
  INFERLAB_TRY(out.server_, HttpServer::start(options, log));
  out.server_->attach(*out.engine_);
  return out;
}

}  // namespace inferlab::labs
