// explain: what a code means, why the rule exists, what breaks it, what mends it.
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <vector>

#include "ir/base/diagnostics.h"
#include "ir/base/edit_distance.h"
#include "ir/base/explanations.h"
#include "runtime/cli/commands.h"
#include "runtime/output/json_stream.h"
#include "schemas/former_names.h"

namespace grovec::cli {

namespace {

constexpr std::size_t kLineWidth = 100;

constexpr OptionSpec kOptions[] = {
    {"--list", {}, {}, "one line for each code; with an operand, for the codes that start with it", {}},
    {"--output", "-o", "FORMAT", "how to print", "text|json"},
};

std::string code_name(std::uint16_t code) { return "GV" + std::to_string(code); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// `word` without a leading `gv`, if that leaves digits only.
std::string digits_of(std::string_view word) {
  std::string out = lower(word);
  if (out.starts_with("gv")) out.erase(0, 2);
  const bool all_digits = std::all_of(out.begin(), out.end(), [](unsigned char c) { return std::isdigit(c); });
  return all_digits ? out : std::string();
}

/// By code, by name, or by upstream's number of the rule.
const DiagInfo* find(std::string_view word) {
  const std::string digits = digits_of(word);
  const std::string name = lower(word);
  for (const DiagInfo* info : all_diagnostics())
    if (std::to_string(info->code) == digits || lower(info->name) == name) return info;
  for (const Explanation& e : all_explanations())
    if (!e.upstream.empty() && lower(e.upstream) == name) return find_diagnostic(e.code);
  return nullptr;
}

/// What to suggest for a code that does not exist: the neighbours of a number, the nearest of all names.
std::string nearest(std::string_view word) {
  const std::string digits = digits_of(word);
  std::vector<std::string_view> names;
  if (digits.empty()) {
    for (const DiagInfo* info : all_diagnostics()) names.push_back(info->name);
    const std::string_view name = nearest_name(word, names);
    return name.empty() ? "`grovec explain --list` prints all codes" : "did you mean `" + std::string(name) + "`?";
  }
  std::string starts;
  for (const DiagInfo* info : all_diagnostics())
    if (info->severity != Severity::kNote && std::to_string(info->code).starts_with(digits))
      starts += (starts.empty() ? "" : ", ") + code_name(info->code);
  if (!starts.empty() && digits.size() > 1) return "codes that start with it: " + starts;
  const long wanted = std::strtol(digits.substr(0, 9).c_str(), nullptr, 10);
  const DiagInfo* below = nullptr;
  const DiagInfo* above = nullptr;
  for (const DiagInfo* info : all_diagnostics()) {
    if (info->severity == Severity::kNote) continue;
    if (info->code < wanted) below = info;
    if (info->code > wanted && !above) above = info;
  }
  std::string out = "the nearest codes are ";
  if (!below || !above) out = "the nearest code is ";
  if (below) out += code_name(below->code);
  if (below && above) out += " and ";
  if (above) out += code_name(above->code);
  return out;
}

/// The catalogue's text, its holes shown as `…`; the rule, where the text is all hole.
std::string line_of(const DiagInfo& info, const Explanation* about) {
  std::string out;
  if (std::string_view(info.text).starts_with("{0}") && about) {
    for (char c : about->rule) out += c == '\n' ? ' ' : c;
    return out;
  }
  for (std::string_view text = info.text; !text.empty();) {
    const bool hole = text.size() > 2 && text[0] == '{' && text[2] == '}';
    const bool hint = hole && text.size() == 3 && !out.empty() && out.back() != ' ';  // such as "did you mean"
    if (!hint) out += hole ? std::string("…") : std::string(1, text[0]);
    text.remove_prefix(hole ? 3 : 1);
  }
  return out;
}

/// One paragraph, broken between words, each line behind `indent`.
std::string wrap(std::string_view text, std::string_view indent) {
  std::string out(indent);
  std::size_t width = indent.size();
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(" \n");
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (word.empty()) continue;
    if (!first && width + 1 + word.size() > kLineWidth) {
      out += '\n';
      out += indent;
      width = indent.size();
      first = true;
    }
    if (!first) out += ' ';
    width += word.size() + (first ? 0 : 1);
    out += word;
    first = false;
  }
  return out + '\n';
}

std::string indented(std::string_view text, std::string_view indent) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.empty()) out.append(indent).append(line);
    out += '\n';
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

void print_text(driver::FdWriter& out, const DiagInfo& info) {
  const Explanation* about = find_explanation(info.code);
  std::string text = code_name(info.code) + " " + info.name + ": ";
  text += std::string(severity_name(info.severity)) + ", stage " + std::string(stage_name(info.stage));
  if (about && !about->upstream.empty()) text += ", upstream's rule " + std::string(about->upstream);
  text += "\n\n";
  if (!about) {
    text += wrap(line_of(info, nullptr), "  ");
    if (info.severity == Severity::kNote)
      text += "\n  A note: it stands below another message, and explains that one.\n";
  } else {
    text +=
        "The rule\n" + wrap(about->rule, "  ") + "\nWhy\n" + wrap(about->why, "  ") + "\nAn example that breaks it\n";
    text += indented(about->example, "  ") + "\nWhat to do\n" + wrap(about->fix, "  ");
  }
  out.write(text);
}

std::string one_line(std::string_view text) {
  std::string out = wrap(text, "");
  std::replace(out.begin(), out.end(), '\n', ' ');
  out.pop_back();
  return out;
}

void print_json(driver::JsonStream& json, const DiagInfo& info) {
  const Explanation* about = find_explanation(info.code);
  json.begin_object().member("code", code_name(info.code)).member("name", info.name);
  json.member("severity", severity_name(info.severity)).member("stage", stage_name(info.stage));
  json.member("text", std::string_view(info.text));
  if (about) {
    if (!about->upstream.empty()) json.member("upstream_rule", about->upstream);
    json.member("rule", std::string_view(one_line(about->rule))).member("why", std::string_view(one_line(about->why)));
    json.member("example", about->example).member("fix", std::string_view(one_line(about->fix)));
  }
  json.end_object();
}

int print(const std::vector<const DiagInfo*>& chosen, bool as_list, bool as_json) {
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  if (as_json) {
    std::string buffer;
    driver::JsonStream json(buffer, &out);
    json.begin_object().member("format_version", std::int64_t{1}).key("codes").begin_list();
    for (const DiagInfo* info : chosen) print_json(json, *info);
    json.end_list().end_object();
    json.flush();
    out.write("\n");
  } else {
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (i > 0 && !as_list) out.write("\n\n");
      if (as_list)
        out.write(code_name(chosen[i]->code) + "  " + line_of(*chosen[i], find_explanation(chosen[i]->code)) + "\n");
      else
        print_text(out, *chosen[i]);
    }
  }
  Result<Done> done = out.finish();
  return done ? kClean : fail(done.error());
}

bool is_chosen(const DiagInfo& info, const std::vector<std::string>& prefixes) {
  if (info.severity == Severity::kNote) return false;
  if (prefixes.empty()) return true;
  const std::string code = std::to_string(info.code);
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& p) { return code.starts_with(digits_of(p)); });
}

/// What is known of a name that this version of Grove does not have; empty if nothing is.
std::string stories_of(std::string_view word) {
  std::string out;
  for (const schemas::FormerName* n : schemas::all_former(word)) {
    const std::string_view place = n->place.substr(n->place.rfind('.') + 1);
    out += "`" + std::string(word) + "`" + (place.empty() || place == "*" ? "" : " (" + std::string(place) + ")");
    out += schemas::story_text(*n) + "\n";
  }
  return out;
}

int print_stories(const std::string& stories) {
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(stories);
  Result<Done> done = out.finish();
  return done ? kClean : fail(done.error());
}

int run(const Options& options) {
  const bool as_json = options.get("--output", "text") == "json";
  const std::vector<std::string>& words = options.operands();
  std::vector<const DiagInfo*> chosen;
  if (options.has("--list")) {
    for (const std::string& word : words)
      if (digits_of(word).empty()) return fail(kUsage, "`" + word + "` starts no code");
    for (const DiagInfo* info : all_diagnostics())
      if (is_chosen(*info, words)) chosen.push_back(info);
    return print(chosen, true, as_json);
  }
  if (words.empty()) return fail(kUsage, "no code given; `grovec explain --list` prints all");
  for (const std::string& word : words) {
    const DiagInfo* info = find(word);
    if (const std::string stories = info || as_json || words.size() > 1 ? "" : stories_of(word); !stories.empty())
      return print_stories(stories);
    if (!info) return fail(kUsage, "there is no code `" + word + "`; " + nearest(word));
    if (std::find(chosen.begin(), chosen.end(), info) == chosen.end()) chosen.push_back(info);
  }
  return print(chosen, false, as_json);
}

}  // namespace

extern const Command kExplainCommand;
constinit const Command kExplainCommand{
    "explain",
    "tell what a code of a message means, why the rule exists, and the fix",
    "grovec explain [-o json] CODE... | grovec explain --list [CODE...]",
    "  grovec explain GV2033                            rule, reason, example and fix\n"
    "  grovec explain v033                              the same, by upstream's number of the rule\n"
    "  grovec explain GROVE_PGS_NAME                    what became of a name of another version\n"
    "  grovec explain --list                            every code\n"
    "  grovec explain --list GV22                       those that start with GV22\n",
    kOptions,
    run};

}  // namespace grovec::cli
