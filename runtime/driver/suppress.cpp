#include "runtime/driver/suppress.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "frontend/reader.h"
#include "ir/base/render.h"
#include "runtime/driver/patterns.h"
#include "runtime/input/input.h"
#include "runtime/input/patterns.h"

namespace grovec::driver {

namespace {

constexpr std::string_view kMark = "grovec:ignore";

/// A comment in a source.
struct Comment {
  SourceId source;
  std::uint32_t begin, end;  ///< from `grovec:ignore` to the end of the line
  std::uint32_t line;        ///< that it speaks about
  std::string_view code_text;
  std::uint16_t code = 0;
  std::string_view reason;
  bool used = false;
};

std::string_view trim(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r')) s.remove_suffix(1);
  return s;
}

bool is_comment_line(std::string_view line) {
  line = trim(line);
  return line.empty() || line.front() == '#';
}

// A `#` in front of the mark, with nothing but blanks between; `own_line` if nothing stands before the `#`.
bool is_in_comment(std::string_view before, bool& own_line) {
  before = trim(before);
  if (before.empty() || before.back() != '#') return false;
  before.remove_suffix(1);
  own_line = trim(before).empty();
  return own_line || before.back() == ' ' || before.back() == '\t';
}

void find_comments(const Context& context, SourceId source, std::vector<Comment>& out) {
  std::string_view text = context.sources.text(source);
  for (std::size_t at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark, at + 1)) {
    std::size_t start = text.rfind('\n', at);
    start = start == std::string_view::npos ? 0 : start + 1;
    std::size_t end = std::min(text.find('\n', at), text.size());
    bool own_line = false;
    if (!is_in_comment(text.substr(start, at - start), own_line)) continue;
    Comment c{source, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end), 0, {}, 0, {}};
    c.line = context.sources.position(source, c.begin).line;
    if (own_line) {  // it speaks about the next line that says something
      std::uint32_t lines = context.sources.position(source, static_cast<std::uint32_t>(text.size())).line;
      do ++c.line;
      while (c.line < lines && is_comment_line(context.sources.line(source, c.line)));
    }
    std::string_view rest = trim(text.substr(at + kMark.size(), end - at - kMark.size()));
    std::size_t blank = rest.find_first_of(" \t");
    c.code_text = rest.substr(0, blank);
    c.code = parse_code(c.code_text);
    c.reason = blank == std::string_view::npos ? std::string_view() : trim(rest.substr(blank));
    out.push_back(c);
  }
}

void set_severity(Diagnostic& d, LintLevel level) {
  d.severity = level == LintLevel::kError ? Severity::kError : Severity::kWarning;
}

std::string real_folder(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(folder_of(path).c_str(), resolved) ? resolved : std::string();
}

void report_comment(Context& context, const Comment& c) {
  OriginId at = context.origins.add(c.source, c.begin, c.end);
  const DiagInfo* info = find_diagnostic(c.code);
  if (!info)
    context.diags.report(at, diag::SuppressionUnknownCode, c.code_text.empty() ? "(none)" : c.code_text);
  else if (!can_be_lowered(*info))
    context.diags.report(at, diag::SuppressionForbidden, code_text(c.code));
  else if (c.reason.empty())
    context.diags.report(at, diag::SuppressionWithoutReason, code_text(c.code));
  else if (!c.used)
    context.diags.report(at, diag::SuppressionUnused, code_text(c.code));
}

/// A change must not silence its own check: only comments that the base has, too, count.
void drop_added(Context& context, std::string_view base, std::vector<Comment>& comments) {
  auto is_added = [&](const Comment& c) {
    const std::string_view text = context.sources.text(c.source).substr(c.begin, c.end - c.begin);
    if (base.find(text) != std::string_view::npos) return false;
    context.diags.report(context.origins.add(c.source, c.begin, c.end), diag::SuppressionAdded, c.code_text);
    return true;
  };
  comments.erase(std::remove_if(comments.begin(), comments.end(), is_added), comments.end());
}

}  // namespace

bool is_admitted_anyway(const DiagInfo& info) {
  return info.stage == Stage::kCompile && info.handling != Handling::kSurroundings;
}

bool can_be_lowered(const DiagInfo& info) {
  if (info.handling == Handling::kSuppression) return false;
  return info.stage == Stage::kLint || info.severity == Severity::kWarning || is_admitted_anyway(info);
}

std::uint16_t parse_code(std::string_view text) {
  if (text.size() > 2 && (text[0] == 'G' || text[0] == 'g') && (text[1] == 'V' || text[1] == 'v'))
    text.remove_prefix(2);
  std::uint16_t code = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  bool whole = error == std::errc() && end == text.data() + text.size() && text.size() == 4;
  return whole && find_diagnostic(code) ? code : 0;
}

Result<Done> parse_level(std::string_view text, Levels& levels) {
  std::size_t equals = text.find('=');
  std::string_view word = equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1);
  std::uint16_t code = parse_code(text.substr(0, equals));
  if (code == 0) return Error{"`" + std::string(text.substr(0, equals)) + "` is no diagnostic code", Error::kUsage};
  if (!can_be_lowered(*find_diagnostic(code)))
    return Error{code_text(code) + " decides about admission; only lints and warnings have a level", Error::kUsage};
  if (word == "off")
    levels[code] = LintLevel::kOff;
  else if (word == "warn")
    levels[code] = LintLevel::kWarn;
  else if (word == "error")
    levels[code] = LintLevel::kError;
  else
    return Error{"`" + std::string(text) + "` needs a level: " + code_text(code) + "=error, =warn or =off",
                 Error::kUsage};
  return Done{};
}

namespace {

/// Reads `.grovec.yaml`. Strict: what is misunderstood there would silence the wrong findings without a word.
class SuppressionReader {
 public:
  explicit SuppressionReader(const std::string& path) : path_(path) {}

  Result<SuppressionFile> run(std::string text) {
    SourceId source = context_.sources.add(path_, std::move(text));
    std::vector<frontend::Document> documents = frontend::read_documents(context_, source);
    SuppressionFile out;
    out.path = path_;
    if (context_.diags.errors() > 0) {
      const Diagnostic& d = context_.diags.all().front();
      fail(d.at, d.message);
    } else if (documents.size() > 1) {
      fail(documents[1].root.at(), "more than one document");
    } else if (!documents.empty()) {
      root(documents.front().root, out);
    }
    if (error_) return *error_;
    return out;
  }

 private:
  void root(const ir::Value& root, SuppressionFile& out) {
    if (!known_fields(root, "the file", {"warnings", "ignore", "exclude", "operatorConfig", "with", "namespace"}))
      return;
    const ir::Value& warnings = root["warnings"];
    if (!warnings.is_null() && !warnings.is_mapping()) fail(warnings.at(), "`warnings` must be a mapping");
    for (const ir::Member& m : warnings.members()) {
      // `off` without quotes is the boolean false of YAML 1.1.
      std::string level(m.value.is_bool() ? (m.value.as_bool() ? "on" : "off") : m.value.as_string());
      Result<Done> parsed = parse_level(std::string(m.key) + "=" + level, out.levels);
      if (!parsed) fail(m.key_at, parsed.error().message);
    }
    const ir::Value& ignore = root["ignore"];
    if (!ignore.is_null() && !ignore.is_sequence()) fail(ignore.at(), "`ignore` must be a list");
    for (const ir::Value& item : ignore.items()) entry(item, out);
    texts(root, "exclude", out.exclude);
    texts(root, "with", out.with);
    for (auto [name, text] :
         {std::pair{"operatorConfig", &out.operator_config}, std::pair{"namespace", &out.namespace_}})
      if (const ir::Value* v = root.find(name)) {
        if (!v->is_string() || v->as_string().empty()) fail(v->at(), "`" + std::string(name) + "` must be a text");
        *text = v->as_string();
      }
    for (std::string& path : out.with) inside(root["with"].at(), path);
    if (!out.operator_config.empty() && out.operator_config != kChart)
      inside(root["operatorConfig"].at(), out.operator_config);
  }

  void texts(const ir::Value& root, std::string_view field, std::vector<std::string>& out) {
    const ir::Value* v = root.find(field);
    if (!v) return;
    if (!v->is_sequence()) return fail(v->at(), "`" + std::string(field) + "` must be a list");
    for (const ir::Value& item : v->items()) {
      if (!item.is_string() || item.as_string().empty())
        return fail(item.at(), "`" + std::string(field) + "` has texts");
      out.emplace_back(item.as_string());
    }
  }

  /// A path of the file, relative to its folder; links are resolved, and what leaves the checkout is refused: the file
  /// comes with somebody's change.
  void inside(OriginId at, std::string& path) {
    const std::string folder = real_path(folder_of(path_));
    std::string top = folder;
    for (std::string up = folder; !up.empty(); up = folder_of(up)) {
      if (::access((up + "/.git").c_str(), F_OK) == 0) {
        top = up;
        break;
      }
      if (up == "/" || up == ".") break;
    }
    const std::string real = path.starts_with('/') ? std::string() : real_path(folder + "/" + path);
    if (path.starts_with('/')) return fail(at, "`" + path + "` is absolute; paths are relative to the file");
    if (real.empty()) return fail(at, "there is no `" + path + "`");
    if (!real.starts_with(top == "/" ? top : top + "/")) return fail(at, "`" + path + "` leads out of the checkout");
    const std::string shown = folder_of(path_);
    path = shown == "." ? path : shown + "/" + path;
  }

  static std::string real_path(const std::string& path) {
    char resolved[PATH_MAX];
    return ::realpath(path.c_str(), resolved) ? resolved : std::string();
  }

  static constexpr std::string_view kChart = "chart";

  void entry(const ir::Value& item, SuppressionFile& out) {
    if (!known_fields(item, "an item of `ignore`", {"code", "reason", "files"})) return;
    IgnoreEntry e{parse_code(item["code"].as_string()), {}, std::string(trim(item["reason"].as_string())), {}, {}};
    const Origin& o = context_.origins[item.at()];
    e.begin = context_.sources.position(o.source, o.begin);
    e.end = context_.sources.position(o.source, o.end);
    if (e.code == 0) return fail(item.at(), "`code` names no diagnostic");
    if (!can_be_lowered(*find_diagnostic(e.code)))
      return fail(item.at(), code_text(e.code) + " cannot be suppressed; only lints and warnings can");
    if (e.reason.empty()) return fail(item.at(), "`reason` is missing");
    const ir::Value& files = item["files"];
    if (item.find("files") && files.items().empty()) return fail(item.at(), "`files` must be a list of patterns");
    for (const ir::Value& glob : files.items()) {
      if (glob.as_string().empty()) return fail(item.at(), "`files` must be a list of patterns");
      e.files.emplace_back(glob.as_string());
    }
    out.entries.push_back(std::move(e));
  }

  bool known_fields(const ir::Value& v, const std::string& what, std::initializer_list<std::string_view> names) {
    if (!v.is_mapping()) {
      fail(v.at(), what + " must be a mapping");
      return false;
    }
    std::string list;
    for (std::string_view n : names) list += (list.empty() ? "" : ", ") + std::string(n);
    for (const ir::Member& m : v.members())
      if (std::find(names.begin(), names.end(), m.key) == names.end())
        fail(m.key_at, "unknown field `" + std::string(m.key) + "`; known: " + list);
    return !error_;
  }

  void fail(OriginId at, const std::string& message) {
    if (error_) return;
    std::string where = path_ + ": ";
    if (at != kNowhere) {
      const Origin& o = context_.origins[at];
      Position p = context_.sources.position(o.source, o.begin);
      where = path_ + ":" + std::to_string(p.line) + ":" + std::to_string(p.column) + ": ";
    }
    error_ = Error{where + message, Error::kUsage};
  }

  std::string path_;
  Context context_;
  std::optional<Error> error_;
};

}  // namespace

bool names_path(const SuppressionFile& file, const std::vector<std::string>& globs, const std::string& path) {
  if (globs.empty()) return false;
  const std::string name = path.substr(path.rfind('/') + 1);
  std::string top = real_folder(file.path), below = real_folder(path);
  if (top != "/") top += "/";
  below = below == "/" ? "/" + name : below + "/" + name;
  // A file that was named on the command line may stand elsewhere: its paths are those seen from here.
  const std::string seen = below.starts_with(top) ? below.substr(top.size()) : path;
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& g) { return matches_whole_path(g, seen); });
}

Result<SuppressionFile> read_suppression_file(const std::string& path) {
  Result<std::string> text = read_input({path});
  if (!text) return text.error();
  return SuppressionReader(path).run(std::move(*text));
}

Result<SuppressionFile> read_suppression_text(const std::string& path, std::string text) {
  return SuppressionReader(path).run(std::move(text));
}

std::uint32_t apply_suppressions(Context& context, const Levels& levels, const SuppressionFile& file,
                                 std::string_view name, std::span<const SourceId> sources,
                                 std::vector<std::uint8_t>& seen, const std::string* base_text) {
  seen.assign(file.entries.size(), 0);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const std::vector<std::string>& globs = file.entries[i].files;
    if (globs.empty() || names_path(file, globs, std::string(name))) seen[i] = kEntryApplies;
  }
  std::vector<Comment> comments;
  for (SourceId source : sources) find_comments(context, source, comments);
  if (base_text) drop_added(context, *base_text, comments);
  std::vector<Diagnostic>& all = context.diags.all();
  if (all.empty() && comments.empty()) return 0;
  std::map<std::tuple<SourceId, std::uint32_t, std::uint16_t>, Comment*> comment_at;
  for (Comment& c : comments)
    if (!c.reason.empty()) comment_at.emplace(std::tuple(c.source, c.line, c.code), &c);
  std::multimap<std::uint16_t, std::size_t> entries_of;
  for (std::size_t i = 0; i < file.entries.size(); ++i) entries_of.emplace(file.entries[i].code, i);
  auto silent = [&](Diagnostic& d) {
    if (!can_be_lowered(*d.info)) return false;
    auto level = levels.find(d.info->code);
    if (level == levels.end()) {
      level = file.levels.find(d.info->code);
      if (level != file.levels.end() && level->second == LintLevel::kOff) return true;
      if (level != file.levels.end()) set_severity(d, level->second);
    } else {
      if (level->second == LintLevel::kOff) return true;
      set_severity(d, level->second);
    }
    if (d.at != kNowhere && !comment_at.empty()) {
      const Origin& o = context.origins[d.at];
      const std::uint32_t line = context.sources.position(o.source, o.begin).line;
      const auto comment = comment_at.find(std::tuple(o.source, line, d.info->code));
      if (comment != comment_at.end()) return comment->second->used = true;
    }
    for (auto [it, end] = entries_of.equal_range(d.info->code); it != end; ++it)
      if (seen[it->second] & kEntryApplies) {
        seen[it->second] |= kEntryUsed;
        return true;
      }
    return false;
  };
  std::size_t before = all.size();
  all.erase(std::remove_if(all.begin(), all.end(), silent), all.end());
  auto suppressed = static_cast<std::uint32_t>(before - all.size());
  for (const Comment& c : comments) report_comment(context, c);
  return suppressed;
}

void quiet_warnings(Context& context, const SuppressionFile& file) {
  std::map<SourceId, std::vector<Comment>> comments;
  auto is_silent = [&](const Diagnostic& d) {
    if (d.severity != Severity::kWarning || !can_be_lowered(*d.info)) return false;
    const auto level = file.levels.find(d.info->code);
    if (level != file.levels.end() && level->second == LintLevel::kOff) return true;
    if (d.at == kNowhere) return false;
    const Origin& o = context.origins[d.at];
    const std::string name(context.sources.name(o.source));
    for (const IgnoreEntry& e : file.entries)
      if (e.code == d.info->code && (e.files.empty() || names_path(file, e.files, name))) return true;
    auto [said, is_new] = comments.try_emplace(o.source);
    if (is_new) find_comments(context, o.source, said->second);
    const std::uint32_t line = context.sources.position(o.source, o.begin).line;
    return std::any_of(said->second.begin(), said->second.end(),
                       [&](const Comment& c) { return c.line == line && c.code == d.info->code && !c.reason.empty(); });
  };
  std::erase_if(context.diags.all(), is_silent);
}

}  // namespace grovec::driver
