// What a learner pushes, and the Application that follows it. Parts: the Application, the folder
// that it names, a glob, then files: a line with the path, and the text.
#include <algorithm>
#include <string>

#include "engine/base/check.h"
#include "sim/api/kind.h"
#include "sim/api/yaml.h"
#include "sim/controllers/application_spec.h"
#include "sim/gitops/compare.h"
#include "sim/gitops/git_hash.h"
#include "sim/gitops/glob.h"
#include "sim/gitops/manifests.h"
#include "sim/gitops/repository.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

using namespace inferlab::sim;

void check_application(std::string_view text) {
  const auto documents = parse_yaml(text, "x");
  if (!documents) return;
  for (const YamlDocument& document : *documents) {
    std::vector<ApplicationFault> faults;
    const ApplicationSpec spec = application_spec(document.value, faults);
    for (const ApplicationFault& fault : faults) INFERLAB_CHECK(!fault.message.empty());
    for (const std::int64_t count : {0, 1, 63, 1'000'000}) {
      const Duration wait = spec.retry.wait(count);
      INFERLAB_CHECK(wait >= 1s && wait <= 24h);
    }
    for (const std::string& pointer : spec.ignored_in(document.value)) {
      const std::string pointers[] = {pointer};
      (void)with_pointers_of(document.value, document.value, pointers);
    }
  }
}

GitTree files_of(std::string_view bytes) {
  GitTree out;
  while (!bytes.empty()) {
    const std::string_view file = next_part(bytes);
    const std::size_t newline = file.find('\n');
    if (newline == std::string_view::npos) continue;
    out[std::string(file.substr(0, newline))] = std::string(file.substr(newline + 1));
  }
  return out;
}

// Two commits and a revert: ids are found again, and a revert gives what was there before.
void check_commits(const GitTree& files) {
  GitRepositorySpec spec;
  spec.name = "x";
  spec.url = "https://git.example.com/x.git";
  GitRepository repository(spec);
  GitChange first;
  first.message = "first";
  first.files["kept"] = "1";
  INFERLAB_CHECK(repository.push(first, Time{}).has_value());
  GitChange change;
  change.message = "second";
  for (const auto& [path, text] : files) change.files[path] = text;
  const auto pushed = repository.push(change, Time{} + 1s);
  if (!pushed) return;  // the same files
  const GitCommit* commit = *pushed;
  INFERLAB_CHECK(commit->id.size() == 40 && repository.resolve(commit->id) == commit);
  INFERLAB_CHECK(repository.resolve(commit->id.substr(0, 7)) != nullptr);
  INFERLAB_CHECK(git_tree_id(commit->files).size() == 40);
  for (const auto& [path, text] : files) {
    (void)repository.resolve(path);
    INFERLAB_CHECK(commit->files.at(path) == text);
  }
  GitChange undo;
  undo.reverts = "last";
  const auto reverted = repository.push(undo, Time{} + 2s);
  INFERLAB_CHECK(reverted.has_value() && (*reverted)->files == repository.commits().front().files);
}

// A null takes away what is live: what it says of an object is not what is applied.
bool has_null(const Value& value) {
  if (value.is_null()) return true;
  const auto& items = value.items();
  const auto& members = value.members();
  return std::any_of(items.begin(), items.end(), has_null) ||
         std::any_of(members.begin(), members.end(),
                     [](const Value::Member& member) { return has_null(member.value); });
}

std::string_view next_line(std::string_view& bytes) {
  const std::string_view part = next_part(bytes);
  return part.substr(0, part.find('\n'));
}

}  // namespace

void fuzz_gitops(std::string_view bytes) {
  check_application(next_part(bytes));
  const std::string folder(next_line(bytes));
  const std::string_view glob = next_line(bytes);
  (void)matches_glob(glob, folder);
  INFERLAB_CHECK(matches_glob("*", glob));
  const GitTree files = files_of(bytes);
  check_commits(files);
  for (const bool recurse : {false, true}) {
    const auto manifests = manifests_in(files, {.path = folder, .recurse = recurse});
    if (!manifests) {
      INFERLAB_CHECK(manifests.error().kind == ErrorKind::kInvalid);
      continue;
    }
    for (const Value& manifest : *manifests) {
      const auto desired = desired_object(KindTable::builtin(), manifest, "app", "default");
      if (desired.kind == nullptr || has_null(manifest)) continue;
      // Whatever was applied differs from itself in nothing.
      const Value applied = as_applied(desired, Value());
      INFERLAB_CHECK(difference_from(desired, applied, {}).empty());
    }
  }
}

}  // namespace inferlab::fuzz
