#include "labs/desk/desk.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "labs/desk/apply_manifest.h"
#include "labs/desk/chat_client.h"
#include "labs/grade/event_player.h"
#include "labs/grade/given.h"
#include "labs/grade/grade.h"
#include "labs/grade/settle.h"
#include "labs/grade/submission.h"
#include "labs/progress/progress.h"
#include "labs/session/picture.h"
#include "labs/session/session.h"
#include "labs/spec/catalog.h"
#include "sim/apiserver/private_file.h"

namespace inferlab::labs {
namespace {

// What a learner reads of a lab, as one text.
std::string lab_markdown(const LabSpec& lab) {
  std::string text = "# " + lab.title + "\n\n" + lab.objective + "\n\n" + lab.story + "\n\n";
  const auto list = [&text](const char* title, const std::vector<std::string>& items) {
    if (items.empty()) return;
    text += std::string("## ") + title + "\n\n";
    for (const std::string& item : items) text += "- " + item + "\n";
    text += "\n";
  };
  list("Before you start", lab.prerequisites);
  if (!lab.commands.empty()) {
    text += "## Commands\n\n";
    for (const LabCommand& command : lab.commands) {
      text += command.why + "\n\n```\n" + command.run + "\n```\n\n";
    }
  }
  list("Signals to look for", lab.validation_signals);
  if (!lab.failure_drills.empty()) text += "## Failure drills\n\n";
  for (const LabDrill& drill : lab.failure_drills) {
    text += "**" + drill.title + "** " + drill.steps + " Expect: " + drill.expect + "\n\n";
  }
  list("Read", lab.sources);
  return text;
}

Result<std::string> starter_text(const LabSpec& lab) {
  INFERLAB_TRY(const std::vector<SubmissionFile> files, shipped_answer(lab, "starter"));
  std::string text;
  for (const SubmissionFile& file : files) {
    if (!text.empty()) text += "---\n";
    text += file.text;
  }
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

CheckRow check_row(const CheckResult& result) {
  CheckRow row{result.id,     result.title, CheckRow::State::kFailed, result.points,
               result.earned, result.seen,  result.expected,          joined(result.rows)};
  if (result.passed) {
    row.state = CheckRow::State::kPassed;
  } else if (result.earned > 0) {
    row.state = CheckRow::State::kPartial;
  }
  return row;
}

std::string text_of(const Error& error) {
  return error.hint.empty() ? error.message : error.message + " (" + error.hint + ")";
}

// Runs tasks one after the other on a thread of its own.
class Worker {
 public:
  Worker() : thread_([this] { run(); }) {}
  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      changed_.notify_all();
    }
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void post(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    changed_.notify_all();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (stopping_) return;
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

Error no_session() {
  return Error{ErrorKind::kUnavailable, "session: no lab is running",
               "open a lab, or reset this one"};
}

// The lab on the desk with the run that goes with it. Shared by everybody who is using it: another
// lab may be opened meanwhile, which ends this run but leaves it standing until the last one goes.
class OpenLab {
 public:
  static Result<std::shared_ptr<OpenLab>> open(LabSpec lab, const Desk::Options& options,
                                               bool fresh) {
    auto out = std::make_shared<OpenLab>();
    out->lab_ = std::move(lab);
    if (options.serve) {
      SessionOptions session;
      session.lab = out->lab_;
      session.seed = options.seed;
      session.speed = options.speed;
      session.fresh = fresh;
      INFERLAB_TRY(out->session_, Session::start(std::move(session)));
    } else {
      auto cluster =
          std::make_unique<sim::Cluster>(out->lab_.cluster, options.seed.value_or(out->lab_.seed));
      INFERLAB_TRY_VOID(give(out->lab_, *cluster));
      out->player_ = std::make_unique<EventPlayer>(*cluster, out->lab_, out->lab_.events);
      out->driver_ = std::make_unique<Driver>(
          std::move(cluster), 0, take_picture,
          [player = out->player_.get()](Time end) { player->run_until(end); });
    }
    return out;
  }

  // After end() its mailbox answers nothing and its last picture stays.
  void end() {
    if (session_) session_->end();
    if (driver_) driver_->stop();
  }

  [[nodiscard]] const LabSpec& lab() const { return lab_; }
  [[nodiscard]] Driver& driver() { return session_ ? session_->driver() : *driver_; }
  /// nullptr: this desk serves nothing.
  [[nodiscard]] const Session* session() const { return session_.get(); }

 private:
  LabSpec lab_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<EventPlayer> player_;  // outlives the driver
  std::unique_ptr<Driver> driver_;
};
using OpenLabPtr = std::shared_ptr<OpenLab>;

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
    view_.labs = lab_rows(labs);
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
  void check_and_wait() override { check_now(/*record=*/false); }

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
    worker_.post([this] { check_now(/*record=*/true); });
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
  static std::vector<LabRow> lab_rows(const std::vector<LabSpec>& labs) {
    std::vector<LabRow> rows;
    Result<Progress> progress = Progress::open_default();
    for (const LabSpec& lab : labs) {
      LabRow row{lab.id, lab.title, lab.objective, std::to_string(lab.minutes), -1};
      if (progress) {
        const Result<LabProgress> done = progress->lab(lab.id);
        if (done && done->attempts > 0) row.best_score = done->best_score;
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

  [[nodiscard]] OpenLabPtr current() const {
    const std::lock_guard lock(mutex_);
    return open_;
  }

  // On worker_, or before it has anything to do. What fails before the old run has ended leaves it
  // as it is.
  Result<void> load(const std::string& id, bool fresh) {
    INFERLAB_TRY(LabSpec lab, find_lab(id));
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
    if (Result<Progress> progress = Progress::open_default()) {
      if (auto used = progress->hints_used(lab.id)) taken = std::move(*used);
    }
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    open_ = open;
    view_.lab_id = lab.id;
    view_.lab_title = lab.title;
    view_.lab_text = lab_markdown(lab);
    view_.tasks = lab.tasks;
    view_.editor_text = starter;
    ++view_.editor_version;
    view_.problems.clear();
    view_.apply_outcome.clear();
    view_.error.clear();
    view_.score = -1;
    view_.max_score = lab.total_points();
    view_.checks.clear();
    for (const LabCheck& check : lab.checks) {
      view_.checks.push_back({check.id,
                              check.title,
                              CheckRow::State::kUnknown,
                              check.points,
                              0,
                              {},
                              {},
                              joined(check.rows)});
    }
    view_.hints.clear();
    for (const LabHint& hint : lab.hints) {
      const bool used = std::find(taken.begin(), taken.end(), hint.id) != taken.end();
      view_.hints.push_back({hint.id, hint.cost, used, used ? hint.text : std::string()});
    }
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

  Result<Report> grade_now(bool record) {
    const OpenLabPtr open = current();
    if (!open) return no_session();
    const auto journal =
        open->driver().mailbox().call([&open] { return open->driver().cluster().journal(); });
    if (!journal) return no_session();
    GradeOptions options;
    options.submission = "session";
    const DeskViewPtr shown = view();
    for (const HintRow& hint : shown->hints) {
      if (hint.taken) options.hints_used.push_back(hint.id);
    }
    options.progress = [this](std::string_view what, int done, int of) {
      const std::lock_guard lock(mutex_);
      view_.busy_with = std::string(what);
      view_.progress = of > 0 ? static_cast<double>(done) / of : 0;
    };
    INFERLAB_TRY(Report report,
                 grade(open->lab(), settled_journal(open->lab(), *journal), options));
    if (record) {
      if (Result<Progress> progress = Progress::open_default()) {
        note(progress->record_attempt(report));
      }
    }
    return report;
  }

  void check_now(bool record) {
    const Result<Report> report = grade_now(record);
    const std::lock_guard lock(mutex_);
    view_.busy = false;
    view_.progress = 1;
    if (!report) {
      view_.error = text_of(report.error());
      return;
    }
    view_.checks.clear();
    for (const CheckResult& result : report->checks) view_.checks.push_back(check_row(result));
    view_.score = report->score();
    view_.max_score = report->points;
  }

  Result<void> take_hint_now(const std::string& id) {
    const OpenLabPtr open = current();
    if (!open) return no_session();
    const LabHint* hint = open->lab().hint(id);
    if (hint == nullptr) return Error{ErrorKind::kNotFound, "hint: " + id + ": there is none"};
    INFERLAB_TRY(Progress progress, Progress::open_default());
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
  DeskView view_;         // guarded; `run` is filled in by view()
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
