#include "sim/api/not_simulated.h"

#include <algorithm>
#include <span>

#include "sim/api/curl_command.h"
#include "sim/api/shell_script.h"

namespace inferlab::sim {
namespace {

// Paths within a PodSpec; "[]" stands for each item of a list. Who builds one takes its row out.
constexpr std::string_view kPaths[] = {
    "activeDeadlineSeconds",
    "readinessGates",
};

// Kinds that are kept and shown, and that something on the nodes would obey: nothing here does. Who
// builds that takes the row out.
constexpr std::string_view kNodeKinds[] = {"Ingress", "NetworkPolicy"};

bool contains(std::span<const std::string_view> kinds, std::string_view kind) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

void find(const Value& at, std::string_view path, const std::string& place,
          std::vector<std::string>& found) {
  if (path.empty()) {
    if (!at.empty() && !(at.is_int() && at.as_int() == 0)) {
      found.push_back(place + ": is not simulated yet");
    }
    return;
  }
  const std::size_t end = path.find('.');
  std::string_view step = path.substr(0, end);
  const std::string_view rest =
      end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  const bool each = step.ends_with("[]");
  if (each) step.remove_suffix(2);
  const Value& next = at[step];
  const std::string name = place + "." + std::string(step);
  if (!each) return find(next, rest, name, found);
  std::size_t index = 0;
  for (const Value& item : next.items()) {
    find(item, rest, name + "[" + std::to_string(index++) + "]", found);
  }
}

constexpr std::string_view kCarriedOut =
    ": is not carried out: of commands a simulated container runs true, false, exit, echo, printf, "
    "date, sleep, a plain curl and simple calls of ls, find, cat, grep, mkdir, touch, cp, mv, rm, "
    "also in a shell's line and its loops";

/// Whether a simulated container carries the words out, or may: what serves models is no matter of
/// this room, and goes by its name, and so does what only keeps CPUs busy.
bool may_be_carried_out(const Value& container, std::vector<std::string> words,
                        const ShellScript::Programs& programs = {}) {
  // A client of a Service of that name is no server.
  const bool is_client = std::ranges::any_of(
      words, [](const std::string& word) { return word.find("curl") != std::string::npos; });
  for (std::string& word : words) {
    const bool serves = word.find("vllm") != std::string::npos || word.ends_with("stress-ng");
    if (serves && !is_client) return true;
    for (const Value& variable : container["env"].items()) {  // any value will do
      const std::string reference = "$(" + variable["name"].str() + ")";
      for (std::size_t at = word.find(reference); at != std::string::npos;
           at = word.find(reference, at)) {
        word.replace(at, reference.size(), "x");
      }
    }
  }
  return ShellScript::of_command(words, programs).has_value();
}

/// What stands for an argument of an analysis, {{args.name}}, may be anything.
std::string without_arguments(std::string word) {
  for (std::size_t at = 0; (at = word.find("{{", at)) != std::string::npos;) {
    const std::size_t end = word.find("}}", at);
    if (end == std::string::npos) break;
    word.replace(at, end + 2 - at, "1");
  }
  return word;
}

std::vector<std::string> words_of(const Value& list) {
  std::vector<std::string> words;
  for (const Value& word : list.items()) words.push_back(without_arguments(word.str()));
  return words;
}

void find_commands(const Value& container, const std::string& place,
                   std::vector<std::string>& found) {
  if (!container["command"].empty()) {
    std::vector<std::string> words = words_of(container["command"]);
    for (std::string& word : words_of(container["args"])) words.push_back(std::move(word));
    if (!may_be_carried_out(container, std::move(words), is_call_of_curl)) {
      found.push_back(place + ".command" + std::string(kCarriedOut));
    }
  }
  for (const char* hook : {"postStart", "preStop"}) {
    const Value& command = container["lifecycle"][hook]["exec"]["command"];
    if (!command.empty() && !may_be_carried_out(container, words_of(command))) {
      found.push_back(place + ".lifecycle." + hook + ".exec.command" + std::string(kCarriedOut));
    }
  }
}

/// The Jobs that measure for Argo Rollouts.
void find_in_metrics(const Value& metrics, std::vector<std::string>& found) {
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const Value& spec = metrics[i]["provider"]["job"]["spec"]["template"]["spec"];
    for (std::size_t j = 0; j < spec["containers"].size(); ++j) {
      find_commands(spec["containers"][j],
                    "spec.metrics[" + std::to_string(i) +
                        "].provider.job.spec.template.spec.containers[" + std::to_string(j) + "]",
                    found);
    }
  }
}

}  // namespace

std::vector<std::string> not_simulated(const Kind& kind, const Value& object, bool nodes) {
  std::vector<std::string> found;
  if (!nodes) return found;
  if (!kind.custom && contains(kNodeKinds, kind.kind)) {
    found.push_back("kind " + std::string(kind.kind) + ": is not simulated yet");
  }
  if (kind.custom && kind.group == "argoproj.io") find_in_metrics(object["spec"]["metrics"], found);
  const bool is_cron_job = !kind.custom && kind.kind == "CronJob";
  const std::string above = is_cron_job ? "spec.jobTemplate." : "";
  const Value& owner = is_cron_job ? object["spec"]["jobTemplate"] : object;
  const bool is_pod = kind.kind == "Pod";
  const Value& spec = is_pod ? object["spec"] : owner["spec"]["template"]["spec"];
  if (!spec.is_object()) return found;
  const std::string place = is_pod ? "spec" : above + "spec.template.spec";
  for (const std::string_view path : kPaths) find(spec, path, place, found);
  if (kind.custom) return found;
  for (const char* list : {"initContainers", "containers"}) {
    std::size_t index = 0;
    for (const Value& container : spec[list].items()) {
      find_commands(container, place + "." + list + "[" + std::to_string(index++) + "]", found);
    }
  }
  return found;
}

}  // namespace inferlab::sim
