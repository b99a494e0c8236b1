// Certificates: that a lab was passed, signed by who gives the course.
#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "labs/cli/commands.h"
#include "labs/cli/grading.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/progress/certificate.h"
#include "labs/progress/learner_work.h"
#include "labs/progress/progress.h"
#include "labs/report/escape.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "sim/apiserver/private_file.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = std::size_t{64} << 10;

class LabCertificate final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab", /*required=*/false);
    args.option("--submission", folder_, "grade this folder instead of the session");
    args.option("--key", key_, "file of the private key that signs");
    args.option("--name", name_, "of the learner, as it shall stand there");
    args.option("-o,--output", output_, "write the certificate to this file");
    args.option("--verify", verify_, "look whether this certificate is as it was signed");
    args.option("--public-key", public_key_, "file of the signer's public key, for --verify");
    args.option("--new-key", new_key_, "write a new private key, and FILE.pub beside it");
    declare_learner(args, learner_);
    args.choice("--format", format_, {"text", "json"},
                "of what --verify and --new-key say; a certificate is JSON always");
  }

  Result<int> run(Terminal& terminal) override {
    if (!new_key_.empty()) return make_key(terminal);
    if (!verify_.empty()) return verify(terminal);
    if (lab_id_.empty() || key_.empty()) {
      return Error{ErrorKind::kInvalid, "lab certificate: needs a lab and --key",
                   "or --verify FILE --public-key FILE, or --new-key FILE"};
    }
    if (name_.empty()) {
      return Error{ErrorKind::kInvalid, "lab certificate: needs --name", "whom it is for"};
    }
    INFERLAB_TRY(const std::string key, read_text_file(key_, kMaxBytes));
    INFERLAB_TRY(const LabSpec lab, lab_of_learner(lab_id_, folder_, learner_of(learner_)));
    std::vector<std::string> notes;
    INFERLAB_TRY(const Submission work, submission_of_learner(lab, folder_, notes));
    std::vector<std::string> hints;  // of a session; whoever grades a folder gave none
    if (folder_.empty()) {
      INFERLAB_TRY(Progress progress, Progress::open_default(lab.learner));
      INFERLAB_TRY(hints, progress.hints_used(lab.id));
    }
    INFERLAB_TRY(const Report report,
                 grade_with_progress(terminal, lab, work, "certificate", {}, hints, notes));
    INFERLAB_TRY(const sim::Value certificate, make_certificate(report, lab.learner, name_, key));
    if (output_.empty()) {
      print_json(terminal, certificate);
      return kExitDone;
    }
    INFERLAB_TRY_VOID(write_text_file(output_, sim::to_json(certificate, 2) + "\n"));
    return kExitDone;
  }

 private:
  Result<int> make_key(Terminal& terminal) const {
    std::error_code failed;
    if (fs::exists(new_key_, failed)) {
      return Error{ErrorKind::kConflict, fmt::format("{}: is there already", new_key_),
                   "a key that has signed must not be lost; name another file"};
    }
    INFERLAB_TRY(const SigningKey pair, new_signing_key());
    INFERLAB_TRY_VOID(sim::write_private_file(new_key_, pair.private_pem));
    INFERLAB_TRY_VOID(write_text_file(new_key_ + ".pub", pair.public_pem));
    if (format_ == "json") {
      print_json(terminal,
                 sim::Value::object({{"privateKey", new_key_}, {"publicKey", new_key_ + ".pub"}}));
      return kExitDone;
    }
    terminal.out << fmt::format("{0}      keep it to yourself\n{0}.pub  give it to who verifies\n",
                                new_key_);
    return kExitDone;
  }

  Result<int> verify(Terminal& terminal) const {
    if (public_key_.empty()) {
      return Error{ErrorKind::kInvalid, "--verify: needs --public-key", "of who has signed"};
    }
    INFERLAB_TRY(const std::string text, read_text_file(verify_, kMaxBytes));
    INFERLAB_TRY(const std::string key, read_text_file(public_key_, kMaxBytes));
    const auto certificate = sim::parse_json(text);
    if (!certificate) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("{}: {}", verify_, certificate.error().message)};
    }
    if (const auto holds = verify_certificate(*certificate, key); !holds) {
      Error error = holds.error();
      error.message = fmt::format("{}: {}", verify_, error.message);
      print_error(terminal, error);
      return kExitFailed;
    }
    if (format_ == "json") {
      print_json(terminal, sim::Value::object({{"holds", true}, {"certificate", *certificate}}));
      return kExitDone;
    }
    terminal.out << fmt::format("{}: {} of {} points in {}\n",
                                for_terminal((*certificate)["name"].as_string("somebody")),
                                (*certificate)["points"].as_int(), (*certificate)["of"].as_int(),
                                for_terminal((*certificate)["lab"].as_string()));
    return kExitDone;
  }

  std::string lab_id_, folder_, key_, name_, output_, verify_, public_key_, new_key_, learner_,
      format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_certificate() {
  return std::make_unique<LabCertificate>();
}

}  // namespace inferlab::labs
