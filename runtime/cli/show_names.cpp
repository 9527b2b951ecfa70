// show names: every generated name at the largest declared scale, against its limit.
#include <algorithm>

#include "runtime/cli/showing.h"
#include "runtime/view/names.h"

namespace grovec::cli {

using namespace driver;

namespace {

using Section = NameRow::Section;

std::string_view title_of(Section section) {
  switch (section) {
    case Section::kObject:
      return "OBJECT";
    case Section::kHost:
      return "HOST";
    case Section::kLabel:
      return "LABEL";
    case Section::kBudget:
      return "NAME BUDGET";
  }
  return {};
}

std::string_view key_of(Section section) {
  switch (section) {
    case Section::kObject:
      return "object";
    case Section::kHost:
      return "host";
    case Section::kLabel:
      return "label";
    case Section::kBudget:
      return "budget";
  }
  return {};
}

// A row stands for many names, so a pattern may also match the part that a scaling group or a clique gave it.
bool is_wanted(const NameRow& row, const std::vector<std::string>& patterns) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) {
           return matches_glob(p, row.text) || matches_glob("*-" + p, row.text) ||
                  matches_glob("*-" + p + "[-.]*", row.text) || matches_glob("* " + p, row.text);
         });
}

std::vector<NameRow> rows_of(const CompiledSet& set, const Selection& selection) {
  std::vector<NameRow> rows = name_rows(set.plan, set.world);
  std::erase_if(rows, [&](const NameRow& r) {
    return !is_wanted(r, selection.groups) || !is_wanted(r, selection.cliques) || !is_wanted(r, selection.gangs) ||
           !is_wanted(r, selection.replicas);
  });
  return rows;
}

std::string growth(const NameRow& row) {
  std::string out = "least room: " + row.what + " " + row.text + ", " + std::to_string(row.used) + " of " +
                    std::to_string(row.limit) + " characters";
  const std::int64_t left = row.left();
  if (left < 0) return out + ", " + std::to_string(-left) + " too many\n";
  out += ", " + std::to_string(left) + " left\n";
  if (left == 0) return out + "the indices in it must not get another digit\n";
  if (left == 1) return out + "its indices may get one more digit in all\n";
  return out + "its indices may get " + std::to_string(left) + " more digits in all\n";
}

int print_text(const std::vector<NameRow>& rows, FdWriter& out) {
  for (Section section : {Section::kObject, Section::kHost, Section::kLabel, Section::kBudget}) {
    Table table(out, {{title_of(section)}, {"LONGEST"}, {"USED", true}, {"LIMIT", true}, {"LEFT", true}});
    bool any = false;
    table.print([&](Table& t) {
      for (const NameRow& r : rows)
        if (r.section == section) {
          any = true;
          t.row({r.what, r.text, std::to_string(r.used), std::to_string(r.limit), std::to_string(r.left())});
        }
    });
    if (any) out.write("\n");
  }
  const NameRow* worst = tightest(rows);
  if (worst) out.write(growth(*worst));
  const bool refused = std::any_of(rows.begin(), rows.end(), [](const NameRow& r) { return r.left() < 0; });
  return refused ? kFound : kClean;
}

/// `name` with so many characters less, without a dash at its end.
std::string shortened(std::string_view name, std::int64_t less) {
  std::string out(name.substr(0, name.size() - static_cast<std::size_t>(less)));
  while (!out.empty() && (out.back() == '-' || out.back() == '.')) out.pop_back();
  return out;
}

std::string rename_line(std::string_view what, std::string_view name, std::int64_t less) {
  return "  " + std::string(what) + " `" + std::string(name) + "`: " + std::to_string(less) +
         (less == 1 ? " character less, at most " : " characters less, at most ") +
         std::to_string(static_cast<std::int64_t>(name.size()) - less) + ", such as `" + shortened(name, less) + "`\n";
}

/// The shortest renames that make every name fit: of the set, whose name is in all of them; or of what else is in
/// those that are too long.
std::string renames(const CompiledSet& set, const std::vector<NameRow>& rows) {
  const ir::PodCliqueSet& spec = set.module.spec;
  std::int64_t most = 0;
  for (const NameRow& r : rows) most = std::max(most, -r.left());
  if (most == 0) return {};
  std::string out = "shortest renames, one of:\n";
  if (static_cast<std::int64_t>(spec.name.size()) > most) out += rename_line("set", spec.name, most);
  for (const ir::ScalingGroup& g : spec.groups) {
    const auto all = std::count_if(rows.begin(), rows.end(), [](const NameRow& r) { return r.left() < 0; });
    const auto own = std::count_if(rows.begin(), rows.end(), [&](const NameRow& r) {
      return r.left() < 0 && r.text.find(g.name) != std::string::npos;
    });
    if (all == own && static_cast<std::int64_t>(g.name.size()) > most)
      out += rename_line("scaling group", g.name, most);
  }
  for (const ir::Clique& c : spec.cliques) {
    const auto others = std::count_if(rows.begin(), rows.end(), [&](const NameRow& r) {
      return r.left() < 0 && !r.text.ends_with(c.name) && r.text.find(std::string(c.name) + "-") == std::string::npos &&
             r.text.find(std::string(c.name) + ".") == std::string::npos;
    });
    if (others == 0 && static_cast<std::int64_t>(c.name.size()) > most) out += rename_line("clique", c.name, most);
  }
  return out;
}

int print_json(const std::vector<NameRow>& rows, JsonStream& json) {
  json.key("names").begin_list();
  for (const NameRow& r : rows) {
    json.begin_object().member("section", key_of(r.section)).member("what", r.what).member("longest", r.text);
    json.member("used", std::uint64_t{r.used}).member("limit", std::uint64_t{r.limit}).member("left", r.left());
    json.end_object();
  }
  json.end_list();
  const NameRow* worst = tightest(rows);
  if (worst) json.member("least_left", worst->left());
  return std::any_of(rows.begin(), rows.end(), [](const NameRow& r) { return r.left() < 0; }) ? kFound : kClean;
}

}  // namespace

int show_names(const ShowRequest& request, FdWriter& out) {
  std::string buffer;
  JsonStream json(buffer, &out);
  int code = kClean;
  bool is_first = true;
  if (request.is_json) json.begin_object().member("format_version", 1).key("sets").begin_list();
  for (const auto& set : request.compilation->sets) {
    if (!SetView(set->world, *set->directory).is_selected(request.selection)) continue;
    const std::vector<NameRow> rows = rows_of(*set, request.selection);
    if (request.is_json) {
      json.begin_object().member("name", set->module.spec.name).member("namespace", set->module.spec.namespace_);
      code = std::max(code, print_json(rows, json));
      json.end_object();
      continue;
    }
    if (!is_first) out.write("\n");
    is_first = false;
    code = std::max(code, print_text(rows, out));
    out.write(renames(*set, rows));
  }
  if (request.is_json) {
    json.end_list().end_object().flush();
    out.write("\n");
  }
  return code;
}

}  // namespace grovec::cli
