#include "labs/desk/open_lab.h"

#include <utility>

#include "labs/grade/given.h"
#include "labs/session/picture.h"

namespace inferlab::labs {

Result<std::shared_ptr<OpenLab>> OpenLab::open(LabSpec lab, const Desk::Options& options,
                                               bool fresh) {
  auto out = std::make_shared<OpenLab>();
  out->lab_ = std::move(lab);
  out->answers_folder_ = options.answers_folder;
  if (options.serve) {
    SessionOptions session;
    session.lab = out->lab_;
    session.seed = options.seed;
    session.speed = options.speed;
    session.fresh = fresh;
    INFERLAB_TRY(out->session_, Session::start(std::move(session)));
    return out;
  }
  auto cluster =
      std::make_unique<sim::Cluster>(out->lab_.cluster, options.seed.value_or(out->lab_.seed));
  INFERLAB_TRY_VOID(give(out->lab_, *cluster));
  out->player_ = std::make_unique<EventPlayer>(*cluster, out->lab_, out->lab_.events);
  out->driver_ =
      std::make_unique<Driver>(std::move(cluster), 0, take_picture,
                               [player = out->player_.get()](Time end) { player->run_until(end); });
  return out;
}

void OpenLab::end() {
  if (session_) session_->end();
  if (driver_) driver_->stop();
}

}  // namespace inferlab::labs
