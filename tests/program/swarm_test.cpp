// Many clients with watches at once, half of them killed: nothing leaks, no watch gets stuck, and
// what was acknowledged is in the journal when the server itself is killed.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/rng.h"
#include "labs/session/journal_file.h"
#include "labs/session/session_folder.h"
#include "sim/api/json.h"
#include "tests/program/cluster_process.h"
#include "tests/program/tls_connection.h"

using namespace inferlab::testing;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;
namespace sim = inferlab::sim;

namespace {

constexpr const char* kConfigMaps = "/api/v1/namespaces/default/configmaps";
constexpr int kGroups = 10;

bool wait_until(std::chrono::seconds limit, const std::function<bool()>& holds) {
  const auto end = Clock::now() + limit;
  while (!holds()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

std::size_t entries_of(const std::string& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) count += entry.exists() ? 1 : 0;
  return count;
}

struct Resources {
  std::size_t threads, descriptors;
};
Resources resources_of(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  return {entries_of(folder + "/task"), entries_of(folder + "/fd")};
}

// One client as kubectl and a controller in one: it lists, watches its group, and writes.
class Client {
 public:
  Client(int number, const ClusterProcess& cluster)
      : number_(number),
        token_(cluster.token()),
        rng_(static_cast<std::uint64_t>(number) + 1),
        watch_(cluster.port()),
        requests_(cluster.port()) {}

  [[nodiscard]] int group() const { return number_ % kGroups; }
  [[nodiscard]] const std::set<std::string>& acknowledged() const { return acknowledged_; }
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

  // Lists, and watches from there on.
  void begin() { begin_watch(); }

  // Writes until `end`, and reads its watch in between; a killed client stops in the middle.
  void work(Clock::time_point end, bool killed) {
    for (int step = 0; Clock::now() < end && trouble_.empty(); ++step) {
      write(step);
      read_watch(std::chrono::milliseconds(rng_.between(std::int64_t{10}, std::int64_t{60})));
    }
    if (!killed) return;
    // Of this one nobody will know whether it was done.
    requests_.send(http_request("POST", kConfigMaps, token_, config_map("last", 0)));
    requests_.abort();
    watch_.abort();
  }

  // What of these the watch does not tell of within some time.
  std::set<std::string> missed(const std::set<std::string>& names) {
    (void)wait_until(20s, [&] {
      read_watch(100ms);
      return !trouble_.empty() || std::ranges::includes(seen_, names);
    });
    std::set<std::string> out;
    std::ranges::set_difference(names, seen_, std::inserter(out, out.end()));
    return out;
  }

  void leave() {
    requests_.abort();
    watch_.abort();
  }

 private:
  bool begin_watch() {
    requests_.send(http_request("GET", std::string(kConfigMaps) + "?limit=1", token_));
    const auto list = sim::parse_json(requests_.read_answer().body);
    if (!list) return fail("cannot list");
    const std::string version = (*list)["metadata"]["resourceVersion"].str();
    const bool sent = watch_.send(
        http_request("GET",
                     std::string(kConfigMaps) + "?watch=true&resourceVersion=" + version +
                         "&labelSelector=group%3Dg" + std::to_string(group()),
                     token_));
    return sent || fail("cannot watch");
  }

  [[nodiscard]] std::string config_map(const std::string& name, int step) const {
    return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name + "-" +
           std::to_string(number_) + R"(","labels":{"group":"g)" + std::to_string(group()) +
           R"("}},"data":{"step":"s)" + std::to_string(step) + "\"}}";
  }

  // Creates, changes and deletes in turns; the name says which write it was.
  void write(int step) {
    const std::string name = "c" + std::to_string(step / 3);
    const std::string path = std::string(kConfigMaps) + "/" + name + "-" + std::to_string(number_);
    if (step % 3 == 0) {
      requests_.send(http_request("POST", kConfigMaps, token_, config_map(name, step)));
    } else if (step % 3 == 1) {
      requests_.send(http_request("PATCH", path, token_,
                                  R"({"data":{"step":"s)" + std::to_string(step) + "\"}}",
                                  "application/merge-patch+json"));
    } else {
      requests_.send(http_request("DELETE", path, token_));
    }
    const TlsConnection::Answer answer = requests_.read_answer();
    if (answer.status != 200 && answer.status != 201) {
      fail("write " + std::to_string(step) + ": " + std::to_string(answer.status) + answer.body);
      return;
    }
    constexpr const char* kTypes[] = {"ADDED", "MODIFIED", "DELETED"};
    acknowledged_.insert(name + "-" + std::to_string(number_) + " " + kTypes[step % 3]);
  }

  void read_watch(std::chrono::milliseconds wait) {
    if (!watch_.read_some(stream_, wait)) fail("its watch has ended: " + stream_.substr(0, 300));
    std::size_t end = 0;
    while ((end = stream_.find('\n')) != std::string::npos) {
      note(stream_.substr(0, end));
      stream_.erase(0, end + 1);
    }
  }

  // A line of the stream: an event, or what frames the chunks.
  void note(const std::string& line) {
    if (line.rfind("{\"object\":", 0) != 0) return;
    const auto event = sim::parse_json(line);
    if (!event) return (void)fail("not JSON: " + line);
    seen_.insert((*event)["object"]["metadata"]["name"].str() + " " + (*event)["type"].str());
  }

  bool fail(const std::string& why) {
    if (trouble_.empty()) trouble_ = "client " + std::to_string(number_) + " " + why;
    return false;
  }

  const int number_;
  const std::string token_;
  inferlab::Rng rng_;
  TlsConnection watch_, requests_;
  std::string stream_;  // of the watch, not yet looked at
  std::set<std::string> acknowledged_, seen_;
  std::string trouble_;
};

// What the server says of itself.
std::size_t watches_of(const ClusterProcess& cluster) {
  TlsConnection connection(cluster.port());
  connection.send(http_request("GET", "/metrics", cluster.token()));
  const std::string text = connection.read_answer().body;
  const std::string name = "\napiserver_longrunning_requests{";
  std::size_t sum = 0;
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    sum += std::strtoul(text.c_str() + text.find("} ", at) + 2, nullptr, 10);
  }
  return sum;
}

std::set<std::string> journal_of(const ClusterProcess& cluster) {
  const auto journal =
      inferlab::labs::read_journal_file(inferlab::labs::journal_path(cluster.folder()));
  REQUIRE(journal.has_value());
  std::set<std::string> writes;
  for (const sim::JournalEntry& entry : journal->entries) {
    const sim::ApiRequest& request = entry.request;
    if (request.verb == sim::Verb::kCreate) {
      writes.insert(request.body["metadata"]["name"].str() + " ADDED");
    } else if (request.verb == sim::Verb::kPatch) {
      writes.insert(request.name + " MODIFIED");
    } else if (request.verb == sim::Verb::kDelete) {
      writes.insert(request.name + " DELETED");
    }
  }
  return writes;
}

void swarm(int number_of_clients, std::chrono::seconds time) {
  ClusterProcess cluster({"--bare"});
  const pid_t pid = cluster.process().pid();
  REQUIRE(watches_of(cluster) == 0);
  // The connection that asked is gone when its thread is.
  const Resources before = resources_of(pid);

  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::thread> threads;
  inferlab::Rng rng(7);
  for (int i = 0; i < number_of_clients; ++i) {
    clients.push_back(std::make_unique<Client>(i, cluster));
    clients.back()->begin();
  }
  // Nobody writes before all watch: who came late would not be told.
  CHECK(wait_until(20s, [&] { return watches_of(cluster) == clients.size(); }));
  for (int i = 0; i < number_of_clients; ++i) {
    const bool killed = i % 2 == 1;
    const auto share = killed ? rng.between(std::int64_t{20}, std::int64_t{90}) : 100;
    const auto end = Clock::now() + time * share / 100;
    threads.emplace_back([client = clients[static_cast<std::size_t>(i)].get(), end, killed] {
      client->work(end, killed);
    });
  }
  for (std::thread& thread : threads) thread.join();

  std::map<int, std::set<std::string>> acknowledged;  // by group
  std::size_t writes = 0;
  for (const auto& client : clients) {
    CHECK(client->trouble().empty());
    if (!client->trouble().empty()) WARN(client->trouble());
    acknowledged[client->group()].insert(client->acknowledged().begin(),
                                         client->acknowledged().end());
    writes += client->acknowledged().size();
  }
  CHECK(writes > static_cast<std::size_t>(number_of_clients));
  std::size_t survivors = 0;
  for (std::size_t i = 0; i < clients.size(); i += 2) {
    ++survivors;
    const std::set<std::string> missed = clients[i]->missed(acknowledged[clients[i]->group()]);
    INFO("client " << i << ": " << clients[i]->trouble());
    CHECK(missed == std::set<std::string>{});
  }
  CHECK(wait_until(20s, [&] { return watches_of(cluster) == survivors; }));

  for (const auto& client : clients) client->leave();
  CHECK(wait_until(20s, [&] { return watches_of(cluster) == 0; }));
  const auto as_before = [&] {
    const Resources now = resources_of(pid);
    return now.threads <= before.threads && now.descriptors <= before.descriptors;
  };
  const bool released = wait_until(60s, as_before);
  const Resources after = resources_of(pid);
  INFO("threads " << before.threads << " -> " << after.threads << ", descriptors "
                  << before.descriptors << " -> " << after.descriptors);
  CHECK(released);

  cluster.process().kill();
  (void)cluster.process().finish();
  const std::set<std::string> kept = journal_of(cluster);
  for (const auto& [group, names] : acknowledged) {
    INFO("group " << group);
    CHECK(std::ranges::includes(kept, names));
  }
}

}  // namespace

TEST_CASE("swarm: clients come, are killed and leave nothing behind", "[swarm]") {
  swarm(60, 4s);
}

// ./test --all
TEST_CASE("swarm: two hundred clients for half a minute", "[.][swarm][long]") {
  swarm(200, 30s);
}
