#include "labs/lint/fix.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "labs/lint/value_path.h"
#include "labs/lint/yaml_edit.h"
#include "labs/lint/yaml_layout.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

// Part of a file, from one "---" to the next. An edit reads its text again, so a long file is
// edited a part at a time.
struct Part {
  std::string text;
  std::size_t first = 0, documents = 0;  // those of the file that it holds
};

struct Removal {
  ValuePath path;
  std::size_t finding = 0;
};

std::vector<std::string_view> cut(std::string_view text) {
  std::vector<std::string_view> out;
  // A directive holds for the document behind the next "---".
  if (text.starts_with('%') || text.find("\n%") != std::string_view::npos) return {text};
  std::size_t begin = 0;
  for (std::size_t at = 0; (at = text.find("\n---", at)) != std::string_view::npos;) {
    const char behind = ++at + 3 < text.size() ? text[at + 3] : '\n';
    if (std::string_view(" \t\r\n").find(behind) == std::string_view::npos) continue;
    out.push_back(text.substr(begin, at - begin));
    begin = at;
  }
  out.push_back(text.substr(begin));
  return out;
}

// The parts of a file; the whole file as one where its parts do not say by themselves what they say
// in it.
std::vector<Part> parts_of(const ManifestFile& file) {
  std::vector<Part> out;
  std::size_t count = 0;
  bool same = true;
  for (const std::string_view text : cut(file.text)) {
    const auto read = sim::parse_yaml(text, file.path);
    same = same && read && count + read->size() <= file.documents.size();
    if (!same) break;
    for (std::size_t i = 0; i < read->size(); ++i) {
      same = same && (*read)[i].value == file.documents[count + i].value;
    }
    out.push_back({std::string(text), count, read->size()});
    count += read->size();
  }
  if (same && count == file.documents.size()) return out;
  return {{file.text, 0, file.documents.size()}};
}

// Carries out the fixes of findings of one document.
class DocumentFixer {
 public:
  DocumentFixer(const YamlEditor& before, const std::vector<const Finding*>& findings)
      : before_(before), findings_(findings), editor_(before) {}

  // The document with as many findings mended as go together, earlier ones first.
  const YamlEditor& run() {
    hopeless_.assign(findings_.size(), false);
    bool reads_once = true;
    while (true) {
      const auto hopeless = attempt(reads_once);
      if (hopeless) {
        hopeless_[*hopeless] = true;
      } else if (!reads_once || editor_.check()) {
        return editor_;
      } else {
        // Some edit went wrong: each is now looked at by itself.
        reads_once = false;
      }
    }
  }

  [[nodiscard]] std::size_t mended() const { return mended_; }

 private:
  // What is set comes first, while every path still means what the findings mean by it; then what
  // is removed, from the end of each list. A finding that cannot be given what it wants set is left
  // out. Returns one whose removals cannot be carried out: without it all begins again, for it may
  // have been in the way of others.
  std::optional<std::size_t> attempt(bool reads_once) {
    editor_ = before_;
    if (reads_once) editor_.read_later();
    mended_ = 0;
    std::vector<Removal> removals;
    for (std::size_t i = 0; i < findings_.size(); ++i) {
      if (hopeless_[i]) continue;
      const YamlEditor before = editor_;
      const std::size_t removals_before = removals.size();
      if (begin(i, removals)) {
        ++mended_;
      } else {
        editor_ = before;
        removals.resize(removals_before);
      }
    }
    return remove(std::move(removals));
  }

  // Carries out what a finding wants set, and notes what it wants removed.
  bool begin(std::size_t finding, std::vector<Removal>& removals) {
    const std::string root = findings_[finding]->source->root + ".";
    for (const Fix& fix : findings_[finding]->fixes) {
      ValuePath path = path_in(before_.value(), root + fix.path);
      if (fix.kind == Fix::Kind::kRemove) {
        removals.push_back({std::move(path), finding});
      } else if (!set(std::move(path), fix.value)) {
        return false;
      }
    }
    return true;
  }

  bool set(ValuePath path, const Value& value) {
    const auto before = find_at(before_.value(), path);
    auto now = find_at(editor_.value(), path);
    if (now == value) return true;
    if (now == before) return editor_.set(path, value);
    if (before && !before->is_null()) return false;  // another finding has changed it
    if (!before && path.back().index) {
      // Another one has added an item here: this one comes behind it.
      const auto list = find_at(editor_.value(), ValuePathView(path).first(path.size() - 1));
      for (const Value& item : list->items()) {
        if (item == value) return true;
      }
      path.back().index = list->size();
      return editor_.set(path, value);
    }
    if (!now || !now->is_object() || !value.is_object()) return false;
    // Two findings ask for a map: it gets what both want in it.
    for (const Value::Member& member : value.members()) {
      ValuePath inner = path;
      inner.push_back({member.key, {}});
      if (!set(std::move(inner), member.value)) return false;
    }
    return true;
  }

  std::optional<std::size_t> remove(std::vector<Removal> removals) {
    const auto later = [](const PathStep& a, const PathStep& b) {
      return std::pair(a.index, a.key) > std::pair(b.index, b.key);
    };
    std::stable_sort(removals.begin(), removals.end(), [&](const Removal& a, const Removal& b) {
      return std::lexicographical_compare(a.path.begin(), a.path.end(), b.path.begin(),
                                          b.path.end(), later);
    });
    // What holds something comes before it: what goes with it need not go first.
    std::vector<const Removal*> done;
    for (const Removal& removal : removals) {
      const bool is_gone = std::any_of(done.begin(), done.end(), [&](const Removal* other) {
        return other->path.size() <= removal.path.size() &&
               std::equal(other->path.begin(), other->path.end(), removal.path.begin());
      });
      if (is_gone) continue;
      if (!editor_.remove(removal.path)) return removal.finding;
      done.push_back(&removal);
    }
    return std::nullopt;
  }

  const YamlEditor& before_;
  const std::vector<const Finding*>& findings_;
  YamlEditor editor_;
  std::vector<bool> hopeless_;
  std::size_t mended_ = 0;
};

using FindingsByDocument = std::map<std::size_t, std::vector<const Finding*>>;

std::optional<FixedFile> fixed(const ManifestFile& file, const FindingsByDocument& findings) {
  FixedFile out{.path = file.path, .text = {}, .fixes = 0};
  std::vector<Value> due;
  for (const Part& part : parts_of(file)) {
    std::string text = part.text;
    for (std::size_t i = 0; i < part.documents; ++i) {
      due.push_back(file.documents[part.first + i].value);
      const auto found = findings.find(part.first + i);
      if (found == findings.end()) continue;
      const auto editor = YamlEditor::open(text, i);
      if (!editor) continue;
      DocumentFixer fixer(*editor, found->second);
      const YamlEditor& after = fixer.run();
      out.fixes += fixer.mended();
      due.back() = after.value();
      text = after.text();
    }
    out.text += text;
  }
  if (out.text == file.text) return std::nullopt;
  // The parts together, once more.
  const auto read = sim::parse_yaml(out.text, file.path);
  const bool same = read && std::equal(read->begin(), read->end(), due.begin(), due.end(),
                                       [](const sim::YamlDocument& document, const Value& value) {
                                         return document.value == value;
                                       });
  return same ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

Result<std::vector<FixedFile>> fixed_files(const std::vector<ManifestFile>& files,
                                           const LintResult& result) {
  std::vector<FindingsByDocument> by_file(files.size());
  for (const Finding& finding : result.findings) {
    if (finding.fixes.empty()) continue;
    bool is_known = false;
    for (std::size_t i = 0; i < files.size() && finding.source != nullptr; ++i) {
      const auto& documents = files[i].documents;
      for (std::size_t k = 0; k < documents.size(); ++k) {
        if (&documents[k] != finding.source->document) continue;
        by_file[i][k].push_back(&finding);
        is_known = true;
      }
    }
    if (!is_known) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("{}: is not among the files that are mended", finding.file)};
    }
  }
  std::vector<FixedFile> out;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (by_file[i].empty()) continue;
    if (auto file = fixed(files[i], by_file[i])) out.push_back(*std::move(file));
  }
  return out;
}

}  // namespace inferlab::labs::lint
