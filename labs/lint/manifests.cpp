#include "labs/lint/manifests.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <utility>

#include "labs/grade/submission.h"
#include "labs/report/escape.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs::lint {
namespace {

namespace fs = std::filesystem;
using sim::Value;

constexpr sim::YamlLimits kYamlLimits = {.max_bytes = std::size_t{1} << 20, .max_documents = 500};

// "NAME:12:3: WHY" of a file of this name.
ManifestFile::Fault fault_from(const Error& error, std::string_view name) {
  ManifestFile::Fault out{.place = {1, 1}, .message = error.message};
  std::string_view rest = error.message;
  if (rest.substr(0, name.size()) != name) return out;
  rest.remove_prefix(name.size());
  for (int* number : {&out.place.line, &out.place.column}) {
    if (rest.empty() || rest.front() != ':') return out;
    rest.remove_prefix(1);
    const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), *number);
    if (code != std::errc{}) return out;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  }
  if (rest.substr(0, 2) == ": ") out.message = std::string(rest.substr(2));
  return out;
}

Result<std::string> read_standard_input(std::size_t limit) {
  std::string text;
  char buffer[65536];
  while (std::cin.read(buffer, sizeof buffer) || std::cin.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(std::cin.gcount()));
    if (text.size() > limit) {
      return Error{ErrorKind::kInvalid, fmt::format("-: has more than {} bytes", limit)};
    }
  }
  return text;
}

void add_object(const ManifestFile& file, const sim::YamlDocument& document, std::string root,
                const Value& value, std::deque<Object>& out) {
  Object object;
  object.file = file.path;
  object.document = &document;
  object.root = std::move(root);
  object.written = value;
  object.value = value;
  object.kind = value["kind"].str();
  object.name = value["metadata"]["name"].str();
  if (object.name.empty() && value["metadata"]["generateName"].is_string()) {
    object.name = value["metadata"]["generateName"].str() + "*";
  }
  out.push_back(std::move(object));
}

}  // namespace

ManifestFile parse_manifest(std::string path, std::string text) {
  ManifestFile out;
  out.path = std::move(path);
  out.text = std::move(text);
  const std::string name = for_terminal(out.path);
  auto documents = sim::parse_yaml(out.text, name, kYamlLimits);
  if (documents) {
    out.documents = std::move(*documents);
  } else {
    out.fault = fault_from(documents.error(), name);
  }
  return out;
}

Result<std::vector<ManifestFile>> read_manifests(const std::vector<std::string>& paths,
                                                 const ManifestLimits& limits) {
  std::vector<std::pair<std::string, std::string>> texts;
  std::size_t total = 0;
  const auto add = [&](std::string path, std::string text) -> Result<void> {
    total += text.size();
    if (texts.size() >= limits.max_files || total > limits.max_total_bytes) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("{}: is too much: at most {} files and {} bytes are read", path,
                               limits.max_files, limits.max_total_bytes)};
    }
    texts.emplace_back(std::move(path), std::move(text));
    return {};
  };
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (path == "-") {
      INFERLAB_TRY(std::string text, read_standard_input(limits.max_file_bytes));
      INFERLAB_TRY_VOID(add(path, std::move(text)));
    } else if (fs::is_directory(path, ignored)) {
      INFERLAB_TRY(std::vector<SubmissionFile> files,
                   read_submission(path, {.max_files = limits.max_files,
                                          .max_file_bytes = limits.max_file_bytes,
                                          .max_total_bytes = limits.max_total_bytes}));
      for (SubmissionFile& file : files) {
        if (is_no_manifest(file.name)) continue;
        INFERLAB_TRY_VOID(add((fs::path(path) / file.name).string(), std::move(file.text)));
      }
    } else {
      INFERLAB_TRY(std::string text, read_text_file(path, limits.max_file_bytes));
      INFERLAB_TRY_VOID(add(path, std::move(text)));
    }
  }
  std::vector<ManifestFile> out;
  out.reserve(texts.size());
  for (auto& [path, text] : texts) out.push_back(parse_manifest(path, std::move(text)));
  return out;
}

std::deque<Object> objects_of(const std::vector<ManifestFile>& files) {
  std::deque<Object> out;
  for (const ManifestFile& file : files) {
    for (const sim::YamlDocument& document : file.documents) {
      const Value& value = document.value;
      if (value["kind"].as_string() != "List" || !value["items"].is_array()) {
        add_object(file, document, "", value, out);
        continue;
      }
      const Value& items = value["items"];
      for (std::size_t i = 0; i < items.size(); ++i) {
        add_object(file, document, fmt::format(".items[{}]", i), items[i], out);
      }
    }
  }
  return out;
}

}  // namespace inferlab::labs::lint
