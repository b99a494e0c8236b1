#include "labs/session/control.h"

#include <fmt/format.h>
#include <httplib.h>
#include <openssl/crypto.h>

#include <charconv>
#include <cmath>
#include <set>

#include "labs/report/command_words.h"
#include "labs/session/traffic_picture.h"
#include "sim/api/json.h"
#include "sim/scheduler/kube_scheduler.h"

namespace inferlab::labs {
namespace {

using sim::Value;

// In the order of ErrorKind.
constexpr std::string_view kKinds[] = {"invalid", "notFound", "conflict", "exhausted",
                                       "unavailable"};

ErrorKind kind_from(std::string_view word) {
  for (std::size_t i = 0; i < std::size(kKinds); ++i) {
    if (kKinds[i] == word) return static_cast<ErrorKind>(i);
  }
  return ErrorKind::kInvalid;
}

ControlAnswer refuse(int status, const Error& error) {
  return {status,
          sim::to_json(Value::object({{"error", error.message},
                                      {"hint", error.hint},
                                      {"kind", kKinds[static_cast<std::size_t>(error.kind)]}}))};
}

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid:
      return 400;
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kConflict:
      return 409;
    default:
      return 500;
  }
}

ControlAnswer refuse(const Error& error) {
  return refuse(status_of(error.kind), error);
}

ControlAnswer run_has_ended() {
  return refuse(503, {ErrorKind::kUnavailable, "session: has ended"});
}

constexpr const char* kLearner = "You <you@example.com>";

// The paths that the learner alone has ever added up to this commit: no one else's go with a push.
std::set<std::string> added_by_learner(const sim::GitRepository& repository,
                                       const sim::GitCommit* tip) {
  std::set<std::string> learners, others;
  for (const sim::GitCommit* commit = tip; commit != nullptr;) {
    // Of no name resolve() makes the newest commit.
    const sim::GitCommit* parent =
        commit->parent.empty() ? nullptr : repository.resolve(commit->parent);
    std::set<std::string>& added = commit->author == kLearner ? learners : others;
    for (const auto& [path, text] : commit->files) {
      if (parent == nullptr || !parent->files.contains(path)) added.insert(path);
    }
    commit = parent;
  }
  std::erase_if(learners, [&](const std::string& path) { return others.contains(path); });
  return learners;
}

// The commit after which the repository holds these files, and what the learner has not added.
sim::GitChange change_of(const Value& wanted, const sim::GitRepository& repository) {
  sim::GitChange out;
  out.repository = repository.name();
  out.branch = wanted["branch"].str();
  out.author = kLearner;
  out.reverts = wanted["reverts"].str();
  if (!out.reverts.empty()) return out;
  out.message = wanted["message"].str();
  for (const Value::Member& file : wanted["files"].members()) {
    out.files[file.key] = file.value.str();
  }
  const sim::GitCommit* tip = repository.resolve(out.branch);
  if (tip == nullptr) return out;
  for (const std::string& path : added_by_learner(repository, tip)) {
    if (tip->files.contains(path)) out.files.try_emplace(path, std::nullopt);
  }
  return out;
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::optional<double> parse_speed(std::string_view text) {
  if (text == "max") return kMaxSpeed;
  if (text == "pause" || text == "paused") return 0.0;
  if (!text.empty() && text.back() == 'x') text.remove_suffix(1);
  double speed = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), speed);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(speed) || speed < 0 || speed > 100'000) return std::nullopt;
  return speed;
}

ControlAnswer Control::answer(std::string_view method, std::string_view path, std::string_view body,
                              std::string_view authorization) {
  constexpr std::string_view kBearer = "Bearer ";
  if (authorization.substr(0, kBearer.size()) != kBearer ||
      !same_secret(authorization.substr(kBearer.size()), token_)) {
    return refuse(401,
                  {ErrorKind::kInvalid, "Authorization: the session's token is missing or wrong"});
  }
  if (method == "GET" && path == "/inferlab/status") return status();
  if (method == "POST" && path == "/inferlab/speed") return set_speed(body);
  if (method == "POST" && path == "/inferlab/fault") return inject(body);
  if (method == "POST" && path == "/inferlab/push") return push(body);
  if (method == "POST" && path == "/inferlab/why") return why(body);
  if (method == "POST" && path == "/inferlab/traffic") return traffic(body);
  if (method == "GET" && path == "/inferlab/metrics") return metrics();
  if (method == "POST" && path == "/inferlab/incident" && note_incident_) return incident(body);
  if (method == "POST" && path == "/inferlab/stop") {
    stop_ = true;
    return {200, "{}"};
  }
  return refuse({ErrorKind::kNotFound, fmt::format("{} {}: is nothing to ask for", method, path)});
}

ControlAnswer Control::status() {
  const SnapshotPtr run = driver_.snapshot();
  std::int64_t ready = 0;
  for (const PodRow& pod : run->pods) ready += pod.ready ? 1 : 0;
  const auto failure = driver_.failure();
  // The picture shows the simulated nodes; one that a client has registered counts as well.
  const auto nodes = driver_.mailbox().call(
      [this] { return static_cast<std::int64_t>(driver_.cluster().store().list("nodes").size()); });
  if (!nodes) return run_has_ended();
  const Value speed = std::isinf(run->speed) ? Value("max") : Value(run->speed);
  return {200, sim::to_json(
                   Value::object({{"virtualSeconds", to_seconds(run->now.time_since_epoch())},
                                  {"speed", speed},
                                  {"resting", run->resting},
                                  {"nodes", *nodes},
                                  {"simulatedNodes", static_cast<std::int64_t>(run->nodes.size())},
                                  {"pods", static_cast<std::int64_t>(run->pods.size())},
                                  {"podsReady", ready},
                                  {"failure", failure ? failure->message : std::string()}}))};
}

ControlAnswer Control::traffic(std::string_view body) {
  const auto request = sim::parse_json(body);
  if (!request) return refuse(request.error());
  const auto window = parse_duration((*request)["window"].as_string("60s"));
  if (!window || *window <= Duration{}) {
    return refuse({ErrorKind::kInvalid, "window: is no duration above 0",
                   "write a number and a unit of virtual time: 60s, 5m"});
  }
  const auto seen = driver_.mailbox().call(
      [this, wanted = *window] { return traffic_picture(driver_.cluster(), wanted); });
  if (!seen) return run_has_ended();
  return {200, sim::to_json(*seen)};
}

ControlAnswer Control::metrics() {
  const auto text = driver_.mailbox().call([this] { return scraped_metrics(driver_.cluster()); });
  if (!text) return run_has_ended();
  return {200, *text, "text/plain; version=0.0.4; charset=utf-8"};
}

ControlAnswer Control::set_speed(std::string_view body) {
  const auto request = sim::parse_json(body);
  if (!request) return refuse(request.error());
  const Value& wanted = (*request)["speed"];
  const auto speed =
      parse_speed(wanted.is_number() ? fmt::format("{}", wanted.as_double()) : wanted.str());
  if (!speed)
    return refuse({ErrorKind::kInvalid, "speed: is no speed",
                   "a number of virtual seconds a second, max or pause"});
  if (const auto failure = driver_.failure()) return refuse(*failure);
  driver_.set_speed(*speed);
  return {200, "{}"};
}

ControlAnswer Control::inject(std::string_view body) {
  const auto request = sim::parse_json(body);
  if (!request) return refuse(request.error());
  const auto outcome = driver_.mailbox().call([this, wanted = *request]() -> Result<void> {
    if (const auto failure = driver_.failure()) return *failure;
    INFERLAB_TRY_VOID(
        driver_.cluster().inject(wanted["fault"].as_string(), wanted["target"].as_string()));
    if (const auto failure = driver_.failure()) return *failure;
    return {};
  });
  if (!outcome) return run_has_ended();
  if (!outcome->has_value()) return refuse(outcome->error());
  return {200, "{}"};
}

ControlAnswer Control::push(std::string_view body) {
  const auto request = sim::parse_json(body);
  if (!request) return refuse(request.error());
  const auto outcome = driver_.mailbox().call([this, wanted = *request]() -> Result<std::string> {
    if (const auto failure = driver_.failure()) return *failure;
    sim::Cluster& cluster = driver_.cluster();
    const auto& repositories = cluster.spec().repositories;
    if (repositories.empty()) {
      return Error{ErrorKind::kNotFound, "push: this cluster has no Git repository"};
    }
    const std::string& name = repository_.empty() ? repositories.front().name : repository_;
    const sim::GitRepository* repository = cluster.repositories().by_name(name);
    if (repository == nullptr) {
      return Error{ErrorKind::kNotFound, fmt::format("push: there is no Git repository {}", name)};
    }
    return cluster.push(change_of(wanted, *repository));
  });
  if (!outcome) return run_has_ended();
  if (!outcome->has_value()) return refuse(outcome->error());
  return {200, sim::to_json(Value::object({{"commit", outcome->value()}}))};
}

ControlAnswer Control::why(std::string_view body) {
  const auto request = sim::parse_json(body);
  if (!request) return refuse(request.error());
  const auto outcome = driver_.mailbox().call([this, wanted = *request] {
    return driver_.cluster().scheduler().explain(wanted["namespace"].as_string(),
                                                 wanted["pod"].as_string());
  });
  if (!outcome) return run_has_ended();
  if (!outcome->has_value()) return refuse(outcome->error());
  const sim::SchedulingExplanation& found = outcome->value();
  Value::Array nodes;
  for (const auto& verdict : found.nodes) {
    Value::Array refusals;
    for (const auto& [plugin, reason] : verdict.refusals) {
      refusals.push_back(Value::object({{"plugin", plugin}, {"reason", reason}}));
    }
    Value::Array scores;
    for (const auto& [plugin, score] : verdict.scores) {
      scores.push_back(Value::object({{"plugin", plugin}, {"score", score}}));
    }
    nodes.push_back(Value::object({{"node", verdict.node},
                                   {"refusals", Value::array(std::move(refusals))},
                                   {"scores", Value::array(std::move(scores))},
                                   {"total", verdict.total}}));
  }
  return {200, sim::to_json(Value::object({{"pod", found.pod},
                                           {"state", found.state},
                                           {"message", found.message},
                                           {"nodes", Value::array(std::move(nodes))}}))};
}

ControlAnswer Control::incident(std::string_view body) {
  const auto request = sim::parse_json(body);
  if (!request) return refuse(request.error());
  const auto outcome = driver_.mailbox().call([this, wanted = *request]() -> Result<Time> {
    if (const auto failure = driver_.failure()) return *failure;
    return note_incident_(wanted["incident"].str(), wanted["cause"].str());
  });
  if (!outcome) return run_has_ended();
  if (!outcome->has_value()) return refuse(outcome->error());
  const std::int64_t at = outcome->value().time_since_epoch().count();
  return {200, sim::to_json(Value::object({{"at", at}}))};
}

Result<std::string> ask_session(const SessionCard& card, const std::string& path,
                                const std::string& body) {
  httplib::Client client(card.control_url);
  client.set_connection_timeout(std::chrono::seconds(2));
  client.set_read_timeout(std::chrono::seconds(30));
  const httplib::Headers headers = {{"Authorization", "Bearer " + card.token}};
  const httplib::Result result = body.empty()
                                     ? client.Get(path, headers)
                                     : client.Post(path, headers, body, "application/json");
  if (!result) {
    return Error{ErrorKind::kUnavailable, "session: " + card.control_url + " does not answer",
                 "start it again: inferlab lab start " + card.lab_id + learner_words(card.learner)};
  }
  if (result->status != 200) {
    const auto answer = sim::parse_json(result->body);
    if (!answer || (*answer)["error"].empty()) {
      return Error{ErrorKind::kUnavailable, fmt::format("session: {} answers with status {}",
                                                        card.control_url, result->status)};
    }
    return Error{kind_from((*answer)["kind"].as_string()), (*answer)["error"].str(),
                 (*answer)["hint"].str()};
  }
  return result->body;
}

}  // namespace inferlab::labs
