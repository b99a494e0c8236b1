// quiz.yaml, and what a learner writes in answers.txt. Parts: the quiz, the answers.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "engine/base/check.h"
#include "labs/checks/measure.h"
#include "labs/spec/quiz.h"
#include "sim/api/yaml.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_quiz(std::string_view bytes) {
  const std::string_view quiz = next_part(bytes);
  std::vector<Error> errors;
  const std::vector<labs::Question> questions = labs::read_quiz(quiz, "x", errors);
  for (const Error& error : errors) INFERLAB_CHECK(error.message.starts_with("x:"));
  const auto answers = sim::parse_yaml(bytes, "y");
  for (const labs::Question& question : questions) {
    if (answers && !answers->empty()) {
      (void)labs::is_right(question, answers->front().value[question.id], question.number);
    }
    if (!errors.empty()) continue;
    // Its own answer is right.
    if (question.type == labs::Question::Type::kNumber) {
      if (!question.measure.is_null()) {
        INFERLAB_CHECK(!labs::measure_from(question.measure).str().empty());
      }
      const sim::Value number(fmt::format("{}", question.number));
      INFERLAB_CHECK(labs::is_right(question, number, question.number) == true);
    } else {
      const sim::Value own = sim::Value::strings(question.answer);
      INFERLAB_CHECK(labs::is_right(question, own, 0) == true);
    }
  }
}

}  // namespace inferlab::fuzz
