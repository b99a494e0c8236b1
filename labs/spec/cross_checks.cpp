#include "labs/spec/cross_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "labs/checks/table.h"
#include "labs/lint/check.h"
#include "labs/spec/suggest.h"
#include "sim/api/kind.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class CrossChecks {
 public:
  CrossChecks(const LabSpec& lab, const std::string& folder, const SpecValidator& places,
              std::vector<Error>& errors)
      : lab_(lab), folder_(folder), places_(places), errors_(errors) {}

  void run(const Value& root) {
    unique(lab_.checks, ".checks", "check");
    unique(lab_.hints, ".hints", "hint");
    unique(lab_.mutants, ".mutants", "mutant");
    unique(lab_.incidents, ".incidents", "incident");
    check_incidents(root["incidents"], lab_, places_, errors_);
    checks();
    drills();
    answer_kinds();
    mutants(root["mutants"]);
    points();
    times(root["run"]["events"]);
    for (std::size_t i = 0; i < lab_.rows.size(); ++i) {
      row_is_practised(lab_.rows[i], fmt::format(".rows[{}]", i));
    }
  }

 private:
  void fail(const std::string& path, std::string_view why, std::string hint = {}) {
    errors_.push_back(places_.error(path, why, std::move(hint)));
  }

  template <typename Item>
  void unique(const std::vector<Item>& items, const char* list, const char* what) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!seen.insert(items[i].id).second) {
        fail(fmt::format("{}[{}].id", list, i),
             fmt::format("a {} \"{}\" stands above", what, items[i].id),
             fmt::format("give each {} an id of its own", what));
      }
    }
  }

  template <typename Item>
  static std::vector<std::string_view> ids(const std::vector<Item>& items) {
    std::vector<std::string_view> out;
    for (const Item& item : items) out.push_back(item.id);
    return out;
  }

  void points() {
    if (lab_.pass_points > lab_.total_points()) {
      fail(".pass_points", fmt::format("is {}, but all checks together have {} points",
                                       lab_.pass_points, lab_.total_points()));
    }
    if (lab_.total_points() != 100) {
      fail(".checks", fmt::format("have {} points together", lab_.total_points()),
           "share out 100 points");
    }
  }

  void times(const Value& events) {
    if (lab_.apply_at >= lab_.horizon) fail(".run.apply_at", "is not before run.horizon");
    if (lab_.horizon > 7 * 24h) fail(".run.horizon", "is more than a week");
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (*parse_duration(events[i]["at"].as_string()) > lab_.horizon) {
        fail(fmt::format(".run.events[{}].at", i), "is after run.horizon: it never happens");
      }
      for (const char* action : {"commit", "revert"}) {
        if (!events[i].has(action)) continue;
        known_repository(events[i][action]["repository"],
                         fmt::format(".run.events[{}].{}.repository", i, action));
      }
    }
  }

  void known_repository(const Value& name, const std::string& at) {
    std::vector<std::string_view> known;
    for (const sim::GitRepositorySpec& one : lab_.cluster.repositories) known.push_back(one.name);
    if (std::find(known.begin(), known.end(), name.as_string()) != known.end()) return;
    fail(at, fmt::format("\"{}\" is not in cluster.repositories", name.as_string()),
         suggestion(name.as_string(), known));
  }

  void checks() {
    for (std::size_t i = 0; i < lab_.checks.size(); ++i) {
      const LabCheck& check = lab_.checks[i];
      const std::string at = fmt::format(".checks[{}]", i);
      one_check(check.kind, check.params, at);
      if (!check.hint.empty() && lab_.hint(check.hint) == nullptr) {
        fail(at + ".hint", fmt::format("there is no hint \"{}\"", check.hint),
             suggestion(check.hint, ids(lab_.hints)));
      }
    }
  }

  // A check wherever one stands: its kind, the names in its params, and the check inside of them.
  void one_check(const std::string& kind, const Value& params, const std::string& at) {
    if (find_check_row(kind) == nullptr) {
      std::vector<std::string_view> known;
      for (const CheckRow& row : check_table()) known.push_back(row.kind);
      return fail(at + ".kind", fmt::format("there is no check \"{}\"", kind),
                  suggestion(kind, known));
    }
    check_events(params["change"]["events"], at + ".params.change.events", folder_, lab_.parameters,
                 places_, errors_);
    known_pools(params["change"], at + ".params.change");
    looked_at_in_time(params, at);
    if (kind == "drift") known_repository(params["repository"], at + ".params.repository");
    if (kind == "manifest") linter_checks(params["lint"], at + ".params.lint");
    if (kind == "holds-under") {
      const Value& inner = params["check"];
      one_check(inner["kind"].str(), inner["params"], at + ".params.check");
    }
    if (kind == "incident-response") response(params, at);
  }

  // An incident that there is, and what must hold of its end.
  void response(const Value& params, const std::string& at) {
    const std::string id = params["incident"].str();
    if (lab_.incident(id) == nullptr) {
      fail(at + ".params.incident", fmt::format("there is no incident \"{}\"", id),
           suggestion(id, ids(lab_.incidents)));
    }
    const Value& harms = params["harm"];
    for (std::size_t i = 0; i < harms.size(); ++i) {
      const std::string_view what = harms[i]["what"].as_string();
      const char* needed = what == "requests-lost"                               ? "service"
                           : what == "objects-changed" || what == "secrets-read" ? "user"
                                                                                 : "";
      if (*needed == '\0' || harms[i].has(needed)) continue;
      fail(fmt::format("{}.params.harm[{}]", at, i),
           fmt::format("the field \"{}\" is missing", needed), "whose requests are counted");
    }
    if (params.has("mitigate_within") != params.has("mitigated")) {
      fail(at + ".params", "mitigate_within and mitigated say nothing without each other");
    }
    const Value& ends = params["mitigated"];
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const std::string path = fmt::format("{}.params.mitigated[{}]", at, i);
      if (ends[i].has("kind") == ends[i].has("refused")) {
        fail(path, "needs a kind with params, or refused, and not both");
      } else if (ends[i].has("kind") && !ends[i].has("params")) {
        fail(path, "the field \"params\" is missing", "of the check");
      }
    }
  }

  // What is looked at after the end of the run is the end of the run, whatever the title says.
  void looked_at_in_time(const Value& params, const std::string& at) {
    const Value& changed = params["change"]["horizon"];
    const auto given = parse_duration(changed.as_string());
    const Duration end = given ? *given : lab_.horizon;
    for (const char* field : {"at", "from", "by", "undo_at", "restart_at"}) {
      const auto time = parse_duration(params[field].as_string());
      if (time && *time > end && !params.has("horizon")) {
        fail(fmt::format("{}.params.{}", at, field), "is after the end of the run",
             fmt::format("it ends after {}", format_duration(end)));
      }
    }
  }

  // Without an unknown pool everything is as it was, and the check says nothing of its change.
  void known_pools(const Value& change, const std::string& at) {
    std::vector<std::string_view> known;
    for (const sim::NodePoolSpec& pool : lab_.cluster.pools) known.push_back(pool.name);
    for (const char* field : {"without_pool", "larger_pool"}) {
      if (!change.has(field)) continue;
      const std::string_view name = change[field].as_string();
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      fail(fmt::format("{}.{}", at, field), fmt::format("there is no pool \"{}\"", name),
           suggestion(name, known));
    }
  }

  // An unknown one would find nothing, and the check would always hold.
  void linter_checks(const Value& list, const std::string& at) {
    std::vector<std::string_view> known;
    for (const lint::Check* each : lint::check_table()) known.push_back(each->id);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string id = list[i].str();
      if (lint::find_check(id) != nullptr) continue;
      fail(fmt::format("{}[{}]", at, i), fmt::format("the linter has no check \"{}\"", id),
           suggestion(id, known));
    }
  }

  void drills() {
    std::vector<std::string_view> answers = {"solution", "starter"};
    for (const LabMutant& mutant : lab_.mutants) answers.push_back(mutant.id);
    for (std::size_t i = 0; i < lab_.failure_drills.size(); ++i) {
      const auto& proofs = lab_.failure_drills[i].proof;
      for (std::size_t j = 0; j < proofs.size(); ++j) {
        const std::string at = fmt::format(".failure_drills[{}].proof[{}]", i, j);
        const std::string& answer = proofs[j].answer;
        one_check(proofs[j].kind, proofs[j].params, at);
        if (std::find(answers.begin(), answers.end(), answer) == answers.end()) {
          fail(at + ".answer", fmt::format("there is no answer \"{}\"", answer),
               suggestion(answer, answers));
        }
        check_events(proofs[j].change["events"], at + ".change.events", folder_, lab_.parameters,
                     places_, errors_);
        known_pools(proofs[j].change, at + ".change");
      }
    }
  }

  void answer_kinds() {
    std::vector<std::string_view> known;
    for (const sim::Kind* kind : sim::KindTable::builtin().all()) known.push_back(kind->kind);
    std::vector<std::string> added;
    for (const sim::AddOnSpec& add_on : lab_.cluster.add_ons) {
      for (std::string& kind : add_on.kinds()) added.push_back(std::move(kind));
    }
    known.insert(known.end(), added.begin(), added.end());
    for (std::size_t i = 0; i < lab_.answer_kinds.size(); ++i) {
      const std::string& kind = lab_.answer_kinds[i];
      if (std::find(known.begin(), known.end(), kind) == known.end()) {
        fail(fmt::format(".run.answer_kinds[{}]", i),
             fmt::format("no \"{}\" in this cluster", kind), suggestion(kind, known));
      }
    }
  }

  void known_checks(const std::vector<std::string>& list, const std::string& at) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (lab_.check(list[i]) != nullptr) continue;
      fail(fmt::format("{}[{}]", at, i), fmt::format("there is no check \"{}\"", list[i]),
           suggestion(list[i], ids(lab_.checks)));
    }
  }

  void mutants(const Value& list) {
    for (std::size_t i = 0; i < lab_.mutants.size(); ++i) {
      const std::string at = fmt::format(".mutants[{}]", i);
      const LabMutant& mutant = lab_.mutants[i];
      known_checks(mutant.loses, at + ".loses");
      known_checks(mutant.may_lose, at + ".may_lose");
      for (std::size_t j = 0; j < mutant.may_lose.size(); ++j) {
        if (std::ranges::count(mutant.loses, mutant.may_lose[j]) == 0) continue;
        fail(fmt::format("{}.may_lose[{}]", at, j),
             fmt::format("\"{}\" is in loses, too", mutant.may_lose[j]),
             "what is lost on every seed stands in loses alone");
      }
      const Value& edits = list[i]["edits"];
      for (std::size_t j = 0; j < edits.size(); ++j) {
        // Text may be empty here, and nothing else is text.
        if (!edits[j].has("to") || edits[j]["to"].is_string()) continue;
        fail(fmt::format("{}.edits[{}].to", at, j), "must be text", "put it in double quotes");
      }
    }
  }

  void row_is_practised(const std::string& row, const std::string& path) {
    for (const LabCheck& check : lab_.checks) {
      for (const std::string& practised : check.rows) {
        if (practised == row) return;
      }
    }
    fail(path, fmt::format("no check practises {}", row),
         "add it to the rows of a check, or take it out here");
  }

  const LabSpec& lab_;
  const std::string& folder_;
  const SpecValidator& places_;
  std::vector<Error>& errors_;
};

}  // namespace

void cross_check(const LabSpec& lab, const Value& root, const std::string& folder,
                 const SpecValidator& places, std::vector<Error>& errors) {
  CrossChecks(lab, folder, places, errors).run(root);
}

}  // namespace inferlab::labs
