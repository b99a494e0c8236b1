#include "labs/spec/includes.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "labs/spec/lab_files.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;
using sim::Value;

constexpr std::string_view kInclude = "include";
constexpr std::size_t kMaxDepth = 4;
constexpr std::size_t kMaxFiles = 64;

/// A file that is being copied into the document.
struct Source {
  const sim::YamlDocument& document;
  std::string file;
  bool included = false;
};

// Copies a document node by node, with the places of its nodes, so that what an include puts in is
// found where it was written, whatever index it has now.
class Includer {
 public:
  Includer(const Parameters& parameters, std::string folder, std::vector<Error>& errors)
      : parameters_(parameters), folder_(std::move(folder)), errors_(errors) {}

  IncludedDocument run(const sim::YamlDocument& document, const std::string& file,
                       const SpecTable& table) {
    chain_.push_back(file);
    out_.document.value = copy({document, file}, document.value, "", "", &table);
    return std::move(out_);
  }

 private:
  void note(const Source& source, const std::string& from, const std::string& to) {
    const auto place = source.document.places.find(from);
    if (place != source.document.places.end()) {
      out_.document.places.insert_or_assign(to, place->second);
    }
    if (source.included) {
      out_.files.insert_or_assign(to, source.file);
    } else {
      out_.files.erase(to);  // of a field of an include that this one stands in the place of
    }
    const auto& twice = source.document.duplicates;
    if (std::find(twice.begin(), twice.end(), from) != twice.end()) {
      out_.document.duplicates.push_back(to);
    }
  }

  // `table` is null where nothing may be included. `from` is the node's path in its own file, `to`
  // where it comes to stand.
  Value copy(const Source& source, const Value& value, const std::string& from,
             const std::string& to, const SpecTable* table) {
    note(source, from, to);
    if (value.is_object()) return copy_object(source, value, from, to, table);
    if (!value.is_array()) return value;
    Value::Array items;
    copy_items(source, value, from, to, nullptr, items);
    return Value::array(std::move(items));
  }

  Value copy_object(const Source& source, const Value& value, const std::string& from,
                    const std::string& to, const SpecTable* table) {
    Value::Object members;
    const bool includes = table != nullptr && table->find(kInclude) != nullptr;
    if (const Value* name = includes ? value.find(kInclude) : nullptr) {
      const auto put_in = [&](const Source& fragment) {
        if (!fragment.document.value.is_object()) {
          return fail(source, from + ".include", fmt::format("{} holds no fields", fragment.file),
                      "here stands a map; a list is included as an item of a list");
        }
        const Value fields = copy_object(fragment, fragment.document.value, "", to, table);
        for (const auto& [key, member] : fields.members()) members.push_back({key, member});
      };
      include(source, *name, from + ".include", put_in);
    }
    for (const auto& [key, member] : value.members()) {
      if (includes && key == kInclude) continue;
      const SpecField* field = table == nullptr ? nullptr : table->find(key);
      members.push_back(
          {key, copy_member(source, member, from + "." + key, to + "." + key, field)});
    }
    return Value::object(std::move(members));
  }

  Value copy_member(const Source& source, const Value& value, const std::string& from,
                    const std::string& to, const SpecField* field) {
    const SpecTable* table = field == nullptr ? nullptr : field->object;
    if (!value.is_array() || table == nullptr) return copy(source, value, from, to, table);
    note(source, from, to);
    Value::Array items;
    copy_items(source, value, from, to, field, items);
    return Value::array(std::move(items));
  }

  void copy_items(const Source& source, const Value& list, const std::string& from,
                  const std::string& to, const SpecField* field, Value::Array& items) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Value& item = list[i];
      const std::string path = fmt::format("{}[{}]", from, i);
      const bool includes = field != nullptr && field->includes && item.has(kInclude);
      if (!includes) {
        items.push_back(copy(source, item, path, fmt::format("{}[{}]", to, items.size()),
                             field == nullptr ? nullptr : field->object));
        continue;
      }
      if (item.size() > 1) {
        fail(source, path, "has other fields beside \"include\"",
             "an item that includes a file stands for the file's items");
        continue;
      }
      include(source, item[kInclude], path + ".include", [&](const Source& fragment) {
        if (!fragment.document.value.is_array()) {
          return fail(source, path + ".include", fmt::format("{} holds no list", fragment.file),
                      "a file that is an item of a list holds a list of items");
        }
        copy_items(fragment, fragment.document.value, "", to, field, items);
      });
    }
  }

  // Reads the file that `name` says and hands it to `put_in`.
  template <typename PutIn>
  void include(const Source& source, const Value& name, const std::string& path,
               const PutIn& put_in) {
    if (!name.is_string()) return fail(source, path, "must be the name of a file");
    if (chain_.size() > kMaxDepth) {
      return fail(source, path, fmt::format("stands in more than {} files", kMaxDepth));
    }
    if (++files_ > kMaxFiles) {
      return fail(source, path, fmt::format("is one of more than {} files", kMaxFiles));
    }
    const auto read = read_file(name.str());
    if (!read) return fail(source, path, read.error().message, read.error().hint);
    const auto& [file, text] = *read;
    if (std::find(chain_.begin(), chain_.end(), file) != chain_.end()) {
      return fail(source, path, fmt::format("{} includes itself", file));
    }
    const auto filled = with_parameters(text, parameters_, file);
    if (!filled) return errors_.push_back(filled.error());
    const auto documents = sim::parse_yaml(*filled, file);
    if (!documents) return errors_.push_back(documents.error());
    if (documents->size() != 1) {
      return fail(source, path, fmt::format("{} must hold one document", file));
    }
    chain_.push_back(file);
    put_in(Source{documents->front(), file, true});
    chain_.pop_back();
  }

  // A file of the lab's folder, or, behind one "../", of a folder beside it: always as seen from
  // the lab, also when an included file names it.
  Result<std::pair<std::string, std::string>> read_file(const std::string& name) const {
    const bool beside = name.starts_with("../");
    const fs::path folder = beside ? fs::path(folder_) / ".." : fs::path(folder_);
    const std::string inner = beside ? name.substr(3) : name;
    INFERLAB_TRY(std::string text, read_lab_file(folder.string(), inner));
    return std::pair{(fs::path(folder_) / name).lexically_normal().string(), std::move(text)};
  }

  void fail(const Source& source, const std::string& path, std::string_view why,
            std::string hint = {}) {
    errors_.push_back(
        SpecValidator(source.document, source.file, {}).error(path, why, std::move(hint)));
  }

  const Parameters& parameters_;
  std::string folder_;
  std::vector<Error>& errors_;
  std::vector<std::string> chain_;  // the files that we are in
  std::size_t files_ = 0;
  IncludedDocument out_;
};

}  // namespace

IncludedDocument with_includes(const sim::YamlDocument& document, const std::string& file,
                               const SpecTable& table, const Parameters& parameters,
                               std::vector<Error>& errors) {
  const std::string folder = fs::path(file).parent_path().string();
  return Includer(parameters, folder, errors).run(document, file, table);
}

}  // namespace inferlab::labs
