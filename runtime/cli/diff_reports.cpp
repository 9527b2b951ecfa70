// What `diff` prints: text for terminals, JSON for scripts, Markdown for pull requests.
#include <algorithm>

#include "ir/value/writer.h"
#include "runtime/cli/diffing.h"
#include "runtime/output/json_stream.h"
#include "runtime/output/markdown.h"
#include "runtime/terminal/table.h"

namespace grovec::cli {

using namespace ir;
using diff::FieldChange;

namespace {

constexpr std::size_t kTextWidth = 100, kCellWidth = 80;

struct Colors {
  std::string_view bold, red, green, yellow, faint, off;
};
constexpr Colors kColors{"\033[1m", "\033[31m", "\033[32m", "\033[33m", "\033[2m", "\033[0m"}, kNoColors{};

std::string sign_of(DiffAction action) {
  return action == DiffAction::kAdded ? "+" : action == DiffAction::kRemoved ? "-" : "~";
}
DiffAction action_of(const FieldChange& c) {
  return !c.before.value ? DiffAction::kAdded : !c.after.value ? DiffAction::kRemoved : DiffAction::kChanged;
}
std::string_view color_of(DiffAction action, const Colors& colors) {
  return action == DiffAction::kAdded ? colors.green : action == DiffAction::kRemoved ? colors.red : colors.yellow;
}

// Names of passed-through objects are whatever their file says.
std::string printable(std::string_view text) {
  std::string quoted;
  append_json_string(text, quoted);
  return quoted.substr(1, quoted.size() - 2);
}

std::string replicas_text(std::uint64_t n) { return n > 1 ? " (× " + std::to_string(n) + " replicas)" : ""; }
std::string times_text(const FieldChange& c) { return c.times > 1 ? " (× " + std::to_string(c.times) + ")" : ""; }

OriginId at_of(const diff::Side& side) { return side.value ? side.value->at() : kNowhere; }

// `old.yaml:3:9 → new.yaml:4:9`, or the one there is.
std::string places_of(const ObjectDifference& o, const FieldChange& c) {
  const std::string before = place_text(o.before, at_of(c.before)), after = place_text(o.after, at_of(c.after));
  if (before.empty() || after.empty()) return before + after;
  return before + " → " + after;
}

std::string totals_of(const Differences& d) {
  return counted(d.added, "object") + " added, " + std::to_string(d.removed) + " removed, " +
         std::to_string(d.changed) + " changed";
}

void change_line(const ObjectDifference& o, const FieldChange& c, const Colors& colors, Arena& arena,
                 std::string& out) {
  const DiffAction action = action_of(c);
  out += "    ";
  out += color_of(action, colors);
  out += sign_of(action) + " ";
  out += colors.off;
  out += c.path + times_text(c) + ": ";
  const ShownValues shown = c.moved ? ShownValues{} : shown_values(c, kTextWidth, arena);
  if (c.moved) out += "the same items in another order";
  if (!shown.before.empty()) out += std::string(colors.red) + shown.before + std::string(colors.off);
  if (!shown.before.empty() && !shown.after.empty()) out += " → ";
  if (!shown.after.empty()) out += std::string(colors.green) + shown.after + std::string(colors.off);
  if (const std::string at = places_of(o, c); !at.empty())
    out += "  " + std::string(colors.faint) + "(" + at + ")" + std::string(colors.off);
  out += '\n';
}

void write_place(driver::JsonStream& json, std::string_view name, const Context* context, OriginId at) {
  if (!context || at == kNowhere) return;
  const Origin& origin = context->origins[at];
  const Position p = context->sources.position(origin.source, origin.begin);
  json.key(name).begin_object().member("file", context->sources.name(origin.source));
  json.member("line", p.line).member("column", p.column).end_object();
}

void write_change(driver::JsonStream& json, const ObjectDifference& o, const FieldChange& c, Arena& arena) {
  json.begin_object().member("path", std::string_view(c.path));
  json.member("action", c.moved ? "moved" : name_of(action_of(c)));
  if (c.times > 1) json.member("times", c.times);
  if (c.before.value) json.key("old").raw(to_text(value_of(c.before, arena), Format::kJson));
  if (c.after.value) json.key("new").raw(to_text(value_of(c.after, arena), Format::kJson));
  write_place(json, "old_at", o.before, at_of(c.before));
  write_place(json, "new_at", o.after, at_of(c.after));
  json.end_object();
}

// One row of a table for each field.
std::string markdown_of(const ObjectDifference& o, Arena& arena) {
  std::string out =
      "\n**" + driver::markdown_escaped(sign_of(o.action) + " " + title_of(o)) + "**" + replicas_text(o.count) + "\n";
  if (o.changes.empty()) return out;
  out += "\n| field | old | new | where |\n| --- | --- | --- | --- |\n";
  for (const FieldChange& c : o.changes) {
    const ShownValues shown =
        c.moved ? ShownValues{"another order", "another order"} : shown_values(c, kCellWidth, arena);
    out += "| " + driver::markdown_code(c.path) + times_text(c);
    for (const std::string* cell : {&shown.before, &shown.after})
      out += " | " + (cell->empty() ? "" : driver::markdown_code(*cell));
    out += " | " + driver::markdown_escaped(places_of(o, c)) + " |\n";
  }
  return out;
}

}  // namespace

std::string place_text(const Context* context, OriginId at) {
  if (!context || at == kNowhere) return {};
  const Origin& origin = context->origins[at];
  const Position p = context->sources.position(origin.source, origin.begin);
  return std::string(context->sources.name(origin.source)) + ':' + std::to_string(p.line) + ':' +
         std::to_string(p.column);
}

std::string clipped(std::string_view text, std::size_t width, std::size_t from) {
  if (text.size() <= width) return std::string(text);
  auto is_inside = [&](std::size_t i) {
    return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
  };
  std::size_t begin = from > width / 4 ? std::min(from - width / 4, text.size() - width) : 0;
  while (is_inside(begin)) ++begin;
  std::size_t end = std::min(begin + width, text.size());
  while (is_inside(end)) --end;
  return (begin > 0 ? "…" : "") + std::string(text.substr(begin, end - begin)) + (end < text.size() ? "…" : "");
}

ShownValues shown_values(const FieldChange& change, std::size_t width, Arena& arena) {
  ShownValues out;
  if (change.before.value) out.before = to_text(value_of(change.before, arena), Format::kJson);
  if (change.after.value) out.after = to_text(value_of(change.after, arena), Format::kJson);
  std::size_t from = 0;
  if (change.before.value && change.after.value)
    from = static_cast<std::size_t>(
        std::mismatch(out.before.begin(), out.before.end(), out.after.begin(), out.after.end()).first -
        out.before.begin());
  out.before = clipped(out.before, width, from);
  out.after = clipped(out.after, width, from);
  return out;
}

std::string title_of(const ObjectDifference& o) {
  std::string out = printable(o.kind.empty() ? "object without a kind" : o.kind) + " ";
  if (!o.namespace_.empty()) out += printable(o.namespace_) + "/";
  out += printable(o.name);
  if (o.count > 1) out += " … " + printable(o.last_name);
  return out;
}

std::string diff_text(Differences& d, bool color) {
  const Colors& colors = color ? kColors : kNoColors;
  std::string out;
  for (const ObjectDifference& o : d.objects) {
    out += color_of(o.action, colors);
    out += sign_of(o.action) + " ";
    out += colors.off;
    out += std::string(colors.bold) + title_of(o) + std::string(colors.off) + replicas_text(o.count);
    const std::string at = o.action == DiffAction::kChanged ? "" : place_text(o.after, o.at);
    if (!at.empty()) out += "  " + std::string(colors.faint) + "(" + at + ")" + std::string(colors.off);
    out += '\n';
    for (const FieldChange& c : o.changes) change_line(o, c, colors, d.arena, out);
  }
  if (!d.empty()) out += "\n" + totals_of(d) + "\n";
  return out;
}

std::string diff_json(Differences& d) {
  std::string out;
  driver::JsonStream json(out);
  json.begin_object().member("format_version", 1).member("same", d.empty());
  json.member("added", d.added).member("removed", d.removed).member("changed", d.changed);
  json.key("objects").begin_list();
  for (const ObjectDifference& o : d.objects) {
    json.begin_object().member("action", name_of(o.action));
    json.member("api_version", std::string_view(o.api_version)).member("kind", std::string_view(o.kind));
    json.key("namespace");
    if (o.namespace_.empty())
      json.null();
    else
      json.value(std::string_view(o.namespace_));
    json.member("name", std::string_view(o.name));
    if (o.count > 1) json.member("last_name", std::string_view(o.last_name));
    json.member("count", o.count);
    if (o.action != DiffAction::kChanged) write_place(json, "at", o.after, o.at);
    json.key("changes").begin_list();
    for (const FieldChange& c : o.changes) write_change(json, o, c, d.arena);
    json.end_list().end_object();
  }
  json.end_list().end_object();
  return out + "\n";
}

std::string diff_markdown(Differences& d) {
  if (d.empty()) return "**No differences** in the compiled objects\n";
  constexpr std::size_t kRoomForTheEnd = 200;
  std::string out = "**" + totals_of(d) + "**\n";
  for (std::size_t i = 0; i < d.objects.size(); ++i) {
    const std::string part = markdown_of(d.objects[i], d.arena);
    if (out.size() + part.size() > driver::kLongestMarkdown - kRoomForTheEnd) {
      out += "\n… and " + counted(d.objects.size() - i, "more difference") + ", which are left out here\n";
      break;
    }
    out += part;
  }
  return out;
}

}  // namespace grovec::cli
