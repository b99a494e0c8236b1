#include "sim/node/container.h"

#include <utility>

namespace inferlab::sim {

Container::Container(Simulation& simulation, ContainerView container, bool init,
                     Value container_document, std::function<void(Container&)> exited)
    : view(std::move(container)),
      is_init(init),
      document(std::move(container_document)),
      is_sidecar(init && document["restartPolicy"].as_string() == "Always"),
      simulation_(simulation),
      exited_(std::move(exited)) {}

void Container::set_image(const std::string& image) {
  view.image = image;
  document = document.with("image", image);
  restart_backoff = {};
  pull_backoff = {};
  not_before = {};
}

void Container::log(std::string_view line) {
  current_log.add(simulation_.now(), line);
}

void Container::exit(int code, std::string_view reason, std::string_view message) {
  if (state != State::kRunning) return;
  end(code, reason.empty() ? (code == 0 ? "Completed" : "Error") : reason, message);
}

void Container::kill(int code, std::string_view reason) {
  if (state != State::kRunning) return;
  workload->killed();
  end(code, reason, {});
}

void Container::end(int code, std::string_view reason, std::string_view message) {
  state = State::kTerminated;
  terminated = Termination{.exit_code = code,
                           .reason = std::string(reason),
                           .message = std::string(message),
                           .started = started_at,
                           .finished = simulation_.now(),
                           .container_id = container_id};
  started = false;
  in_post_start = false;
  stopping = false;
  awaits_turn_until.reset();
  ended_.push_back(std::move(workload));  // it may be what called us
  exited_(*this);
}

void Container::run(std::unique_ptr<Workload> process, std::string id) {
  if (terminated) {
    previous = std::exchange(terminated, std::nullopt);
    previous_log = std::exchange(current_log, {});
    ++restart_count;
  }
  state = State::kRunning;
  replaced = false;
  waiting_reason.clear();
  waiting_message.clear();
  container_id = std::move(id);
  started_at = simulation_.now();
  cpu_seen = {};
  workload = std::move(process);
  workload->start();
}

void Container::fail_to_start(int code, std::string_view reason, std::string_view message,
                              std::string id) {
  if (terminated) {
    previous = std::exchange(terminated, std::nullopt);
    previous_log = std::exchange(current_log, {});
    ++restart_count;
  }
  state = State::kTerminated;
  replaced = false;
  container_id = std::move(id);
  started_at = simulation_.now();
  terminated = Termination{.exit_code = code,
                           .reason = std::string(reason),
                           .message = std::string(message),
                           .started = Time{},
                           .finished = simulation_.now(),
                           .container_id = container_id};
}

void Container::wait(std::string_view reason, std::string_view message) {
  state = State::kWaiting;
  replaced = false;
  waiting_reason = std::string(reason);
  waiting_message = std::string(message);
}

}  // namespace inferlab::sim
