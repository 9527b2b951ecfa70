// resolve: the merged manifest, each value with the place it comes from.
#include <unistd.h>

#include <algorithm>

#include "ir/base/render.h"
#include "ir/base/utf8.h"
#include "ir/value/writer.h"
#include "runtime/cli/commands.h"
#include "runtime/input/load.h"
#include "runtime/output/output.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kOptions[] = {
    {"--output", "-o", "FORMAT", "how to print", "text|json"},
    {"--stdin-filename", {}, "NAME", "what `-` is called", {}},
    {"--env", {}, "NAME", "environment of the .grove file", {}},
    {"--set", {}, "NAME=VALUE", "value of a parameter (may be repeated)", {}},
    {"--values", {}, "FILE", "values of parameters (may be repeated)", {}},
    {"--include-root", {}, "DIR", "includes stay below it (default: the file's folder)", {}},
};

constexpr std::size_t kMostLinks = 8;

std::string place_text(const Context& context, const Origin& o) {
  const Position p = context.sources.position(o.source, o.begin);
  return printable(context.sources.name(o.source)) + ":" + std::to_string(p.line) + ":" + std::to_string(p.column);
}

std::string_view why_text(OriginCause why) {
  switch (why) {
    case OriginCause::kNone:
      return "";
    case OriginCause::kMixin:
      return "used at";
    case OriginCause::kOverride:
      return "replaces";
    case OriginCause::kDefault:
      return "default of";
    case OriginCause::kArgument:
      return "given at";
    case OriginCause::kAlias:
      return "repeated at";
  }
  return "";
}

std::string chain_text(const Context& context, OriginId at) {
  if (at == kNowhere) return "default";
  std::string out = place_text(context, context.origins[at]);
  for (std::size_t i = 0; i < kMostLinks; ++i) {
    const Origin& o = context.origins[at];
    if (o.why == OriginCause::kNone || o.cause == kNowhere) break;
    out.append(", ").append(why_text(o.why)).append(" ").append(place_text(context, context.origins[o.cause]));
    at = o.cause;
  }
  return out;
}

/// Numbers the lines of the YAML text as the writer makes them and keeps the origin of each value.
class Lines {
 public:
  struct Entry {
    std::size_t line;
    OriginId at;
  };
  std::vector<Entry> entries;
  std::size_t line = 0;

  void walk(const ir::Value& v, bool at_line_start) {
    const bool nested = (v.kind() == ir::ValueKind::kMapping || v.kind() == ir::ValueKind::kSequence) && v.size() > 0;
    if (!nested) {
      entries.push_back({line, v.at()});
      const std::string text = ir::to_text(v, ir::Format::kYaml);
      line += std::max<std::size_t>(1, static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
      return;
    }
    if (!at_line_start) ++line;
    for (const ir::Member& m : v.members()) walk(m.value, false);
    for (const ir::Value& item : v.items()) walk(item, true);
  }
};

std::string annotated(const Context& context, const ir::Value& root) {
  const std::string text = ir::to_text(root, ir::Format::kYaml);
  Lines lines;
  lines.walk(root, true);
  constexpr std::size_t kColumn = 48;
  std::string out;
  std::size_t line = 0, next = 0;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out.append(text, begin, end - begin);
    if (next < lines.entries.size() && lines.entries[next].line == line) {
      // A comment behind the `|` of a block of text is a comment; within the text it would be none.
      out.append(end - begin < kColumn ? kColumn - (end - begin) : 2, ' ')
          .append("# ")
          .append(chain_text(context, lines.entries[next].at));
      while (next < lines.entries.size() && lines.entries[next].line == line) ++next;
    }
    out += '\n';
    begin = end + 1;
  }
  return out;
}

void append_origin_json(const Context& context, OriginId at, std::string& out) {
  out += '[';
  for (std::size_t i = 0; at != kNowhere && i < kMostLinks; ++i) {
    const Origin& o = context.origins[at];
    const Position p = context.sources.position(o.source, o.begin);
    out += i ? ",{\"file\":" : "{\"file\":";
    ir::append_json_string(context.sources.name(o.source), out);
    out += ",\"line\":" + std::to_string(p.line) + ",\"column\":" + std::to_string(p.column) + ",\"then\":";
    ir::append_json_string(o.cause == kNowhere ? "" : why_text(o.why), out);
    out += '}';
    at = o.cause;
  }
  out += ']';
}

void append_values_json(const Context& context, const ir::Value& v, const std::string& path, bool& first,
                        std::string& out) {
  const bool nested = (v.kind() == ir::ValueKind::kMapping || v.kind() == ir::ValueKind::kSequence) && v.size() > 0;
  if (nested) {
    for (const ir::Member& m : v.members())
      append_values_json(context, m.value, path.empty() ? std::string(m.key) : path + "." + std::string(m.key), first,
                         out);
    for (std::size_t i = 0; i < v.items().size(); ++i)
      append_values_json(context, v.items()[i], path + "[" + std::to_string(i) + "]", first, out);
    return;
  }
  out += first ? "{\"path\":" : ",{\"path\":";
  first = false;
  ir::append_json_string(path, out);
  out += ",\"value\":" + ir::to_text(v, ir::Format::kJson) + ",\"origin\":";
  append_origin_json(context, v.at(), out);
  out += '}';
}

std::string as_json(const Context& context, const std::vector<driver::LoadedDocument>& documents) {
  std::string out = "{\"format_version\":1,\"documents\":[";
  for (std::size_t i = 0; i < documents.size(); ++i) {
    bool first = true;
    out += i ? ",{\"values\":[" : "{\"values\":[";
    append_values_json(context, documents[i].document.root, "", first, out);
    out += "]}";
  }
  return out + "]}\n";
}

int run(const Options& options) {
  if (options.operands().size() != 1) return fail(kUsage, "`resolve` takes one file");
  const std::string& path = options.operands()[0];
  const driver::Input input{path, path == "-" ? std::string(options.get("--stdin-filename")) : std::string()};
  Result<std::string> text = driver::read_input(input);
  if (!text) return fail(text.error());
  driver::LanguageOptions language;
  language.env = options.get("--env");
  language.settings = options.all("--set");
  language.value_files = options.all("--values");
  language.include_root = options.get("--include-root");
  Context context;
  Result<std::vector<driver::LoadedDocument>> loaded =
      driver::load_text(context, driver::display_name(input), std::move(*text), language);
  if (!loaded) return fail(loaded.error());
  if (Result<Done> used = driver::check_used(language, *loaded); !used) return fail(used.error());
  context.diags.sort(context.origins);
  std::string findings;
  render_all(context, {use_color(STDERR_FILENO)}, findings);
  print_error(findings);
  if (context.diags.errors() > 0) return kFound;
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  if (options.get("--output") == "json") {
    out.write(as_json(context, *loaded));
  } else {
    for (std::size_t i = 0; i < loaded->size(); ++i) {
      if (i > 0) out.write("---\n");
      out.write(annotated(context, (*loaded)[i].document.root));
    }
  }
  Result<Done> done = out.finish();
  return done ? kClean : fail(done.error());
}

}  // namespace

extern const Command kResolveCommand;
const Command kResolveCommand = {
    "resolve",
    "print the merged manifest with the origin of each value",
    "grovec resolve [OPTIONS] FILE",
    "  grovec resolve --env prod llm.grove\n"
    "  grovec resolve -o json llm.grove | jq '.documents[0].values[] | select(.path | endswith(\"image\"))'\n",
    kOptions,
    run,
};

}  // namespace grovec::cli
