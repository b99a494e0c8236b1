#include "sim/api/cel/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/api/cel/literal.h"
#include "sim/api/cel/macros.h"
#include "sim/api/cel/syntax_words.h"
#include "sim/api/cel/token_reader.h"

namespace inferlab::sim::cel {

namespace {

constexpr std::size_t kMostCodePoints = 100'000;
constexpr int kMostDepth = 250;

struct Operator {
  std::string_view symbol, function;
};
constexpr Operator kRelations[] = {{"<", "_<_"},   {"<=", "_<=_"}, {">", "_>_"}, {">=", "_>=_"},
                                   {"==", "_==_"}, {"!=", "_!=_"}, {"in", "@in"}};
constexpr Operator kSums[] = {{"+", "_+_"}, {"-", "_-_"}};
constexpr Operator kProducts[] = {{"*", "_*_"}, {"/", "_/_"}, {"%", "_%_"}};

class Parser : private TokenReader {
 public:
  Parser(std::vector<Token> tokens, const ParseOptions& options, Issues& issues)
      : TokenReader(std::move(tokens), issues), options_(options) {}

  ExprPtr run() {
    ExprPtr out = expression();
    if (!failed() && current().kind != TokenKind::kEnd) {
      const bool last = next().kind == TokenKind::kEnd;
      syntax(fmt::format("{} input '{}' expecting <EOF>", last ? "extraneous" : "mismatched",
                         shown(current())));
    }
    return out;
  }

 private:
  static ExprPtr node(Expr::Kind kind, std::size_t offset) {
    auto out = std::make_unique<Expr>();
    out->kind = kind;
    out->offset = offset;
    return out;
  }
  static void deepen(Expr& expr, const ExprPtr& child) {
    if (child != nullptr) expr.depth = std::max(expr.depth, child->depth + 1);
  }
  // Gives the node its depth; a tree that grew too deep is cut off here.
  ExprPtr finish(ExprPtr expr) {
    deepen(*expr, expr->target);
    for (const ExprPtr& arg : expr->args) deepen(*expr, arg);
    if (expr->depth > kMostDepth) {
      too_deep("max recursion depth exceeded");
      return node(Expr::Kind::kError, expr->offset);
    }
    return expr;
  }
  ExprPtr call(std::string_view function, std::size_t offset, ExprPtr first, ExprPtr second = {}) {
    ExprPtr out = node(Expr::Kind::kCall, offset);
    out->name = function;
    out->args.push_back(std::move(first));
    if (second != nullptr) out->args.push_back(std::move(second));
    return finish(std::move(out));
  }

  ExprPtr expression() {
    if (++nesting_ > kMostDepth) {
      too_deep(fmt::format("expression recursion limit exceeded: {}", kMostDepth));
    }
    if (failed()) {
      --nesting_;
      return node(Expr::Kind::kError, 0);
    }
    ExprPtr out = logical("||", "_||_");
    const std::size_t offset = current().offset;
    if (accept("?")) {
      ExprPtr choice = node(Expr::Kind::kCall, offset);
      choice->name = "_?_:_";
      choice->args.push_back(std::move(out));
      choice->args.push_back(logical("||", "_||_"));
      expect(":", "':'", starts_expression(current()));
      choice->args.push_back(expression());
      out = finish(std::move(choice));
    }
    --nesting_;
    return out;
  }

  // Chains of one operator are one node with many terms: they may be long without being deep.
  ExprPtr logical(std::string_view symbol, std::string_view function) {
    const auto term = [&] { return symbol == "||" ? logical("&&", "_&&_") : relation(); };
    ExprPtr first = term();
    if (failed() || !current().is(symbol)) return first;
    ExprPtr out = node(Expr::Kind::kCall, current().offset);
    out->name = function;
    out->args.push_back(std::move(first));
    while (accept(symbol)) out->args.push_back(term());
    return finish(std::move(out));
  }

  template <std::size_t n, typename Operand>
  ExprPtr infix(const Operator (&operators)[n], Operand operand) {
    ExprPtr out = operand();
    while (!failed()) {
      const auto* found = std::find_if(std::begin(operators), std::end(operators),
                                       [&](const Operator& o) { return current().is(o.symbol); });
      if (found == std::end(operators)) break;
      const std::size_t offset = current().offset;
      advance();
      ExprPtr right = operand();
      out = call(found->function, offset, std::move(out), std::move(right));
    }
    return out;
  }
  ExprPtr relation() {
    return infix(kRelations, [this] { return sum(); });
  }
  ExprPtr sum() {
    return infix(kSums, [this] { return infix(kProducts, [this] { return unary(); }); });
  }

  ExprPtr unary() {
    if (!ready()) return node(Expr::Kind::kError, current().offset);
    const std::size_t offset = current().offset;
    for (const std::string_view symbol : {"!", "-"}) {
      if (!current().is(symbol)) continue;
      std::size_t count = 0;
      while (accept(symbol)) ++count;
      const bool number = current().kind == TokenKind::kInt || current().kind == TokenKind::kFloat;
      if (symbol == "-" && count == 1 && number) return member(offset);
      if (symbol == "-" && !starts_expression(current())) {
        const bool end = current().kind == TokenKind::kEnd;
        syntax("no viable alternative at input '-" + (end ? "" : shown(current())) + "'");
      }
      ExprPtr out = member();
      if (count % 2 == 0) return out;
      return call(symbol == "!" ? "!_" : "-_", offset, std::move(out));
    }
    return member();
  }

  // `minus_at`: a minus sign stands there that belongs to the number that follows.
  ExprPtr member(std::optional<std::size_t> minus_at = {}) {
    ExprPtr out = primary(minus_at);
    while (!failed()) {
      const std::size_t offset = current().offset;
      if (accept(".")) {
        out = select(std::move(out), offset);
      } else if (accept("[")) {
        const bool optional = accept("?");
        open(']');
        ExprPtr index = expression();
        close();
        expect("]", "']'", follows_closer());
        out = call(optional ? "_[?_]" : "_[_]", offset, std::move(out), std::move(index));
      } else if (current().is("{") && is_name(*out)) {
        out = structure(std::move(out));
      } else {
        break;
      }
    }
    return out;
  }

  static bool is_name(const Expr& expr) {
    if (expr.kind == Expr::Kind::kIdent) return true;
    return expr.kind == Expr::Kind::kSelect && !expr.optional && is_name(*expr.target);
  }

  ExprPtr select(ExprPtr operand, std::size_t dot) {
    const bool optional = accept("?");
    if (failed() || current().kind != TokenKind::kIdent) {
      const bool keyword = current().kind == TokenKind::kKeyword;
      if (optional || keyword) {
        syntax(fmt::format("mismatched input '{}' expecting IDENTIFIER", shown(current())));
      } else {
        syntax(fmt::format("no viable alternative at input '.{}'", current().text));
      }
      return operand;
    }
    const Token name = current();
    advance();
    if (!optional && current().is("(")) return invocation(std::move(operand), name);
    ExprPtr out = node(Expr::Kind::kSelect, dot);
    out->name = name.text;
    out->optional = optional;
    out->target = std::move(operand);
    return finish(std::move(out));
  }

  ExprPtr invocation(ExprPtr target, const Token& name) {
    ExprPtr out = node(Expr::Kind::kCall, current().offset);
    out->name = name.text;
    out->target = std::move(target);
    advance();  // (
    open(')');
    if (!current().is(")") && ready(')')) {
      do {
        out->args.push_back(expression());
      } while (accept(","));
    }
    close();
    expect(")", "')'", follows_closer());
    out = finish(std::move(out));
    if (failed() || out->kind != Expr::Kind::kCall) return out;
    return expand_macro(std::move(out), options_, issues());
  }

  ExprPtr structure(ExprPtr name) {
    const std::size_t offset = current().offset;
    advance();  // {
    while (!failed() && !current().is("}")) {
      accept("?");
      if (current().kind != TokenKind::kIdent) {
        syntax(fmt::format("mismatched input '{}' expecting {{'}}', ',', '?', IDENTIFIER}}",
                           shown(current())));
        break;
      }
      advance();
      expect(":", "':'", starts_expression(current()));
      open('}');
      (void)expression();
      close();
      if (!accept(",")) break;
    }
    expect("}", "{'}', ','}", false);
    ExprPtr out = node(Expr::Kind::kStruct, offset);
    for (const Expr* part = name.get(); part != nullptr; part = part->target.get()) {
      out->name = out->name.empty() ? part->name : part->name + "." + out->name;
    }
    return out;
  }

  ExprPtr primary(std::optional<std::size_t> minus_at) {
    if (!ready()) return node(Expr::Kind::kError, current().offset);
    const Token token = current();
    if (token.is("(")) {
      advance();
      open(')');
      ExprPtr out = expression();
      close();
      expect(")", "')'", follows_closer());
      return out;
    }
    if (token.is("[")) return list();
    if (token.is("{")) return map();
    if (token.is(".") || token.kind == TokenKind::kIdent) return name();
    if (token.is("-") || token.is("!")) {
      // A sign within signs of the other sort: "!-1".
      if (token.is("-") && (next().kind == TokenKind::kInt || next().kind == TokenKind::kFloat)) {
        advance();
        return literal(token.offset);
      }
      syntax(fmt::format("no viable alternative at input '{}'", shown(token)));
      return node(Expr::Kind::kError, token.offset);
    }
    return literal(minus_at);
  }

  ExprPtr literal(std::optional<std::size_t> minus_at) {
    const Token token = current();
    advance();
    ExprPtr out = node(Expr::Kind::kLiteral, minus_at.value_or(token.offset));
    Result<Val> value = literal_value(token, minus_at.has_value());
    if (!value) {
      issues().add(out->offset, value.error().message);
      out->kind = Expr::Kind::kError;
      return out;
    }
    out->literal = *value;
    return out;
  }

  ExprPtr name() {
    const std::size_t start = current().offset;
    accept(".");  // asks for the name as it is, which all names are: there is no container
    if (current().kind != TokenKind::kIdent) {
      syntax(fmt::format("mismatched input '{}' expecting IDENTIFIER", shown(current())));
      return node(Expr::Kind::kError, start);
    }
    const Token token = current();
    advance();
    const bool reserved = is_reserved(token);
    if (reserved) issues().add(start, fmt::format("reserved identifier: {}", token.text));
    if (current().is("(")) {
      ExprPtr out = invocation(nullptr, token);
      if (reserved) out = node(Expr::Kind::kError, start);
      return out;
    }
    ExprPtr out = node(reserved ? Expr::Kind::kError : Expr::Kind::kIdent, token.offset);
    out->name = token.text;
    return out;
  }

  ExprPtr list() {
    ExprPtr out = node(Expr::Kind::kList, current().offset);
    advance();
    open(']');
    bool first = true;
    while (!failed() && !current().is("]") && !(first && current().is(",") && next().is("]"))) {
      out->optional_args.push_back(accept("?"));
      if (first && !ready(']')) break;
      first = false;
      out->args.push_back(expression());
      if (!accept(",")) break;
    }
    if (first) accept(",");
    close();
    out->optional_args.resize(out->args.size());
    expect("]", "{']', ','}", false);
    return finish(std::move(out));
  }

  ExprPtr map() {
    ExprPtr out = node(Expr::Kind::kMap, current().offset);
    advance();
    open('}');
    bool first = true;
    while (!failed() && !current().is("}") && !(first && current().is(",") && next().is("}"))) {
      out->optional_args.push_back(accept("?"));
      if (first && !ready('}')) break;
      first = false;
      out->args.push_back(expression());
      expect(":", "':'", starts_expression(current()));
      out->args.push_back(expression());
      if (!accept(",")) break;
    }
    if (first) accept(",");
    close();
    out->optional_args.resize(out->args.size() / 2);
    expect("}", "{'}', ','}", false);
    return finish(std::move(out));
  }

  const ParseOptions& options_;
  int nesting_ = 0;
};

}  // namespace

ExprPtr parse(std::string_view text, const ParseOptions& options, Issues& issues) {
  const std::size_t size = count_code_points(text);
  if (size > kMostCodePoints) {
    issues.add(fmt::format("expression code point size exceeds limit: size: {}, limit {}", size,
                           kMostCodePoints));
    return std::make_unique<Expr>();
  }
  return Parser(tokenize(text, issues), options, issues).run();
}

}  // namespace inferlab::sim::cel
