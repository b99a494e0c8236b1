// Answers a question of a lab's quiz, for the session; without an answer it shows the questions.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/grade/submission.h"
#include "labs/report/command_words.h"
#include "labs/report/escape.h"
#include "labs/report/wrap.h"
#include "labs/session/session_folder.h"
#include "labs/spec/catalog.h"
#include "labs/spec/suggest.h"
#include "labs/spec/text_file.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;

// `these`: what the options are called.
std::string how_to_answer(const Question& question, std::string_view these = "these") {
  switch (question.type) {
    case Question::Type::kSingle:
    case Question::Type::kCause:
      return fmt::format("one of {}", these);
    case Question::Type::kMultiple:
      return fmt::format("some of {}", these);
    case Question::Type::kOrder:
      return fmt::format("all of {}, in order", these);
    case Question::Type::kNumber:
      return question.unit.empty() ? "a number"
                                   : "a number, in " + question.unit + " or with a unit";
  }
  return {};
}

// The same for an error, which stands alone: the options by their ids.
std::string answer_hint(const Question& question) {
  std::vector<std::string_view> ids;
  for (const auto& [id, text] : question.options) ids.push_back(id);
  return how_to_answer(question, fmt::format("{}", fmt::join(ids, ", ")));
}

// As somebody would say it: options with commas between them.
std::string given_text(const Question& question, const Value& given) {
  if (question.type == Question::Type::kNumber && given.is_string()) return given.str();
  return fmt::format("{}", fmt::join(chosen_options(given), ", "));
}

class LabAnswer final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab");
    args.positional(
        "ANSWER", words_,
        "a question's id, and the answer: options or a number; without it the questions "
        "are shown");
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const LabSpec lab, find_lab(lab_id_, learner_of(learner_)));
    INFERLAB_TRY(const std::string folder, session_folder(lab.id, lab.learner));
    INFERLAB_TRY(Value answers, answers_in(folder, lab));
    if (lab.quiz.empty()) {
      return Error{ErrorKind::kNotFound, fmt::format("lab {}: asks no questions", lab.id)};
    }
    if (!words_.empty()) {
      INFERLAB_TRY(answers, answered(lab, answers));
      const std::string path = folder + "/" + std::string(kAnswersFile);
      INFERLAB_TRY_VOID(write_text_file(path, sim::to_yaml(answers)));
      std::error_code ignored;  // what was there is in the new file
      std::filesystem::remove(fmt::format("{}/{}", folder, kFormerAnswersFile), ignored);
    }
    show(terminal, lab, answers);
    return kExitDone;
  }

 private:
  Result<Value> answered(const LabSpec& lab, const Value& answers) const {
    const Question* question = lab.question(words_.front());
    if (question == nullptr) {
      std::vector<std::string_view> ids;
      for (const Question& each : lab.quiz) ids.push_back(each.id);
      return Error{ErrorKind::kNotFound, fmt::format("{}: is no question", words_.front()),
                   suggestion(words_.front(), ids)};
    }
    if (words_.size() < 2) {
      return Error{ErrorKind::kInvalid, fmt::format("{}: needs an answer", words_.front()),
                   answer_hint(*question)};
    }
    for (std::size_t i = 1; i < words_.size(); ++i) {
      const bool is_option = std::ranges::any_of(
          question->options, [&](const auto& option) { return option.first == words_[i]; });
      if (is_option || lab.question(words_[i]) == nullptr) continue;
      return Error{ErrorKind::kInvalid,
                   fmt::format("{}: is another question, and one is answered at a time", words_[i]),
                   fmt::format("first inferlab lab answer {} {} …, then {} …", shell_word(lab_id_),
                               words_.front(), words_[i])};
    }
    Value answer;
    if (question->type == Question::Type::kNumber) {
      const std::vector<std::string> rest(words_.begin() + 1, words_.end());
      answer = Value(fmt::format("{}", fmt::join(rest, " ")));
    } else if (words_.size() == 2) {
      answer = Value(words_[1]);
    } else {
      Value::Array list;
      for (std::size_t i = 1; i < words_.size(); ++i) list.emplace_back(words_[i]);
      answer = Value::array(std::move(list));
    }
    // Whether it is right is the grade's business; what cannot be is told at once.
    if (!is_right(*question, answer, 0)) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("{}: \"{}\" is no possible answer", words_.front(),
                               given_text(*question, answer)),
                   answer_hint(*question)};
    }
    return answers.with(words_.front(), answer);
  }

  void show(Terminal& terminal, const LabSpec& lab, const Value& answers) const {
    if (format_ == "json") {
      Value::Array out;
      for (const Question& question : lab.quiz) {
        Value::Array options;
        for (const auto& [id, text] : question.options) {
          options.push_back(Value::object({{"id", id}, {"text", text}}));
        }
        out.push_back(Value::object({{"id", question.id},
                                     {"text", question.text},
                                     {"answer_with", how_to_answer(question)},
                                     {"options", Value::array(std::move(options))},
                                     {"answer", answers[question.id]}}));
      }
      print_json(terminal, Value::object({{"questions", Value::array(std::move(out))}}));
      return;
    }
    for (const Question& question : lab.quiz) {
      const Value& given = answers[question.id];
      terminal.out << terminal.style.bold(question.id) << "  "
                   << (given.is_null()
                           ? terminal.style.faint("not answered yet")
                           : "your answer: " + for_terminal(given_text(question, given)))
                   << "\n  " << wrap_markdown(question.text, terminal.prose_width(), 2) << "\n  ("
                   << how_to_answer(question) << ")\n";
      std::size_t longest = 0;
      for (const auto& [id, text] : question.options) longest = std::max(longest, id.size());
      for (const auto& [id, text] : question.options) {
        terminal.out << fmt::format("    {}  {}\n", pad(id, longest),
                                    wrap_markdown(text, terminal.prose_width(), longest + 6));
      }
      terminal.out << '\n';
    }
  }

  std::string lab_id_, learner_, format_ = "text";
  std::vector<std::string> words_;
};

}  // namespace

std::unique_ptr<Command> make_lab_answer() {
  return std::make_unique<LabAnswer>();
}

}  // namespace inferlab::labs
