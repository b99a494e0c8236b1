#include "labs/grade/event_player.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "labs/checks/workload_ref.h"
#include "labs/grade/event_requests.h"
#include "labs/grade/submission.h"
#include "labs/spec/lab_files.h"
#include "labs/spec/repository_section.h"
#include "sim/api/access/rbac.h"
#include "sim/api/json.h"
#include "sim/api/status.h"
#include "sim/api/views.h"
#include "sim/api/yaml.h"
#include "sim/cluster/client_request.h"

namespace inferlab::labs {
namespace {

using sim::Value;

// Source: k8s.io/kubectl/pkg/drain, evictPods: it waits five seconds after a 429.
constexpr Duration kBetweenEvictions = 5s;

bool is_of_daemon_set(const sim::StoredObject& pod) {
  const auto& owners = pod.view<sim::PodView>().meta.owners;
  return std::any_of(owners.begin(), owners.end(), [](const sim::OwnerReference& owner) {
    return owner.controller && owner.kind == "DaemonSet";
  });
}

std::vector<sim::ObjectPtr> pods_on(const sim::Store& store, const std::string& node) {
  std::vector<sim::ObjectPtr> out;
  for (sim::ObjectPtr& pod : store.list("pods")) {
    const sim::PodView& view = pod->view<sim::PodView>();
    if (view.node_name == node && !view.terminal() && !is_of_daemon_set(*pod)) {
      out.push_back(std::move(pod));
    }
  }
  return out;
}

// "NAMESPACE/NAME" of an object, or of each in a list.
std::vector<std::string> names_in(const Value& body) {
  const auto name_of = [](const Value& object) {
    const Value& meta = object["metadata"];
    return meta["namespace"].str() + "/" + meta["name"].str();
  };
  if (!body["items"].is_array()) return {name_of(body)};
  std::vector<std::string> out;
  for (const Value& item : body["items"].items()) out.push_back(name_of(item));
  return out;
}

std::string with_edits(std::string text,
                       const std::vector<std::pair<std::string, std::string>>& edits) {
  for (const auto& [from, to] : edits) {
    if (from.empty()) continue;
    std::string edited;
    std::size_t done = 0;
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, done)) {
      edited.append(text, done, at - done).append(to);
      done = at + from.size();
    }
    text = edited.append(text, done);
  }
  return text;
}

}  // namespace

void EventPlayer::run_until(Time end) {
  while (true) {
    Time due = end;
    bool is_event = false;
    Drain* again = nullptr;
    for (Drain& drain : drains_) {
      if (drain.next > due || (again != nullptr && drain.next >= due)) continue;
      due = drain.next;
      again = &drain;
    }
    if (next_ < events_.size() && Time{events_[next_].at} <= due) {
      due = Time{events_[next_].at};
      is_event = true;
    }
    run_.run_until(due);
    if (is_event) {
      carry_out(events_[next_++]);
    } else if (again != nullptr) {
      ask_again(*again);
      std::erase_if(drains_, [](const Drain& drain) { return drain.node.empty(); });
    } else {
      return;
    }
  }
}

void EventPlayer::skip_until(Time now) {
  while (next_ < events_.size() && Time{events_[next_].at} <= now) ++next_;
}

std::string EventPlayer::node_of(const RunEvent& event) const {
  if (!event.node.empty()) return event.node;
  const auto ref = object_ref(event.workload, run_.api().kinds());
  if (!ref) return {};
  std::map<std::string, int> counts;
  for (const sim::ObjectPtr& pod : pods_of(run_.store(), *ref)) {
    const sim::PodView& view = pod->view<sim::PodView>();
    if (!view.node_name.empty() && !view.terminal()) ++counts[view.node_name];
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;  // the first of several: by name
      });
  return most == counts.end() ? std::string() : most->first;
}

void EventPlayer::remember_tokens() {
  for (const RunEvent& event : events_) remember_token(event.as);
}

// A token is its account's of that day: one that is made again under the same name has another uid.
void EventPlayer::remember_token(const RunIdentity& as) {
  for (const std::string& secret : {std::string(), as.secret}) {
    const sim::ObjectPtr object = sim::behind_token(run_.store(), as.user, secret);
    if (object == nullptr) continue;
    token_uids_.emplace(as.user + "/" + secret, object->document["metadata"]["uid"].str());
  }
}

bool EventPlayer::token_is_good(const RunIdentity& as) {
  if (!as.user.starts_with("system:serviceaccount:")) return true;  // by a certificate
  remember_token(as);
  return sim::token_holds(run_.store(), as.user, token_uids_[as.user + "/"], as.secret,
                          token_uids_[as.user + "/" + as.secret]);
}

sim::ApiResponse EventPlayer::send(const RunEvent& event, sim::ApiRequest request) {
  request.field_manager = event.is_response ? kResponderManager : kLabManager;
  sim::ApiResponse response;
  if (event.as.user.empty()) {
    response = run_.request(request);
  } else {
    request.user = event.as.user;
    request.groups = event.as.groups;
    request.source_ip = event.as.source_ip;
    request.user_agent = event.as.user_agent;
    response = token_is_good(event.as) ? sim::request_of_client(run_, request)
                                       : sim::request_of_nobody(run_, request);
  }
  // kubectl drain does not speak of what a budget holds up: it asks again.
  if (response.code == 429 && event.kind == RunEvent::Kind::kDrain) return response;
  Deed deed;
  deed.at = run_.simulation().now();
  deed.event = event.kind;
  deed.is_response = event.is_response;
  deed.what = event.str();
  deed.user = event.as.user;
  deed.secret = event.as.secret;
  deed.groups = sim::groups_of(event.as.user, event.as.groups);
  deed.verb = sim::verb_word(request);
  deed.resource = request.resource;
  deed.subresource = request.subresource;
  deed.ns = request.ns;
  deed.name = request.name.empty() ? request.body["metadata"]["name"].str() : request.name;
  deed.code = response.code;
  if (!response.ok()) deed.message = std::string(response.message());
  if (response.ok() && deed.reads()) deed.read = names_in(response.body);
  deeds_.push_back(std::move(deed));
  return response;
}

void EventPlayer::note(const RunEvent& event) {
  Deed deed;
  deed.at = run_.simulation().now();
  deed.event = event.kind;
  deed.is_response = event.is_response;
  deed.what = event.str();
  deed.incident = event.incident;
  deed.cause = event.cause;
  deeds_.push_back(std::move(deed));
}

void EventPlayer::note_missing(const RunEvent& event, std::string why) {
  note(event);
  deeds_.back().code = 404;
  deeds_.back().message = std::move(why);
}

void EventPlayer::begin_drain(const RunEvent& event, const std::string& node) {
  send(event, patch_request({"nodes", "", node},
                            Value::object().with_path({"spec", "unschedulable"}, true)));
  std::erase_if(drains_, [&](const Drain& drain) { return drain.node == node; });
  drains_.push_back({node, run_.simulation().now(), event});
  ask_again(drains_.back());
  std::erase_if(drains_, [](const Drain& drain) { return drain.node.empty(); });
}

void EventPlayer::ask_again(Drain& drain) {
  const std::vector<sim::ObjectPtr> pods = pods_on(run_.store(), drain.node);
  for (const sim::ObjectPtr& pod : pods) {
    if (pod->view<sim::PodView>().meta.deletion_timestamp) continue;
    send(drain.event, eviction_request(pod->key.ns, pod->key.name));
  }
  if (pods.empty()) {
    drain.node.clear();  // done
  } else {
    drain.next = run_.simulation().now() + kBetweenEvictions;
  }
}

void EventPlayer::apply_file(const RunEvent& event) {
  if (!event.manifests.empty()) return apply_text(event, event.manifests);
  const auto text = lab_file(lab_, event.file);
  if (text) apply_text(event, text->text);
}

// What stands in no file, or is a path that is not there, is left out; a commit that would change
// nothing is none.
void EventPlayer::push(const RunEvent& event) {
  const RunEvent::Git& git = event.git;
  sim::GitChange change{.repository = git.repository,
                        .branch = git.branch,
                        .author = git.author,
                        .message = git.message,
                        .files = {},
                        .reverts = git.commit};
  const sim::GitRepository* repository = run_.repositories().by_name(git.repository);
  const sim::GitCommit* tip = repository == nullptr ? nullptr : repository->resolve(git.branch);
  if (tip != nullptr && !git.edits.empty()) {
    for (const auto& [path, text] : tip->files) {
      const std::string edited = with_edits(text, git.edits);
      if (edited != text) change.files[path] = edited;
    }
  }
  if (!git.folder.empty()) {
    auto files = lab_tree(lab_.folder, lab_.parameters, git.folder);
    if (!files) return;  // it was there when the lab was read
    for (auto& [path, text] : *files) change.files[path] = std::move(text);
  }
  for (const std::string& path : git.removes) change.files[path] = std::nullopt;
  (void)run_.push(change);
}

void EventPlayer::apply_answer(const RunEvent& event) {
  const auto found = late_files_.find(event.file);
  if (found == late_files_.end()) return;
  std::string text = found->second;
  for (const RunEvent::Fill& fill : event.fill) {
    const std::string value = newest_value(run_, fill);
    if (value.empty()) continue;  // there is nothing to look up: the word stays
    text = with_edits(std::move(text), {{fill.word, value}});
  }
  apply_text(event, text);
}

void EventPlayer::apply_text(const RunEvent& event, const std::string& text) {
  const auto documents = sim::parse_yaml(text, event.file);
  if (!documents) return note_missing(event, documents.error().message);
  // What a submission brings may no more be part of the given cluster than at its apply time.
  const bool is_answer = event.is_response || event.kind == RunEvent::Kind::kApplyAnswer;
  const SendRequest ask = [&](sim::ApiRequest request) { return send(event, std::move(request)); };
  for (const sim::YamlDocument& document : *documents) {
    const std::size_t asked = deeds_.size();
    const auto done = apply_document(document, event.file, run_, ask, is_answer ? &lab_ : nullptr);
    // What was refused before anybody was asked: a kind that the cluster does not know.
    if (!done && deeds_.size() == asked) note_missing(event, done.error().message);
  }
}

void EventPlayer::on_node(const RunEvent& event) {
  using Kind = RunEvent::Kind;
  const std::string node = node_of(event);
  if (node.empty()) return;
  if (event.kind == Kind::kDrain) return begin_drain(event, node);
  if (event.kind == Kind::kCordon || event.kind == Kind::kUncordon) {
    std::erase_if(drains_, [&](const Drain& drain) { return drain.node == node; });
    send(event, patch_request({"nodes", "", node},
                              Value::object().with_path({"spec", "unschedulable"},
                                                        event.kind == Kind::kCordon)));
    return;
  }
  std::string target = node;
  if (event.fault == "container-crash") {
    const auto ref = object_ref(event.workload, run_.api().kinds());
    const auto pods = ref ? pods_of(run_.store(), *ref) : std::vector<sim::ObjectPtr>{};
    if (pods.empty()) return;
    target = pods.front()->key.ns + "/" + pods.front()->key.name;
  }
  (void)run_.inject(event.fault, event.detail.empty() ? target : target + "/" + event.detail);
}

void EventPlayer::on_object(const RunEvent& event) {
  using Kind = RunEvent::Kind;
  const auto ref = object_ref(event.workload, run_.api().kinds());
  const sim::ObjectPtr object =
      ref ? run_.store().get({ref->resource, ref->ns, ref->name}) : nullptr;
  if (object == nullptr) return note_missing(event, event.workload + " is not there");
  if (event.kind == Kind::kRestart) {
    send(event, patch_request(
                    *ref, Value::object().with_path({"spec", "template", "metadata", "annotations",
                                                     "kubectl.kubernetes.io/restartedAt"},
                                                    format_rfc3339(run_.simulation().now()))));
  } else if (event.kind == Kind::kSetImage) {
    send(event, patch_request(*ref, with_image(object->document["spec"]["template"], event.what,
                                               event.image)));
  } else if (event.kind == Kind::kScale) {
    send(event,
         patch_request(*ref, Value::object().with_path({"spec", "replicas"}, event.replicas)));
  } else if (event.kind == Kind::kEvict) {
    send(event, eviction_request(ref->ns, ref->name));
  } else if (event.kind == Kind::kUndo) {
    const Value before = template_before(run_.store(), *object);
    if (before.is_null()) return note_missing(event, "there is no revision to go back to");
    sim::ApiRequest request = patch_request(
        *ref, Value::array({Value::object(
                  {{"op", "replace"}, {"path", "/spec/template"}, {"value", before}})}));
    request.patch_type = sim::PatchType::kJson;
    send(event, std::move(request));
  }
}

void EventPlayer::on_each(const RunEvent& event) {
  const std::vector<RunEvent> events = each_of(event, run_);
  if (events.empty()) return note_missing(event, "there is none");
  for (const RunEvent& one : events) {
    if (auto request = request_of(one, run_.api().kinds())) send(one, *std::move(request));
  }
}

void EventPlayer::carry_out(const RunEvent& event) {
  using Kind = RunEvent::Kind;
  switch (event.kind) {
    case Kind::kAcknowledge:
    case Kind::kDiagnose:
      return note(event);
    case Kind::kApply:
      return apply_file(event);
    case Kind::kApplyAnswer:
      return apply_answer(event);
    case Kind::kCommit:
    case Kind::kRevert:
      return push(event);
    case Kind::kDelete:
    case Kind::kRead:
    case Kind::kPatch:
      return on_each(event);
    case Kind::kFault:
    case Kind::kDrain:
    case Kind::kCordon:
    case Kind::kUncordon:
      return on_node(event);
    case Kind::kRestart:
    case Kind::kSetImage:
    case Kind::kScale:
    case Kind::kUndo:
    case Kind::kEvict:
      return on_object(event);
  }
}

}  // namespace inferlab::labs
