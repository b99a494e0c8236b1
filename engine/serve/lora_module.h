#pragma once

#include <string>

namespace inferlab {

/// An adapter to serve. Source: vLLM, entrypoints/openai/models/protocol.py (LoRAModulePath).
struct LoraModule {
  std::string name;                  ///< in the API
  std::string path;                  ///< a folder that PEFT has saved, or a GGUF file
  std::string base_model_name = {};  ///< a served name, shown as the adapter's parent
};

}  // namespace inferlab
