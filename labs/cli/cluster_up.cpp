// A cluster without a lab, in the foreground until Ctrl-C or `inferlab cluster down`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "labs/calibrate/profile_file.h"
#include "labs/cli/about_ages.h"
#include "labs/cli/commands.h"
#include "labs/cli/session_choice.h"
#include "labs/cli/stop_signals.h"
#include "labs/report/wrap.h"
#include "labs/session/control.h"
#include "labs/session/session.h"
#include "labs/spec/add_ons.h"
#include "labs/spec/catalog.h"
#include "labs/spec/cluster_file.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "sim/apiserver/private_file.h"
#include "sim/node/image_registry.h"

namespace inferlab::labs {
namespace {

// Disks of a zone, for claims that name no class: what a cluster of a cloud comes with.
sim::StorageClassSpec standard_storage() {
  sim::StorageClassSpec storage;
  storage.name = "standard";
  storage.is_default = true;
  storage.driver.name = "disk.csi.inferlab.dev";
  storage.driver.topology_key = "topology.kubernetes.io/zone";
  return storage;
}

// What everybody's first commands and manifests name. Sizes are about those that are downloaded. Of
// redis there is a port that answers, and no more.
std::vector<sim::ImageSpec> common_images() {
  using Behaviour = sim::ImageSpec::Behaviour;
  struct Row {
    const char* repository;
    std::vector<std::string> tags;
    std::int64_t megabytes;
    Behaviour behaviour;
  };
  const Row rows[] = {
      {"nginx", {"latest", "stable", "alpine", "1.27", "1.26", "1.25"}, 70, Behaviour::kHttpServer},
      {"busybox", {"latest", "stable", "1.37", "1.36"}, 2, Behaviour::kSleeper},
      {"alpine", {"latest", "3.22", "3.21", "3.20"}, 4, Behaviour::kSleeper},
      {"python", {"latest", "3.13", "3.12", "3.12-slim"}, 360, Behaviour::kSleeper},
      {"redis", {"latest", "8", "7", "7.4"}, 45, Behaviour::kHttpServer},
      {"curlimages/curl", {"latest", "8.11.1"}, 10, Behaviour::kSleeper},
      {"registry.k8s.io/pause", {"3.9", "3.10"}, 1, Behaviour::kSleeper},
      {"vllm/vllm-openai", {"latest", "v0.11.0", "v0.10.2"}, 9500, Behaviour::kLlmServer},
  };
  std::vector<sim::ImageSpec> images;
  for (const Row& row : rows) {
    sim::ImageSpec& image = images.emplace_back();
    image.repository = row.repository;
    image.tags = row.tags;
    image.size_bytes = row.megabytes * 1'000'000;
    image.behaviour = row.behaviour;
    image.digest = sim::made_up_digest(image);
  }
  return images;
}

// "nginx, busybox, …", each once.
std::string names_of(const std::vector<sim::ImageSpec>& images) {
  std::vector<std::string_view> names;
  for (const sim::ImageSpec& image : images) {
    if (std::ranges::find(names, image.repository) == names.end())
      names.push_back(image.repository);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

constexpr std::size_t kMaxTokenBytes = 4096;

// How far the wall's clock is after the moment at which runs begin; a clock that is wrong and
// stands before it counts as none.
Duration wall_time_of_run() {
  using namespace std::chrono;
  const auto seconds_now =
      duration_cast<seconds>(system_clock::now().time_since_epoch()) - seconds(kEpochOfRun);
  return std::max<Duration>(seconds_now, Duration{0});
}

class ClusterUpCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.flag("--bare", bare_,
              "the control plane alone: no nodes and no kubelets; nodes that clients make, and the "
              "status that they write, are theirs");
    args.option("--spec", spec_,
                "file with a `cluster:` section as in lab.yaml; default: the "
                "first lab's cluster");
    args.option("--addon", add_ons_,
                "whose kinds the API has from the beginning; may be given several times: see "
                "inferlab cluster addons");
    args.option("--profile", profile_,
                "file that `inferlab calibrate` wrote: LLM servers take as long as it says, "
                "whatever their GPU and model");
    args.option("--speed", speed_, "virtual seconds a second: any number above 0, max or pause");
    args.option("--port", port_, "port of the API server; 0: a free one", 0, 65535);
    args.option("--token", token_, "that clients must show; default: a new one");
    args.option("--token-file", token_file_, "file that holds the token");
    args.option("--scheduler-config", scheduler_config_,
                "file with a KubeSchedulerConfiguration: profiles, weights, gang scheduling");
    args.option("--version", version_, "of Kubernetes, as /version tells: 1.32 or 1.32.N");
    args.option("--seed", seed_, "of the random streams");
    args.option("--audit-log", audit_log_,
                "file to which every write is told, one audit.k8s.io/v1 Event a line");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    SessionOptions options;
    const std::optional<double> speed = parse_speed(speed_);
    if (!speed) {
      return Error{ErrorKind::kInvalid, fmt::format("--speed: {}: is no speed", speed_),
                   "a number of virtual seconds a second, max or pause"};
    }
    options.speed = *speed;
    INFERLAB_TRY(options.lab, cluster());
    INFERLAB_TRY(options.version, version());
    INFERLAB_TRY(options.token, token());
    options.seed = seed_;
    options.audit_log = audit_log_;
    options.api_port = static_cast<int>(port_);
    options.fresh = true;  // a new cluster every time
    if (bare_ && *speed == 1) options.lab.cluster.start = wall_time_of_run();
    const StopSignals signals;
    INFERLAB_TRY(const std::unique_ptr<Session> session, Session::start(std::move(options)));
    std::string token_path = token_file_;
    if (token_path.empty()) {
      token_path = session->folder() + "/token";
      INFERLAB_TRY_VOID(sim::write_private_file(token_path, session->token() + "\n"));
    }
    announce(terminal, *session, token_path);
    signals.wait([&session] { return session->asked_to_stop(); });
    if (const auto failure = session->driver().failure()) return *failure;
    return kExitDone;
  }

 private:
  [[nodiscard]] Result<LabSpec> cluster() const {
    if (bare_ && !spec_.empty()) {
      return Error{ErrorKind::kInvalid, "--bare: --spec is given too", "give one of them"};
    }
    if (bare_ && !profile_.empty()) {
      return Error{ErrorKind::kInvalid, "--bare: --profile is given too",
                   "no LLM server runs without nodes"};
    }
    LabSpec lab;
    if (!spec_.empty()) {
      INFERLAB_TRY(lab.cluster, load_cluster_file(spec_));
    } else if (!bare_) {
      INFERLAB_TRY(std::vector<LabSpec> labs, list_labs());
      if (labs.empty()) return Error{ErrorKind::kNotFound, "scenarios: no lab is there"};
      lab.cluster = std::move(labs.front().cluster);
      lab.seed = labs.front().seed;
      if (lab.cluster.storage.empty()) lab.cluster.storage.push_back(standard_storage());
      std::ranges::move(common_images(), std::back_inserter(lab.cluster.images));
    }
    if (!scheduler_config_.empty()) {
      INFERLAB_TRY(lab.cluster.scheduler_profiles, load_scheduler_config(scheduler_config_));
    }
    if (!profile_.empty()) {
      INFERLAB_TRY(Calibration measured, load_profile(profile_));
      auto& profiles = lab.cluster.profiles;
      profiles.insert(profiles.begin(),
                      {.gpu = "", .model = "", .steps = std::move(measured.steps)});
    }
    INFERLAB_TRY_VOID(install_add_ons(lab.cluster));
    lab.id = kPlainCluster;  // names the session's folder
    lab.title = "A cluster";
    return lab;
  }

  // The rules of this control plane are those of one minor version.
  [[nodiscard]] Result<std::string> version() const {
    std::string_view patch = version_;
    if (patch.starts_with('v')) patch.remove_prefix(1);
    const bool known = patch == "1.32" || patch.starts_with("1.32.");
    patch.remove_prefix(std::min(patch.size(), std::string_view("1.32.").size()));
    const bool digits = std::ranges::all_of(patch, [](char c) { return c >= '0' && c <= '9'; });
    if (known && digits && patch.size() < 4)
      return "v1.32." + std::string(patch.empty() ? "4" : patch);
    return Error{ErrorKind::kInvalid, fmt::format("--version: {}: is not simulated", version_),
                 "1.32, or 1.32 with a patch number"};
  }

  // Besides those that --spec names already.
  Result<void> install_add_ons(sim::ClusterSpec& cluster) const {
    std::vector<std::string> names;
    for (const sim::AddOnSpec& there : cluster.add_ons) names.push_back(there.name);
    for (const std::string& name : add_ons_) {
      if (const auto known = check_add_on_name(name); !known) {
        const Error& error = known.error();
        return Error{error.kind == ErrorKind::kNotFound ? ErrorKind::kInvalid : error.kind,
                     "--addon: " + error.message, error.hint};
      }
      names.push_back(name);
    }
    INFERLAB_TRY(cluster.add_ons, load_add_ons(names));
    return {};
  }

  [[nodiscard]] Result<std::string> token() const {
    if (!token_.empty() && !token_file_.empty()) {
      return Error{ErrorKind::kInvalid, "--token-file: --token is given too", "give one of them"};
    }
    std::string token = token_;
    if (!token_file_.empty()) {
      INFERLAB_TRY(token, read_text_file(token_file_, kMaxTokenBytes));
      while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
      if (token.empty()) return Error{ErrorKind::kInvalid, token_file_ + ": is empty"};
    }
    // It travels in a header and stands in a YAML file.
    for (const char c : token) {
      if (c <= ' ' || c > '~' || c == '"' || c == '\\') {
        return Error{ErrorKind::kInvalid, "token: holds a character that a header cannot carry",
                     "use letters, digits and -._~+/="};
      }
    }
    return token;
  }

  void announce(Terminal& terminal, const Session& session, const std::string& token_path) const {
    if (format_ == "json") {
      terminal.out << sim::to_json(sim::Value::object({{"apiUrl", session.api_url()},
                                                       {"tokenFile", token_path},
                                                       {"kubeconfig", session.kubeconfig()},
                                                       {"gatewayUrl", session.gateway_url()},
                                                       {"folder", session.folder()}}))
                   << '\n';
    } else {
      terminal.out << fmt::format(
          "  export KUBECONFIG={}\n  kubectl get nodes\n\nAPI server  {}\nToken       {}\n{}\n"
          "Ctrl-C ends the cluster.\n",
          session.kubeconfig(), session.api_url(), token_path,
          bare_ ? std::string()
                : fmt::format(
                      "Gateway     {}\n\n{}\n\n{}\n", session.gateway_url(),
                      wrap("Images that there are: " + names_of(session.lab().cluster.images) +
                               ". A file with your own: --spec.",
                           terminal.prose_width()),
                      wrap(kAboutAges, terminal.prose_width())));
    }
    terminal.out.flush();
  }

  bool bare_ = false;
  std::string spec_, profile_, scheduler_config_, version_ = "1.32", speed_ = "1", token_,
                                                  token_file_, audit_log_, format_ = "text";
  std::vector<std::string> add_ons_;
  std::int64_t port_ = 0;
  std::optional<std::uint64_t> seed_;
};

}  // namespace

std::unique_ptr<Command> make_cluster_up() {
  return std::make_unique<ClusterUpCommand>();
}

}  // namespace inferlab::labs
