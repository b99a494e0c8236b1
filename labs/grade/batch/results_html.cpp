// The batch as a page. Rows are the items of a flexible box, and each carries its place under every
// order as a variable: which of them counts, a checked radio button says.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "labs/grade/batch/results.h"
#include "labs/report/escape.h"

namespace inferlab::labs::batch {
namespace {

constexpr const char* kStyle = R"(
body{font:14px/1.5 system-ui,sans-serif;margin:2rem;color:#1c2733;background:#fff}
h1{font-size:1.4rem;margin:0}
p{margin:.3rem 0 1rem}
fieldset{border:1px solid #c9d2dc;border-radius:6px;margin:0 0 1rem;padding:.4rem .8rem}
legend{padding:0 .4rem}
.orders>input{position:absolute;opacity:0}
.orders>label{display:inline-block;margin:0 .3rem .3rem 0;padding:.1rem .6rem;border:1px solid #c9d2dc;
border-radius:1rem;cursor:pointer}
.frame{overflow-x:auto}
table,thead,tbody{display:flex;flex-direction:column;min-width:max-content}
tr{display:grid;grid-template-columns:var(--columns);border-bottom:1px solid #e3e8ee}
th,td{padding:.25rem .5rem;text-align:left;overflow-wrap:anywhere}
th{background:#f2f5f8}
.n{text-align:right;font-variant-numeric:tabular-nums}
.lost{background:#fdeaea}
.passed{color:#11632f}.failed,.other{color:#9b1c1c}
@media(prefers-color-scheme:dark){body{color:#dde5ec;background:#12181f}th{background:#1d2731}
tr,fieldset,.orders>label{border-color:#33414f}.lost{background:#4a2020}.passed{color:#6fd18f}
.failed,.other{color:#f19999}}
)";

/// One way to put the rows in order.
struct Order {
  std::string label;
  std::vector<std::size_t> places;  // of each row
};

Order order_by(std::string label, const Table& table,
               const std::function<bool(const Row&, const Row&)>& before) {
  std::vector<std::size_t> rows(table.rows.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return before(table.rows[a], table.rows[b]);
  });
  Order out{std::move(label), std::vector<std::size_t>(rows.size())};
  for (std::size_t place = 0; place < rows.size(); ++place) out.places[rows[place]] = place;
  return out;
}

int earned_of(const Row& row, const CheckColumn& check) {
  const auto found = row.checks.find(check.id);
  return found == row.checks.end() ? -1 : found->second;
}

std::vector<Order> orders_of(const Table& table, bool timings) {
  std::vector<Order> out;
  out.push_back(order_by("name", table, [](const Row&, const Row&) { return false; }));
  out.push_back(order_by("most points", table,
                         [](const Row& a, const Row& b) { return a.earned > b.earned; }));
  out.push_back(order_by("fewest points", table,
                         [](const Row& a, const Row& b) { return a.earned < b.earned; }));
  out.push_back(
      order_by("learner", table, [](const Row& a, const Row& b) { return a.learner < b.learner; }));
  out.push_back(order_by("status", table, [](const Row& a, const Row& b) {
    return a.outcome != b.outcome ? a.outcome > b.outcome : a.passed < b.passed;
  }));
  if (timings) {
    out.push_back(
        order_by("time", table, [](const Row& a, const Row& b) { return a.cpu_ms > b.cpu_ms; }));
  }
  for (const CheckColumn& check : table.checks) {
    out.push_back(order_by(check.id, table, [&](const Row& a, const Row& b) {
      return earned_of(a, check) < earned_of(b, check);
    }));
  }
  return out;
}

std::string style_of(const Table& table, std::size_t orders, bool timings) {
  std::string out = kStyle;
  out += fmt::format("table{{--columns:16rem 10rem 9rem 5rem {}repeat({},7rem) 30rem}}\n",
                     timings ? "6rem " : "", table.checks.size());
  for (std::size_t i = 0; i < orders; ++i) {
    out += fmt::format("#o{0}:checked~.frame tbody tr{{order:var(--o{0})}}\n", i);
    out += fmt::format(
        "#o{0}:checked~fieldset label[for=o{0}]{{background:#1f5fae;color:#fff}}\n"
        "#o{0}:focus-visible~fieldset label[for=o{0}]{{outline:2px solid #1f5fae}}\n",
        i);
  }
  return out;
}

std::string head_of(const Table& table, bool timings) {
  std::string out = "<thead role=\"rowgroup\"><tr role=\"row\">";
  const auto cell = [&](std::string_view text, std::string_view title, bool number) {
    out += fmt::format("<th role=\"columnheader\"{}{}>{}</th>", number ? " class=\"n\"" : "",
                       title.empty() ? std::string() : fmt::format(" title=\"{}\"", for_xml(title)),
                       for_xml(text));
  };
  cell("name", {}, false);
  cell("learner", {}, false);
  cell("status", {}, false);
  cell(fmt::format("of {}", table.points), "points", true);
  if (timings) cell("seconds", "of processor time", true);
  for (const CheckColumn& check : table.checks) {
    cell(fmt::format("{} ({})", check.id, check.points), check.title, true);
  }
  cell("why", {}, false);
  return out + "</tr></thead>\n";
}

std::string row_of(const Table& table, std::size_t index, const std::vector<Order>& orders,
                   bool timings) {
  const Row& row = table.rows[index];
  std::string out = "<tr role=\"row\" style=\"";
  for (std::size_t i = 0; i < orders.size(); ++i) {
    out += fmt::format("--o{}:{};", i, orders[i].places[index]);
  }
  out += "\">";
  const auto cell = [&](std::string_view kind, std::string_view text) {
    out += fmt::format("<td role=\"cell\"{}>{}</td>",
                       kind.empty() ? std::string() : fmt::format(" class=\"{}\"", kind),
                       for_xml(text));
  };
  const std::string_view status = !row.graded() ? word_of(row.outcome)
                                  : row.passed  ? std::string_view("passed")
                                                : std::string_view("failed");
  cell({}, row.name);
  cell({}, row.learner);
  cell(row.graded() ? status : "other", status);
  cell("n", fmt::format("{}", row.earned));
  if (timings) cell("n", fmt::format("{:.3f}", static_cast<double>(row.cpu_ms) / 1000));
  for (const CheckColumn& check : table.checks) {
    const int earned = earned_of(row, check);
    cell(earned >= 0 && earned < check.points ? "n lost" : "n",
         earned < 0 ? std::string() : fmt::format("{}", earned));
  }
  cell({}, row.why);
  return out + "</tr>\n";
}

}  // namespace

std::string batch_html(const Table& table, bool timings) {
  const std::vector<Order> orders = orders_of(table, timings);
  const std::string title = fmt::format("{}: {}", table.lab_id, table.lab_title);
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n";
  out += fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<h1>{}</h1>\n",
                     for_xml(title), style_of(table, orders.size(), timings), for_xml(title));
  out += fmt::format(
      "<p>{} submissions, {} graded, {} passed ({} points of {}); {:.1f} points on average.</p>\n",
      table.rows.size(), table.graded(), table.passed(), table.pass_points, table.points,
      table.mean());
  out += "<div class=\"orders\">\n";
  for (std::size_t i = 0; i < orders.size(); ++i) {
    out += fmt::format("<input type=\"radio\" name=\"order\" id=\"o{}\"{}>\n", i,
                       i == 0 ? " checked" : "");
  }
  out += "<fieldset class=\"orders\"><legend>Order by</legend>\n";
  for (std::size_t i = 0; i < orders.size(); ++i) {
    out += fmt::format("<label for=\"o{}\">{}</label>\n", i, for_xml(orders[i].label));
  }
  out += "</fieldset>\n<div class=\"frame\"><table role=\"table\">\n";
  out += head_of(table, timings) + "<tbody role=\"rowgroup\">\n";
  for (std::size_t i = 0; i < table.rows.size(); ++i) out += row_of(table, i, orders, timings);
  return out + "</tbody></table></div>\n</div>\n</body>\n</html>\n";
}

}  // namespace inferlab::labs::batch
