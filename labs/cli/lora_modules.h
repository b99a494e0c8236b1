#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/serve/lora_module.h"

namespace inferlab::labs {

/// The values of --lora-modules: "NAME=PATH", or {"name": …, "path": …, "base_model_name": …} in
/// JSON. kInvalid shows the value. Source: vLLM, entrypoints/openai/cli_args.py (LoRAParserAction).
Result<std::vector<LoraModule>> lora_modules(const std::vector<std::string>& values);

}  // namespace inferlab::labs
