#include "labs/play/play.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>
#include <utility>

#include "labs/desk/apply_manifest.h"
#include "labs/desk/chat_client.h"
#include "labs/grade/grade.h"
#include "labs/grade/settle.h"
#include "labs/grade/submission.h"
#include "labs/play/progress_bar.h"
#include "labs/report/terminal_width.h"
#include "labs/report/wrap.h"
#include "labs/session/session.h"
#include "labs/session/temp_folder.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

constexpr std::chrono::milliseconds kLook{50};
// In virtual time: image, weights and graphs take some minutes.
constexpr Duration kRolloutPatience = 1h;
constexpr std::chrono::minutes kWallPatience{3};

class Player {
 public:
  Player(LabSpec lab, const PlayOptions& options, const Style& style, std::FILE* out)
      : lab_(std::move(lab)), options_(options), style_(style), out_(out) {}

  Result<Report> play() {
    if (folder_->path().empty()) {
      return Error{ErrorKind::kUnavailable, "temporary folder: cannot be made", "set TMPDIR"};
    }
    fmt::print(out_, "{}\n{}\n\n", style_.bold(wrap(lab_.title, width_)),
               wrap(lab_.objective, width_));
    INFERLAB_TRY_VOID(start_cluster());
    INFERLAB_TRY_VOID(go_on());
    INFERLAB_TRY_VOID(apply("starter", "Apply the manifest as the document prints it"));
    INFERLAB_TRY_VOID(show_pending());
    INFERLAB_TRY_VOID(apply("solution", "Apply the mended manifest"));
    INFERLAB_TRY_VOID(follow_rollout());
    INFERLAB_TRY_VOID(ask_model());
    INFERLAB_TRY_VOID(go_on());
    return grade_session();
  }

 private:
  void step(const std::string& what) {
    fmt::print(out_, "{}\n", style_.bold(fmt::format("{}. {}", ++step_, what)));
    std::fflush(out_);
  }

  Result<void> start_cluster() {
    step("Start the cluster");
    SessionOptions session;
    session.lab = lab_;
    session.seed = options_.seed;
    session.speed = options_.speed;
    session.folder = folder_->path();
    INFERLAB_TRY(session_, Session::start(std::move(session)));
    fmt::print(out_, "  kubectl: export KUBECONFIG={}\n  gateway: {}\n", session_->kubeconfig(),
               session_->gateway_url());
    // Nodes carry the not-ready taint until the node controller has seen their kubelet.
    wait_for([](const Snapshot& run) {
      return !run.nodes.empty() && std::all_of(run.nodes.begin(), run.nodes.end(),
                                               [](const NodeRow& node) { return node.ready; });
    });
    INFERLAB_TRY_VOID(go_on());
    const SnapshotPtr run = session_->driver().snapshot();
    for (const NodeRow& node : run->nodes) {
      std::string taints;
      for (const std::string& taint : node.taints) taints += "  taint " + taint;
      const std::string gpus =
          node.gpus > 0 ? fmt::format("{} x {}", node.gpus, node.gpu_name) : "no GPU";
      fmt::print(out_, "  {:<16} {}\n", node.name,
                 wrap(fmt::format("{:<20}{}", gpus, taints), width_, 19));
    }
    fmt::print(out_, "\n");
    return {};
  }

  Result<void> apply(const char* folder, const std::string& title) {
    step(title);
    INFERLAB_TRY(const auto files, shipped_answer(lab_, folder));
    for (const SubmissionFile& file : files) {
      const ApplyOutcome outcome = apply_manifest(session_->driver(), file.text);
      for (const std::string& line : outcome.done) fmt::print(out_, "  {}\n", line);
      if (!outcome.problems.empty()) {
        return Error{ErrorKind::kInvalid, file.name + ": " + outcome.problems.front().message};
      }
    }
    return {};
  }

  Result<void> show_pending() {
    const bool pending = wait_for([](const Snapshot& run) {
      return std::any_of(run.pods.begin(), run.pods.end(),
                         [](const PodRow& pod) { return pod.node.empty() && !pod.reason.empty(); });
    });
    INFERLAB_TRY_VOID(go_on());
    if (!pending) return Error{ErrorKind::kUnavailable, "starter: its Pod is not Pending"};
    const SnapshotPtr run = session_->driver().snapshot();
    for (const PodRow& pod : run->pods) {
      if (!pod.node.empty()) continue;
      fmt::print(out_, "  {} is {}: the scheduler says\n    {}\n", pod.name, style_.bad(pod.status),
                 wrap(pod.reason, width_, 4));
    }
    fmt::print(out_, "\n");
    return {};
  }

  // How far the newest Pod is on its way: what a person watches in `kubectl get pods -w`.
  static std::pair<double, std::string> rollout_progress(const Snapshot& run) {
    if (run.pods.empty()) return {0, "waiting for the Pod"};
    const PodRow& pod =
        *std::min_element(run.pods.begin(), run.pods.end(),
                          [](const PodRow& a, const PodRow& b) { return a.age < b.age; });
    if (pod.ready) return {1, fmt::format("{} is Ready", pod.name)};
    if (pod.node.empty()) return {0.1, "waiting for a node"};
    // Events of this Pod tell the step.
    double done = 0.2;
    std::string words = "on " + pod.node;
    for (const EventRow& event : run.events) {
      if (event.object != "Pod " + pod.name) continue;
      if (event.reason == "Pulling") done = 0.3, words = "pulling the image";
      if (event.reason == "Pulled") done = 0.6, words = "image is there";
      if (event.reason == "Started") done = 0.7, words = "container runs, the model is loading";
    }
    return {done, words + ", " + pod.status};
  }

  Result<void> follow_rollout() {
    const Time begun = session_->driver().snapshot()->now;
    bool done = false;
    {
      ProgressBar bar(out_, redraws_, columns_);
      done = wait_for([&](const Snapshot& run) {
        const auto [fraction, words] = rollout_progress(run);
        bar.show(fraction, words);
        return fraction >= 1 || run.now - begun > kRolloutPatience;
      });
      done = done && rollout_progress(*session_->driver().snapshot()).first >= 1;
    }
    INFERLAB_TRY_VOID(go_on());
    if (!done) return Error{ErrorKind::kUnavailable, "rollout: the Pod did not become Ready"};
    fmt::print(out_, "  rolled out in {} of virtual time\n\n",
               format_duration(std::chrono::duration_cast<std::chrono::seconds>(
                   session_->driver().snapshot()->now - begun)));
    return {};
  }

  Result<void> ask_model() {
    const std::string question = "What is a readiness probe?";
    step("Ask the model, through the gateway, to the real engine behind the Pod");
    INFERLAB_TRY(const std::string model, first_model(session_->gateway_url()));
    fmt::print(out_, "  model {}\n  {} {}\n  {} ", model, style_.bold("you:"), question,
               style_.bold("it:"));
    std::fflush(out_);
    int pieces = 0;
    const auto began = std::chrono::steady_clock::now();
    INFERLAB_TRY_VOID(stream_chat(session_->gateway_url(), model, question,
                                  [this, &pieces](std::string_view piece) {
                                    ++pieces;
                                    fmt::print(out_, "{}", piece);
                                    std::fflush(out_);
                                  }));
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    fmt::print(out_, "\n  {} pieces streamed in {:.2f} s\n\n", pieces, seconds);
    return {};
  }

  Result<Report> grade_session() {
    step("Grade what the session causes");
    const sim::Journal journal = session_->journal();
    session_.reset();  // the grader works from the journal alone
    folder_.reset();   // its keys need not lie there any longer
    GradeOptions grading;
    grading.submission = "this session";
    grading.seed = options_.seed;
    ProgressBar bar(out_, redraws_, columns_);
    grading.progress = [&bar](std::string_view what, int done, int of) {
      bar.show(of > 0 ? static_cast<double>(done) / of : 0, what);
    };
    const sim::Journal settled = settled_journal(lab_, journal, &grading.notes);
    return grade(lab_, settled, grading);
  }

  [[nodiscard]] bool stopped() const { return options_.should_stop && options_.should_stop(); }
  [[nodiscard]] Result<void> go_on() const {
    if (stopped()) return Error{ErrorKind::kUnavailable, "play: was interrupted"};
    return {};
  }

  // Looks at the run until `reached`; false after some minutes of the wall clock, or when
  // the play shall end.
  template <typename Reached>
  bool wait_for(Reached reached) {
    const auto give_up = std::chrono::steady_clock::now() + kWallPatience;
    while (std::chrono::steady_clock::now() < give_up) {
      if (stopped()) return false;
      if (reached(*session_->driver().snapshot())) return true;
      std::this_thread::sleep_for(kLook);
    }
    return false;
  }

  LabSpec lab_;
  PlayOptions options_;
  const Style& style_;
  std::FILE* out_;
  std::optional<TempFolder> folder_{std::in_place};
  std::unique_ptr<Session> session_;
  bool redraws_ = can_redraw(::fileno(out_));
  std::size_t columns_ = terminal_width(::fileno(out_));
  std::size_t width_ = std::min(columns_, kDefaultWidth);  // of prose
  int step_ = 0;
};

}  // namespace

Result<Report> play_lab(const PlayOptions& options, const Style& style, std::FILE* out) {
  std::string id = options.lab_id;
  if (id.empty()) {
    INFERLAB_TRY(const std::vector<LabSpec> labs, list_labs());
    if (labs.empty()) {
      return Error{ErrorKind::kNotFound, "scenarios: no lab is there", "set INFERLAB_DATA"};
    }
    id = labs.front().id;
  }
  INFERLAB_TRY(LabSpec lab, find_lab(id));
  return Player(std::move(lab), options, style, out).play();
}

}  // namespace inferlab::labs
