// The split rules in use, as expressions.
// Sources: the "pre_tokenizer" of the models' own tokenizer.json, of which llama.cpp quotes many
// where it adapted them (src/llama-vocab.cpp, whose names for them GGUF files carry). Where the two
// differ the model's own stands here: (?i:'s) takes the long s in "'\u017f" too, and the classes
// [\p{Lu}...] say what the adaptations of GPT-4o's and Tekken's rules only come near to.
#include "engine/tokenizer/split_rules.h"

#include <algorithm>
#include <vector>

#include "engine/base/check.h"

namespace inferlab {
namespace {

// Joins pieces at compile time.
#define INFERLAB_CONTRACTION "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define INFERLAB_LEAD R"([^\r\n\p{L}\p{N}]?)"
#define INFERLAB_UPPER R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])"
#define INFERLAB_LOWER R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])"
#define INFERLAB_SPACES R"(\s+(?!\S)|\s+)"
#define INFERLAB_END R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|)" INFERLAB_SPACES
#define INFERLAB_END_SLASH R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|)" INFERLAB_SPACES

constexpr std::string_view kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|)" INFERLAB_SPACES;
constexpr std::string_view kLlama3 =
    INFERLAB_CONTRACTION "|" INFERLAB_LEAD R"(\p{L}+|\p{N}{1,3})" INFERLAB_END;
constexpr std::string_view kQwen2 =
    INFERLAB_CONTRACTION "|" INFERLAB_LEAD R"(\p{L}+|\p{N})" INFERLAB_END;
constexpr std::string_view kQwen35 = INFERLAB_CONTRACTION
    "|" INFERLAB_LEAD
    R"([\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|)" INFERLAB_SPACES;
constexpr std::string_view kUfakzeka = INFERLAB_LEAD R"(\p{L}+|\p{N})" INFERLAB_END;
constexpr std::string_view kMiniCpm5 =
    INFERLAB_CONTRACTION "|" INFERLAB_LEAD R"(\p{L}+|\p{N}+)" INFERLAB_END;
constexpr std::string_view kSeedCoder = INFERLAB_CONTRACTION
    "|" INFERLAB_LEAD R"(\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|)" INFERLAB_SPACES;
constexpr std::string_view kJais2 = INFERLAB_CONTRACTION
    "|" INFERLAB_LEAD
    R"(\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s{512}(?!\S)|\s{256}(?!\S))"
    R"(|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S))"
    R"(|\s{1,2}(?!\S)|\s{1})";
constexpr std::string_view kBailing =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*)"
    R"(|\s*[\r\n]|)" INFERLAB_SPACES;
constexpr std::string_view kExaoneMoe = INFERLAB_CONTRACTION
    "|" INFERLAB_LEAD
    R"((?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|)" INFERLAB_SPACES;

constexpr std::string_view kGpt4o = INFERLAB_LEAD INFERLAB_UPPER
    "*" INFERLAB_LOWER "+" INFERLAB_CONTRACTION "?|" INFERLAB_LEAD INFERLAB_UPPER "+" INFERLAB_LOWER
    "*" INFERLAB_CONTRACTION
    "?"
    R"(|\p{N}{1,3})" INFERLAB_END_SLASH;
constexpr std::string_view kYoutu = INFERLAB_LEAD INFERLAB_UPPER
    "*" INFERLAB_LOWER "+" INFERLAB_CONTRACTION "?|" INFERLAB_LEAD INFERLAB_UPPER "+" INFERLAB_LOWER
    "*" INFERLAB_CONTRACTION
    "?"
    R"(|\p{N})" INFERLAB_END_SLASH;
constexpr std::string_view kTekken = INFERLAB_LEAD INFERLAB_UPPER
    "*" INFERLAB_LOWER "+|" INFERLAB_LEAD INFERLAB_UPPER "+" INFERLAB_LOWER
    "*"
    R"(|\p{N})" INFERLAB_END_SLASH;
// From Kimi K2's tokenization_kimi.py.
constexpr std::string_view kKimiK2 =
    R"([\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*)"
    R"([\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+)"
    R"([\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
    R"(|\p{N}{1,3})" INFERLAB_END;

// Parts of rules of several expressions.
constexpr std::string_view kNumber = R"(\p{N})";
constexpr std::string_view kNumbers = R"(\p{N}+)";
constexpr std::string_view kNumbersUpTo3 = R"(\p{N}{1,3})";
constexpr std::string_view kThreeDigits = "[0-9][0-9][0-9]";
constexpr std::string_view kThreesFromTheRight = R"(\d{1,3}(?=(?:\d{3})*\b))";
constexpr std::string_view kBeforeThrees = R"((?=(\d{3})+(?!\d)))";
constexpr std::string_view kLineEnds = R"([\r\n])";
constexpr std::string_view kLines = R"([^\n]+|[\n]+)";
constexpr std::string_view kTrailingSpace = R"(\s+$)";
constexpr std::string_view kDefaultPunctuation = R"([\p{P}\$\+<=>\^~\|]+)";
constexpr std::string_view kFalconPunctuation = R"([\p{P}\$\+<=>\^~\|`]+)";
constexpr std::string_view kBloom =
    R"( ?[^(\s|.,!?\x{2026}\x{3002}\x{ff0c}\x{3001}\x{964}\x{6d4}\x{60c})]+)";

constexpr std::string_view kSentinel = "<sentinel:[0-9]+>";
constexpr std::string_view kImage = "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z";
constexpr std::string_view kChameleonSpace = R"(([\t\n]|    |  ))";
constexpr std::string_view kChameleonPunctuation = R"([\p{P}!-/:-@\[-`{-~])";

constexpr std::string_view kLettersAfterSpace = R"(\s?\p{L}+)";
constexpr std::string_view kPunctuationAfterSpace = R"(\s?\p{P}+)";
constexpr std::string_view kDeepseekCjk =
    R"([\x{4e00}-\x{9fa5}\x{800}-\x{4e00}\x{ac00}-\x{d7ff}]+)";
constexpr std::string_view kDeepseekPunctuation =
    R"(\s?[!-/:-~\x{ff01}-\x{ff0f}\x{ff1a}-\x{ff5e}\x{2018}-\x{201f}\x{3000}-\x{3002}]+)";
// Letters of scripts with case, as the model lists them.
constexpr std::string_view kDeepseekLetters =
    R"(\s?[\x{41}-\x{5a}\x{61}-\x{7a}\x{b5}\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{1ba})"
    R"(\x{1bc}-\x{1bf}\x{1c4}-\x{293}\x{295}-\x{2af}\x{370}-\x{373}\x{376}\x{377})"
    R"(\x{37b}-\x{37d}\x{37f}\x{386}\x{388}-\x{38a}\x{38c}\x{38e}-\x{3a1}\x{3a3}-\x{3f5})"
    R"(\x{3f7}-\x{481}\x{48a}-\x{52f}\x{531}-\x{556}\x{10a0}-\x{10c5}\x{13a0}-\x{13f5})"
    R"(\x{13f8}-\x{13fd}\x{1c90}-\x{1cba}\x{1cbd}-\x{1cbf}\x{1d00}-\x{1d2b})"
    R"(\x{1d6b}-\x{1d77}\x{1d79}-\x{1d9a}\x{1e00}-\x{1f15}\x{1f18}-\x{1f1d})"
    R"(\x{1f20}-\x{1f45}\x{1f48}-\x{1f4d}\x{1f50}-\x{1f57}\x{1f59}\x{1f5b}\x{1f5d})"
    R"(\x{1f5f}-\x{1f7d}\x{1f80}-\x{1fb4}\x{1fb6}-\x{1fbc}\x{1fbe}\x{1fc2}-\x{1fc4})"
    R"(\x{1fc6}-\x{1fcc}\x{1fd0}-\x{1fd3}\x{1fd6}-\x{1fdb}\x{1fe0}-\x{1fec})"
    R"(\x{1ff2}-\x{1ff4}\x{1ff6}-\x{1ffc}\x{2102}\x{2107}\x{210a}-\x{2113}\x{2115})"
    R"(\x{2119}-\x{211d}\x{2124}\x{2126}\x{2128}\x{212a}-\x{212d}\x{212f}-\x{2134}\x{2139})"
    R"(\x{213c}-\x{213f}\x{2145}-\x{2149}\x{214e}\x{2183}\x{2184}\x{2c00}-\x{2c7b})"
    R"(\x{2c7e}-\x{2ce4}\x{2ceb}-\x{2cee}\x{2cf2}\x{2cf3}\x{a640}-\x{a66d}\x{a680}-\x{a69b})"
    R"(\x{a722}-\x{a76f}\x{a771}-\x{a787}\x{a78b}-\x{a78e}\x{ab70}-\x{abbf})"
    R"(\x{fb00}-\x{fb06}\x{fb13}-\x{fb17}\x{ff21}-\x{ff3a}\x{ff41}-\x{ff5a})"
    R"(\x{10400}-\x{1044f}\x{104b0}-\x{104d3}\x{104d8}-\x{104fb}\x{10c80}-\x{10cb2})"
    R"(\x{10cc0}-\x{10cf2}\x{118a0}-\x{118df}\x{1e900}-\x{1e943}]+)";
constexpr std::string_view kHanAndKana =
    R"([\x{4e00}-\x{9fa5}\x{3040}-\x{309f}\x{30a0}-\x{30ff}]+)";
constexpr std::string_view kDeepseek3 =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
    R"(| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|)" INFERLAB_SPACES;
constexpr std::string_view kSpark25 =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
    R"(| ?[\p{P}\p{S}]+|[\r\n]|)" INFERLAB_SPACES;
constexpr std::string_view kYoutuScripts =
    R"([\x{ac00}-\x{d7a3}\x{3131}-\x{318e}]+|[\x{ff01}\x{2026}\x{201c}\x{201d}\x{2018}\x{2019})"
    R"(\x{2014}\x{ff1a}\x{ff1b}\x{ff0c}\x{3001}-\x{303f}\x{fe30}-\x{fe4f}]+)"
    R"(|[\x{3105}-\x{312f}]+|[\x{4e00}-\x{9fa5}\x{3040}-\x{309f}\x{30a0}-\x{30ff}]+)";
// The first one or two digits so that threes are left.
constexpr std::string_view kAfmoeNumbers = R"(\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N})))";
constexpr std::string_view kAfmoeScripts =
    R"([\x{4e00}-\x{9fff}\x{3400}-\x{4dbf}\x{f900}-\x{faff}\x{3040}-\x{309f}\x{30a0}-\x{30ff})"
    R"(\x{ff65}-\x{ff9f}\x{2f00}-\x{2fdf}\x{e40}-\x{e7f}\x{e80}-\x{eff}\x{1780}-\x{17ff})"
    R"(\x{1000}-\x{109f}\x{aa60}-\x{aa7f}\x{a9e0}-\x{a9ff}\x{ac00}-\x{d7af}\x{1100}-\x{11ff}]+)";

#undef INFERLAB_CONTRACTION
#undef INFERLAB_LEAD
#undef INFERLAB_UPPER
#undef INFERLAB_LOWER
#undef INFERLAB_SPACES
#undef INFERLAB_END
#undef INFERLAB_END_SLASH

constexpr SplitRule kRules[] = {
    {.name = "default", .patterns = {kDefaultPunctuation, kGpt2, kNumbers, kThreeDigits}},
    {.name = "llama-bpe", .patterns = {kLlama3}, .words_first = true, .add_bos = true},
    {.name = "llama3", .patterns = {kLlama3}, .words_first = true, .add_bos = true},
    {.name = "llama-v3", .patterns = {kLlama3}, .words_first = true, .add_bos = true},
    {.name = "falcon3", .patterns = {kLlama3}, .words_first = true, .add_bos = true},
    {.name = "falcon-h1", .patterns = {kLlama3}, .words_first = true, .add_bos = true},
    {.name = "pixtral", .patterns = {kLlama3}, .words_first = true, .add_bos = true},
    {.name = "midm-2.0", .patterns = {kLlama3}, .words_first = true, .add_bos = true},
    {.name = "lfm2", .patterns = {kLlama3}, .words_first = true, .add_bos = true},
    {.name = "jina-v5-nano", .patterns = {kLlama3}, .words_first = true, .add_bos = true},
    {.name = "smaug-bpe", .patterns = {kLlama3}},
    {.name = "dbrx", .patterns = {kLlama3}},
    {.name = "chatglm-bpe", .patterns = {kLlama3}},
    {.name = "glm4", .patterns = {kLlama3}},
    {.name = "minicpm5", .patterns = {kNumbersUpTo3, kMiniCpm5}, .words_first = true},
    {.name = "jais-2", .patterns = {kJais2}},
    {.name = "qwen2", .patterns = {kQwen2}},
    {.name = "deepseek-r1-qwen", .patterns = {kQwen2}},
    {.name = "stablelm2", .patterns = {kQwen2}},
    {.name = "megrez", .patterns = {kQwen2}},
    {.name = "hunyuan", .patterns = {kQwen2}},
    {.name = "grok-2", .patterns = {kQwen2}},
    {.name = "solar-open", .patterns = {kQwen2}},
    {.name = "kormo", .patterns = {kQwen2}},
    {.name = "f2llmv2", .patterns = {kQwen2}},
    {.name = "qwen35", .patterns = {kQwen35}},
    {.name = "ufakzeka", .patterns = {kUfakzeka}},
    {.name = "laguna", .patterns = {kLines, kQwen2}},
    {.name = "seed-coder", .patterns = {kSeedCoder}},
    {.name = "bailingmoe", .patterns = {kBailing}},
    {.name = "bailingmoe2", .patterns = {kBailing}},
    {.name = "llada-moe", .patterns = {kBailing}},
    {.name = "gpt-4o", .patterns = {kGpt4o}},
    {.name = "llama4", .patterns = {kGpt4o}},
    {.name = "kanana2", .patterns = {kGpt4o}},
    {.name = "minimax-m2", .patterns = {kGpt4o}},
    {.name = "talkie", .patterns = {kGpt4o}},
    {.name = "granite-embed-multi-97m", .patterns = {kGpt4o}, .words_first = true},
    {.name = "tekken", .patterns = {kTekken}, .words_first = true, .add_bos = true},
    {.name = "tiny_aya", .patterns = {kThreesFromTheRight, kGpt4o}},
    {.name = "cohere2moe", .patterns = {kThreesFromTheRight, kGpt4o}},
    {.name = "youtu", .patterns = {kYoutuScripts, kYoutu}, .words_first = true},
    {.name = "deepseek-llm",
     .patterns = {kLineEnds, kDeepseekLetters, kDeepseekPunctuation, kTrailingSpace, kDeepseekCjk,
                  kNumbers}},
    {.name = "deepseek-coder",
     .patterns = {kLineEnds, kLettersAfterSpace, kPunctuationAfterSpace, kDeepseekCjk, kNumber}},
    {.name = "deepseek-v3", .patterns = {kNumbersUpTo3, kHanAndKana, kDeepseek3}},
    {.name = "hunyuan-dense", .patterns = {kNumbersUpTo3, kHanAndKana, kDeepseek3}},
    {.name = "joyai-llm", .patterns = {kNumbersUpTo3, kHanAndKana, kDeepseek3}},
    {.name = "hy_v4", .patterns = {kNumbersUpTo3, kHanAndKana, kDeepseek3}},
    {.name = "spark2_5", .patterns = {kNumbersUpTo3, kHanAndKana, kSpark25, kNumber}},
    {.name = "afmoe", .patterns = {kAfmoeNumbers, kAfmoeScripts, kDeepseek3}},
    {.name = "kimi-k2", .patterns = {kKimiK2}},
    {.name = "gpt-2", .patterns = {kGpt2}},
    {.name = "gpt2", .patterns = {kGpt2}},
    {.name = "mpt", .patterns = {kGpt2}},
    {.name = "olmo", .patterns = {kGpt2}},
    {.name = "jais", .patterns = {kGpt2}},
    {.name = "phi-2", .patterns = {kGpt2}},
    {.name = "jina-es", .patterns = {kGpt2}},
    {.name = "jina-de", .patterns = {kGpt2}},
    {.name = "jina-v2-es", .patterns = {kGpt2}},
    {.name = "jina-v2-de", .patterns = {kGpt2}},
    {.name = "jina-v1-en", .patterns = {kGpt2}},
    {.name = "jina-v2-code", .patterns = {kGpt2}},
    {.name = "roberta-bpe", .patterns = {kGpt2}},
    {.name = "modern-bert", .patterns = {kGpt2}},
    {.name = "gigachat", .patterns = {kGpt2}},
    {.name = "a.x-4.0", .patterns = {kGpt2}},
    {.name = "mellum", .patterns = {kGpt2}},
    {.name = "exaone4", .patterns = {kGpt2}},
    {.name = "trillion", .patterns = {kGpt2}},
    {.name = "granite-docling", .patterns = {kGpt2}},
    {.name = "starcoder", .patterns = {kNumber, kGpt2}},
    {.name = "refact", .patterns = {kNumber, kGpt2}},
    {.name = "command-r", .patterns = {kNumber, kGpt2}},
    {.name = "smollm", .patterns = {kNumber, kGpt2}},
    {.name = "codeshell", .patterns = {kNumber, kGpt2}},
    {.name = "exaone", .patterns = {kNumber, kGpt2}},
    {.name = "minerva-7b", .patterns = {kNumber, kGpt2}},
    {.name = "mellum2", .patterns = {kNumber, kGpt2}},
    {.name = "falcon", .patterns = {kFalconPunctuation, kGpt2, kThreeDigits}},
    {.name = "bloom", .patterns = {kBloom}},
    {.name = "poro-chat", .patterns = {kBloom}},
    {.name = "gpt3-finnish", .patterns = {kBloom}},
    {.name = "viking", .patterns = {kBloom, kNumber}},
    {.name = "superbpe", .patterns = {kNumbers, kBeforeThrees}},
    {.name = "exaone-moe", .patterns = {kExaoneMoe}},
    {.name = "chameleon",
     .patterns = {kSentinel, kImage, kChameleonSpace, kNumber, kChameleonPunctuation, kGpt2}},
    {.name = "gemma4", .patterns = {kLines}, .raw = true},
    {.name = "granite-embed-multi-311m", .patterns = {kLines}, .raw = true},
    {.name = "sarvam-moe", .patterns = {kLines}, .raw = true},
};

}  // namespace

PreTokenizer SplitRule::compile() const {
  const auto used = [](const auto& list) {
    return std::span(list.begin(), std::ranges::find(list, std::string_view()));
  };
  auto compiled = PreTokenizer::compile(used(patterns), used(byte_patterns));
  INFERLAB_CHECK(compiled.has_value());
  return std::move(compiled).value();
}

std::span<const SplitRule> split_rules() {
  return kRules;
}

const SplitRule* find_split_rule(std::string_view name) {
  const auto found = std::ranges::find(kRules, name, &SplitRule::name);
  return found == std::end(kRules) ? nullptr : found;
}

}  // namespace inferlab
