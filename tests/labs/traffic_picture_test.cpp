// What a terminal shows of the clients and replicas of a live session, held against the gateway's
// own records.
#include "labs/session/traffic_picture.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "labs/desk/apply_manifest.h"
#include "labs/session/control.h"
#include "labs/session/session.h"
#include "labs/spec/catalog.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "sim/serving/gateway.h"
#include "tests/labs/temp_dir.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

// The first lab, solved, after 20 minutes of virtual time.
std::unique_ptr<Session> solved_session(const TempDir& folder) {
  SessionOptions options;
  options.lab = *find_lab("vllm-inference");
  options.folder = folder.path();
  options.speed = 0;
  options.tls = false;
  auto session = Session::start(std::move(options));
  REQUIRE(session.has_value());
  const LabSpec& lab = (*session)->lab();
  for (const auto& entry : std::filesystem::directory_iterator(lab.folder + "/solution")) {
    const auto text = read_text_file(entry.path(), 1 << 20);
    REQUIRE(apply_manifest((*session)->driver(), *text).problems.empty());
  }
  (*session)->driver().mailbox().call([&] {
    (*session)->driver().run_until(Time{20min});
    return true;
  });
  return std::move(*session);
}

}  // namespace

TEST_CASE("traffic picture: counts what the gateway has seen since the run began") {
  const TempDir folder;
  const auto session = solved_session(folder);
  std::int64_t answered = 0, failed = 0;
  sim::Value seen, short_window;
  session->driver().mailbox().call([&] {
    sim::Cluster& cluster = session->driver().cluster();
    const Duration interval = cluster.spec().scrape_interval;
    const Time last{cluster.simulation().now().time_since_epoch() / interval * interval};
    for (const sim::RequestRecord& record : cluster.gateway().records()) {
      if (!record.end || *record.end > last) continue;
      (record.code == 200 ? answered : failed) += 1;
    }
    seen = traffic_picture(cluster, 1h);
    short_window = traffic_picture(cluster, 1min);
    return true;
  });
  REQUIRE(answered > 0);
  const sim::Value& service = seen["services"].items()[0];
  CHECK(service["service"].as_string() == "default/vllm-llama");
  CHECK(service["answered"].as_int() == answered);
  CHECK(service["ended"].as_int() == answered + failed);
  CHECK(service["ttftP95"].as_double() >= service["ttftP50"].as_double());
  CHECK(seen["windowSeconds"].as_double() <= 20 * 60);
  CHECK(short_window["windowSeconds"].as_double() == 60);
  CHECK(short_window["services"].items()[0]["ended"].as_int() < answered + failed);
  REQUIRE(seen["replicas"].size() >= 1);
  CHECK(seen["replicas"].items()[0]["itlP95"].as_double() > 0);
}

TEST_CASE("control: traffic and metrics are answered, and only to who has the token") {
  const TempDir folder;
  const auto session = solved_session(folder);
  Control control(session->driver(), "secret");
  CHECK(control.answer("POST", "/inferlab/traffic", "{}", "Bearer other").status == 401);
  CHECK(control.answer("GET", "/inferlab/metrics", "", "").status == 401);
  const ControlAnswer traffic =
      control.answer("POST", "/inferlab/traffic", R"({"window": "5m"})", "Bearer secret");
  CHECK(traffic.status == 200);
  CHECK((*sim::parse_json(traffic.body))["windowSeconds"].as_double() == 300);
  for (const char* bad : {R"({"window": "0s"})", R"({"window": "-1m"})", R"({"window": "soon"})"}) {
    CHECK(control.answer("POST", "/inferlab/traffic", bad, "Bearer secret").status == 400);
  }
  const ControlAnswer metrics = control.answer("GET", "/inferlab/metrics", "", "Bearer secret");
  CHECK(metrics.status == 200);
  CHECK(metrics.body.find("# TYPE vllm:num_requests_running untyped\n") != std::string::npos);
  CHECK(metrics.body.find("gateway_requests_total{code=\"200\",") != std::string::npos);
  CHECK(metrics.body.ends_with("\n"));
  session->end();
  CHECK(control.answer("GET", "/inferlab/metrics", "", "Bearer secret").status == 503);
}
