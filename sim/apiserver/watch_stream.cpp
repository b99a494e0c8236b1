#include "sim/apiserver/watch_stream.h"

#include <fmt/core.h>

#include <chrono>
#include <utility>
#include <vector>

#include "sim/api/field_selector.h"
#include "sim/api/json.h"
#include "sim/api/selector.h"
#include "sim/apiserver/answers.h"

namespace inferlab::sim {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLookEvery = std::chrono::milliseconds(250);  // is the client still there?
constexpr auto kBookmarkEvery = std::chrono::seconds(60);
// A watch without a timeout ends after this, as with the real server's minimum request timeout.
constexpr auto kLongestWatch = std::chrono::minutes(30);

/// What the run's thread hands over.
struct Start {
  ApiResponse refused;  // of a list with the same selectors; used when its code is not 200
  std::vector<Value> present;
  std::vector<Change> missed;  // after the requested version
  std::uint64_t revision = 0;
  bool expired = false;
  Time now{};
};

Start begin(RunDoor& door, WatchHub& hub, const std::shared_ptr<WatchQueue>& queue,
            const DecodedRequest& request) {
  Start start;
  Store& store = door.api.store();
  hub.follow(store);
  start.revision = store.revision();
  start.now = door.api.simulation().now();
  // The list checks the selectors; its items are needed only when the watch starts from the
  // present.
  const std::uint64_t from = request.watch.resource_version.value_or(0);
  const bool from_now = from == 0 || request.watch.send_initial_events;
  ApiRequest list = request.api;
  list.continue_token.clear();
  list.limit = from_now ? 0 : 1;
  start.refused = door.api.handle(list);
  if (!start.refused.ok()) return start;
  start.expired = from > start.revision;
  if (start.expired) return start;
  if (from_now) {
    const Value::Array& items = start.refused.body["items"].items();
    start.present.assign(items.begin(), items.end());
    start.refused.body = Value();
  } else {
    const std::string kept_as =
        door.api.kinds().by_resource(request.api.resource)->storage().resource();
    for (const Change& change : store.changes_since(kept_as, from)) {
      if (queue->wants(change.object->key)) start.missed.push_back(change);
    }
  }
  hub.add(queue);
  return start;
}

class Stream {
 public:
  Stream(std::shared_ptr<const Kind> kind, const DecodedRequest& request,
         const Representation& representation, IncludeObject include)
      : kind_(std::move(kind)),
        representation_(representation),
        include_(include),
        watch_(request.watch) {
    // Both were accepted by the list before.
    if (auto labels = LabelSelector::parse(request.api.label_selector))
      labels_ = *std::move(labels);
    if (auto fields = FieldSelector::parse(request.api.field_selector))
      fields_ = *std::move(fields);
  }

  void run(HttpSink& sink, Start start, WatchHub& hub, WatchQueue& queue);

 private:
  [[nodiscard]] bool selected(const StoredObject& object) const {
    return labels_.matches(labels_from(object.document["metadata"]["labels"])) &&
           fields_.matches(kind_->storage(), object);
  }

  // What is stored, in the version that is watched.
  [[nodiscard]] Value in_version(const Value& stored) const {
    return kind_->from_stored == nullptr ? stored : kind_->from_stored(stored);
  }

  bool send(HttpSink& sink, std::string_view type, const Value& object) {
    return sink.write(to_json(Value::object({{"type", type}, {"object", object}})) + "\n");
  }

  bool send_object(HttpSink& sink, std::string_view type, const Value& object, Time now) {
    switch (representation_.shape) {
      case Representation::Shape::kObject:
        break;
      case Representation::Shape::kMetadata:
        return send(sink, type, to_partial_metadata(object, representation_.meta_version));
      case Representation::Shape::kTable: {
        const TableOptions options{.meta_version = representation_.meta_version,
                                   .include = include_,
                                   .with_columns = first_};
        first_ = false;
        return send(sink, type, to_table(*kind_, object, now, options));
      }
    }
    return send(sink, type,
                object.with("kind", kind_->kind).with("apiVersion", kind_->api_version()));
  }

  bool send_change(HttpSink& sink, const Change& change) {
    const Value document = in_version(change.object->document);
    const Time now = change.object->written;
    const bool before = change.previous != nullptr && selected(*change.previous);
    const bool after = change.type != ChangeType::kDeleted && selected(*change.object);
    if (after) return send_object(sink, before ? "MODIFIED" : "ADDED", document, now);
    if (!before) return true;
    if (change.type == ChangeType::kDeleted) return send_object(sink, "DELETED", document, now);
    // It left the selection: the client is shown what it knew, at the version of the change.
    const Value left =
        in_version(change.previous->document)
            .with_path({"metadata", "resourceVersion"}, document["metadata"]["resourceVersion"]);
    return send_object(sink, "DELETED", left, now);
  }

  bool send_bookmark(HttpSink& sink, std::uint64_t revision, bool end_of_initial) {
    Value metadata = Value::object(
        {{"resourceVersion", std::to_string(revision)}, {"creationTimestamp", Value()}});
    if (end_of_initial) {
      metadata =
          metadata.with("annotations", Value::object({{"k8s.io/initial-events-end", "true"}}));
    }
    return send_object(sink, "BOOKMARK", Value::object({{"metadata", metadata}}), Time{});
  }

  bool send_initial(HttpSink& sink, const Start& start) {
    for (const Value& object : start.present) {
      if (!send_object(sink, "ADDED", object, start.now)) return false;
    }
    if (watch_.send_initial_events && watch_.allow_bookmarks &&
        !send_bookmark(sink, start.revision, true)) {
      return false;
    }
    for (const Change& change : start.missed) {
      if (!send_change(sink, change)) return false;
    }
    return true;
  }

  std::shared_ptr<const Kind> kind_;
  const Representation representation_;
  const IncludeObject include_;
  const WatchOptions watch_;
  LabelSelector labels_;
  FieldSelector fields_;
  bool first_ = true;
};

void Stream::run(HttpSink& sink, Start start, WatchHub& hub, WatchQueue& queue) {
  if (start.expired) {
    const std::string message =
        fmt::format("too old resource version: {} ({})", *watch_.resource_version, start.revision);
    sink.write(
        to_json(Value::object(
            {{"type", "ERROR"}, {"object", answers::failure_status(410, "Expired", message)}})) +
        "\n");
    return;
  }
  if (!send_initial(sink, start)) return;
  start = Start{};  // a watch may last for long; the objects it began with need not
  const Clock::time_point began = Clock::now();
  const Clock::time_point end =
      began + (watch_.timeout_seconds.value_or(0) > 0
                   ? std::chrono::seconds(std::min<std::int64_t>(*watch_.timeout_seconds, 86'400))
                   : Clock::duration(kLongestWatch));
  Clock::time_point next_bookmark = began + kBookmarkEvery;
  while (!queue.closed() && !sink.peer_gone()) {
    const std::vector<Change> changes = queue.take(std::min(Clock::now() + kLookEvery, end));
    for (const Change& change : changes) {
      if (!send_change(sink, change)) return;
    }
    const Clock::time_point now = Clock::now();
    if (watch_.allow_bookmarks && (now >= next_bookmark || now >= end)) {
      next_bookmark = now + kBookmarkEvery;
      // Read before looking into the queue: what it covers has then been sent or is in there.
      const std::uint64_t revision = hub.revision();
      if (queue.empty() && !send_bookmark(sink, revision, false)) return;
    }
    if (now >= end) return;
  }
}

}  // namespace

HttpResponse answer_watch(RunDoor& door, const std::shared_ptr<WatchHub>& hub,
                          std::shared_ptr<const Kind> kind, const DecodedRequest& request,
                          const Representation& representation, IncludeObject include) {
  const auto queue = std::make_shared<WatchQueue>(kind->storage().resource(), request.api.ns);
  auto start = door.mailbox.call([&] { return begin(door, *hub, queue, request); });
  if (!start) return answers::run_has_ended();
  if (!start->refused.ok()) {
    HttpResponse response = answers::json_response(start->refused.body);
    response.status = start->refused.code;
    return response;
  }
  HttpResponse response;
  // Taken out of the hub when the connection drops the stream, whether it ever ran or not.
  const std::shared_ptr<void> leave(nullptr, [hub, queue](void*) { hub->remove(queue); });
  response.stream = [hub, queue, leave, start = *std::move(start), kind = std::move(kind), request,
                     representation, include](HttpSink& sink) mutable {
    Stream(kind, request, representation, include).run(sink, std::move(start), *hub, *queue);
  };
  return response;
}

}  // namespace inferlab::sim
