#include "labs/desk/desk.h"

#include <fmt/format.h>

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "labs/cli/version.h"
#include "labs/desk/apply_manifest.h"
#include "labs/desk/chat_client.h"
#include "labs/desk/lab_text.h"
#include "labs/desk/open_lab.h"
#include "labs/desk/rows.h"
#include "labs/desk/worker.h"
#include "labs/progress/attempt.h"
#include "labs/progress/learner_work.h"
#include "labs/progress/progress.h"
#include "labs/report/formats.h"
#include "labs/spec/catalog.h"
#include "labs/spec/text_file.h"
#include "sim/apiserver/private_file.h"

namespace inferlab::labs {
namespace {

std::string text_of(const Error& error) {
  return error.hint.empty() ? error.message : error.message + " (" + error.hint + ")";
}

Error no_session() {
  return Error{ErrorKind::kUnavailable, "session: no lab is running",
               "open a lab, or reset this one"};
}

class DeskImpl final : public Desk, public DeskCommands {
 public:
  explicit DeskImpl(Options options) : options_(std::move(options)) {}
  ~DeskImpl() override {
    OpenLabPtr last;
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
      last = open_;
    }
    if (last) last->end();  // whoever waits for it on a worker is answered
  }
  DeskImpl(const DeskImpl&) = delete;
  DeskImpl& operator=(const DeskImpl&) = delete;

  Result<void> start() {
    INFERLAB_TRY(const std::vector<LabSpec> labs, list_labs());
    Result<Progress> progress = Progress::open_default(options_.learner);
    view_.labs = lab_rows(labs, progress ? &*progress : nullptr);
    const std::string wanted =
        options_.lab_id.empty() && !labs.empty() ? labs.front().id : options_.lab_id;
    return load(wanted, /*fresh=*/false);
  }

  // -- Desk
  [[nodiscard]] DeskViewPtr view() const override {
    const std::lock_guard lock(mutex_);
    auto copy = std::make_shared<DeskView>(view_);
    if (!open_) return copy;
    copy->run = open_->driver().snapshot();
    // A run that had to stop outweighs what else went wrong.
    if (const auto failure = open_->driver().failure()) copy->error = text_of(*failure);
    return copy;
  }
  [[nodiscard]] DeskCommands& commands() override { return *this; }
  Result<void> run_until(Time end) override {
    const OpenLabPtr open = current();
    if (options_.serve || !open) {
      return Error{ErrorKind::kInvalid, "desk: a session that serves runs by the wall clock"};
    }
    // A command's picture is taken after it: call() returns when the run has got there.
    open->driver().mailbox().call([&open, end] {
      open->driver().run_until(end);
      return true;
    });
    open->driver().mailbox().call([] { return true; });
    return {};
  }

  Result<void> apply_file(const std::string& path) override {
    INFERLAB_TRY(std::string text, sim::read_small_file(path));
    apply_now(text);
    const std::lock_guard lock(mutex_);
    view_.editor_text = std::move(text);
    ++view_.editor_version;
    return {};
  }
  void check_and_wait() override { check_now(/*counts=*/false); }
  [[nodiscard]] std::shared_ptr<const Report> report() const override {
    const std::lock_guard lock(mutex_);
    return report_;
  }

  // -- DeskCommands
  void open_lab(std::string id) override {
    worker_.post([this, id = std::move(id)] { note(load(id, false)); });
  }
  void reset_lab() override {
    worker_.post([this] { note(load(view()->lab_id, true)); });
  }
  void apply_manifest(std::string text) override {
    worker_.post([this, text = std::move(text)] { apply_now(text); });
  }
  void check() override {
    {
      const std::lock_guard lock(mutex_);
      if (view_.busy) return;
      view_.busy = true;
      view_.busy_with = "replaying your session";
      view_.progress = 0;
    }
    worker_.post([this] { check_now(/*counts=*/true); });
  }
  void save_report(std::string path) override {
    worker_.post([this, path = std::move(path)] { note(save_now(path)); });
  }
  void take_hint(std::string id) override {
    worker_.post([this, id = std::move(id)] { note(take_hint_now(id)); });
  }
  void set_speed(double speed) override {
    if (const OpenLabPtr open = current()) open->driver().set_speed(speed);
  }
  void inject_fault(std::string fault, std::string target) override {
    worker_.post([this, fault = std::move(fault), target = std::move(target)] {
      const OpenLabPtr open = current();
      if (!open) return note(no_session());
      auto outcome = open->driver().mailbox().call(
          [&] { return open->driver().cluster().inject(fault, target); });
      note(outcome ? std::move(*outcome) : no_session());
    });
  }
  void chat(std::string message) override {
    {
      const std::lock_guard lock(mutex_);
      if (view_.chatting) return;
      view_.chatting = true;
      view_.chat_answer.clear();
    }
    chatter_.post([this, message = std::move(message)] { chat_now(message); });
  }

 private:
  [[nodiscard]] OpenLabPtr current() const {
    const std::lock_guard lock(mutex_);
    return open_;
  }

  // On worker_, or before it has anything to do. What fails before the old run has ended leaves it
  // as it is.
  Result<void> load(const std::string& id, bool fresh) {
    INFERLAB_TRY(LabSpec lab, lab_of_learner(id, {}, options_.learner));
    INFERLAB_TRY(const std::string starter, starter_text(lab));
    OpenLabPtr before;
    {
      const std::lock_guard lock(mutex_);
      if (closing_) return {};
      before = std::exchange(open_, nullptr);
      // From now on the window shows the lab that is wanted, whatever becomes of its run.
      view_.lab_id = lab.id;
      view_.kubeconfig.clear();
      view_.api_url.clear();
      view_.gateway_url.clear();
    }
    if (before) before->end();  // it may be the same lab, whose folder is needed now
    INFERLAB_TRY(const OpenLabPtr open, OpenLab::open(std::move(lab), options_, fresh));
    show(open, starter);
    return {};
  }

  void show(const OpenLabPtr& open, const std::string& starter) {
    const LabSpec& lab = open->lab();
    std::vector<std::string> taken;
    if (Result<Progress> progress = Progress::open_default(lab.learner)) {
      if (auto used = progress->hints_used(lab.id)) taken = std::move(*used);
    }
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    open_ = open;
    view_.lab_id = lab.id;
    view_.lab_title = lab.title;
    view_.lab_text = window_text(lab);
    view_.tasks = lab.tasks;
    view_.editor_text = starter;
    ++view_.editor_version;
    view_.problems.clear();
    view_.apply_outcome.clear();
    view_.error.clear();
    view_.score = -1;
    view_.max_score = lab.total_points();
    view_.so_far = false;
    view_.checks = unchecked_rows(lab);
    view_.hints = hint_rows(lab, taken);
    report_.reset();
    view_.saved.clear();
    if (const Session* session = open->session()) {
      view_.kubeconfig = session->kubeconfig();
      view_.api_url = session->api_url();
      view_.gateway_url = session->gateway_url();
    }
  }

  void apply_now(const std::string& text) {
    const OpenLabPtr open = current();
    if (!open) return note(no_session());
    ApplyOutcome outcome = labs::apply_manifest(open->driver(), text);
    const std::lock_guard lock(mutex_);
    view_.problems = std::move(outcome.problems);
    view_.apply_outcome = std::move(outcome.done);
  }

  // As `lab check` grades the session on disk: the same submission by the same call.
  Result<Report> grade_now(bool counts) {
    const OpenLabPtr open = current();
    if (!open) return no_session();
    AttemptOptions attempt;
    const auto journal = open->driver().mailbox().call([&] {
      attempt.present = open->driver().cluster().simulation().now().time_since_epoch();
      return open->driver().cluster().journal();
    });
    if (!journal) return no_session();
    attempt.counts = counts;
    attempt.progress = [this](std::string_view what, int done, int of) {
      const std::lock_guard lock(mutex_);
      view_.busy_with = std::string(what);
      view_.progress = of > 0 ? static_cast<double>(done) / of : 0;
    };
    INFERLAB_TRY(
        const Submission submission,
        submission_of_session(open->lab(), *journal, open->answers_folder(), attempt.notes));
    INFERLAB_TRY(Progress progress, Progress::open_default(open->lab().learner));
    return grade_attempt(open->lab(), submission, progress, attempt);
  }

  void check_now(bool counts) {
    Result<Report> report = grade_now(counts);
    const std::lock_guard lock(mutex_);
    view_.busy = false;
    view_.progress = 1;
    if (!report) {
      view_.error = text_of(report.error());
      return;
    }
    view_.checks = check_rows(*report);
    view_.score = report->score();
    view_.max_score = report->points_judged();
    view_.so_far = !report->whole();
    view_.saved.clear();
    report_ = std::make_shared<const Report>(std::move(*report));
  }

  Result<void> save_now(const std::string& path) {
    const std::shared_ptr<const Report> saved = report();
    if (saved == nullptr) {
      return Error{ErrorKind::kUnavailable, fmt::format("{}: there is no report yet", path),
                   "check your work first"};
    }
    INFERLAB_TRY(const ReportFormat format, report_format_of_file(path));
    INFERLAB_TRY_VOID(
        write_text_file(path, format_report(*saved, format, {.version = version_number()})));
    const std::lock_guard lock(mutex_);
    view_.saved = path;
    return {};
  }

  Result<void> take_hint_now(const std::string& id) {
    const OpenLabPtr open = current();
    if (!open) return no_session();
    const LabHint* hint = open->lab().hint(id);
    if (hint == nullptr) return Error{ErrorKind::kNotFound, "hint: " + id + ": there is none"};
    INFERLAB_TRY(Progress progress, Progress::open_default(open->lab().learner));
    INFERLAB_TRY_VOID(progress.use_hint(open->lab().id, id, hint->cost));
    const std::lock_guard lock(mutex_);
    for (HintRow& row : view_.hints) {
      if (row.id == id) {
        row.taken = true;
        row.text = hint->text;
      }
    }
    return {};
  }

  void chat_now(const std::string& message) {
    note(stream_answer(message));
    const std::lock_guard lock(mutex_);
    view_.chatting = false;
  }

  Result<void> stream_answer(const std::string& message) {
    const OpenLabPtr open = current();
    if (!open) return no_session();
    if (open->session() == nullptr) {
      return Error{ErrorKind::kUnavailable, "chat: this desk serves no engine"};
    }
    const std::string url = open->session()->gateway_url();
    // The name that the replica itself gives its model, as a client would ask for it.
    INFERLAB_TRY(const std::string model, first_model(url));
    return stream_chat(url, model, message, [this](std::string_view piece) {
      const std::lock_guard lock(mutex_);
      view_.chat_answer += piece;
    });
  }

  // An error stays in sight until something succeeds.
  void note(Result<void> outcome) {
    const std::lock_guard lock(mutex_);
    view_.error = outcome ? std::string() : text_of(outcome.error());
  }

  const Options options_;
  mutable std::mutex mutex_;
  DeskView view_;                         // guarded; `run` is filled in by view()
  std::shared_ptr<const Report> report_;  // guarded; of the last check, null before it
  OpenLabPtr open_;       // guarded; null while a lab is being opened, and when it could not be
  bool closing_ = false;  // guarded
  Worker chatter_;        // a chat may take long; a check must not wait for it
  Worker worker_;
};

}  // namespace

Result<std::unique_ptr<Desk>> Desk::open(Options options) {
  auto desk = std::make_unique<DeskImpl>(std::move(options));
  INFERLAB_TRY_VOID(desk->start());
  return std::unique_ptr<Desk>(std::move(desk));
}

}  // namespace inferlab::labs
