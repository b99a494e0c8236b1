#include "engine/serve/chunk_writer.h"

#include "engine/serve/json_text.h"

namespace inferlab {

ChunkWriter::ChunkWriter(const ResponseHead& head, const LogprobsText& logprobs)
    : head_(head), logprobs_(logprobs), is_chat_(head.kind == ApiKind::kChat) {
  common_ = R"(data: {"id":)";
  append_json_string(common_, head.id);
  common_ += is_chat_ ? R"(,"object":"chat.completion.chunk","created":)"
                      : R"(,"object":"text_completion","created":)";
  append_json_integer(common_, head.created);
  common_ += R"(,"model":)";
  append_json_string(common_, head.model);
  common_ += R"(,"choices":[)";
}

void ChunkWriter::open(std::string& out, int choice) const {
  out += common_;
  out += R"({"index":)";
  append_json_integer(out, choice);
}

void ChunkWriter::close(std::string& out, const Usage& usage) const {
  out += "}]";
  finish(out, usage);
}

void ChunkWriter::finish(std::string& out, const Usage& usage) const {
  if (head_.continuous_usage) {
    out += R"(,"usage":)";
    append_usage(out, usage);
  } else if (head_.include_usage) {
    out += R"(,"usage":null)";
  }
  out += "}\n\n";
}

void ChunkWriter::append_role(std::string& out, int choice, const std::vector<TokenId>* prompt,
                              const Usage& usage) const {
  open(out, choice);
  out += R"(,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null)";
  if (prompt == nullptr || !head_.return_token_ids) return close(out, usage);
  out += R"(}],"prompt_token_ids":)";
  append_json_ids(out, *prompt);
  finish(out, usage);
}

void ChunkWriter::append_text(std::string& out, int choice, std::string_view text,
                              const Usage& usage) const {
  open(out, choice);
  out += is_chat_ ? R"(,"delta":{"content":)" : R"(,"text":)";
  append_json_string(out, text);
  out += is_chat_ ? R"(},"logprobs":null,"finish_reason":null)"
                  : R"(,"logprobs":null,"finish_reason":null)";
  close(out, usage);
}

void ChunkWriter::append_piece(std::string& out, int choice, const ChoiceAnswer& piece,
                               std::int64_t first_offset, const Usage& usage) const {
  open(out, choice);
  if (head_.tool_choice) {
    out += R"(,"delta":{)";
    if (!piece.tool_calls.empty()) out += R"("tool_calls":)" + piece.tool_calls;
  } else {
    out += is_chat_ ? R"(,"delta":{"content":)" : R"(,"text":)";
    append_json_string(out, piece.text);
  }
  out += is_chat_ ? R"(},"logprobs":)" : R"(,"logprobs":)";
  append_choice_logprobs(out, head_, piece, logprobs_, first_offset);
  out += R"(,"finish_reason":null)";
  if (head_.return_token_ids) {
    if (!is_chat_ && piece.prompt != nullptr) {
      out += R"(,"prompt_token_ids":)";
      append_json_ids(out, *piece.prompt);
    }
    out += R"(,"token_ids":)";
    append_json_ids(out, piece.tokens);
  }
  close(out, usage);
}

void ChunkWriter::append_end(std::string& out, int choice, const GenerationResult& result,
                             const Usage& usage) const {
  open(out, choice);
  out += is_chat_ ? R"(,"delta":{},"logprobs":null)" : R"(,"text":"","logprobs":null)";
  append_finish(out, head_, result);
  close(out, usage);
}

void ChunkWriter::append_total(std::string& out, const Usage& usage) const {
  out += common_;
  out += R"(],"usage":)";
  append_usage(out, usage);
  out += "}\n\n";
}

std::string sse(std::string_view json) {
  return "data: " + std::string(json) + "\n\n";
}

}  // namespace inferlab
