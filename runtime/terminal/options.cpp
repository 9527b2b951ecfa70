#include "runtime/terminal/options.h"

#include <algorithm>

#include "ir/base/edit_distance.h"

namespace grovec::cli {

bool Options::has(std::string_view name) const {
  return std::any_of(given_.begin(), given_.end(), [&](const Given& g) { return g.name == name; });
}

std::string_view Options::get(std::string_view name, std::string_view otherwise) const {
  for (auto it = given_.rbegin(); it != given_.rend(); ++it)
    if (it->name == name) return it->value;
  return otherwise;
}

std::vector<std::string> Options::all(std::string_view name) const {
  std::vector<std::string> out;
  for (const Given& g : given_)
    if (g.name == name) out.push_back(g.value);
  return out;
}

namespace {

Error usage(std::string message) { return {std::move(message), Error::kUsage}; }

bool is_choice(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    std::size_t bar = choices.find('|');
    if (choices.substr(0, bar) == value) return true;
    if (bar == std::string_view::npos) break;
    choices.remove_prefix(bar + 1);
  }
  return false;
}

std::string unknown_option(std::string_view name, std::span<const OptionSpec> specs) {
  std::vector<std::string_view> names;
  for (const OptionSpec& s : specs) names.push_back(s.name);
  std::string_view near = nearest_name(name, names);
  std::string message = "unknown option `" + std::string(name) + "`";
  const bool has_out = std::any_of(specs.begin(), specs.end(), [](const OptionSpec& s) { return s.name == "--out"; });
  if (name == "-o" && has_out) return message + "; to write a file: `--out PATH`";
  if (!near.empty()) message += "; did you mean `" + std::string(near) + "`?";
  return message;
}

/// A file name where a format is wanted is a habit from other programs.
std::string unknown_choice(const OptionSpec& spec, const std::string& value, std::span<const OptionSpec> specs) {
  std::string message =
      "option `" + std::string(spec.name) + "` does not know `" + value + "`; it takes " + std::string(spec.choices);
  const bool has_out = std::any_of(specs.begin(), specs.end(), [](const OptionSpec& s) { return s.name == "--out"; });
  if (spec.name != "--output" || !has_out || value.find_first_of("./") == std::string::npos) return message;
  std::string ending = value.substr(std::min(value.rfind('.'), value.size() - 1) + 1);
  if (ending == "yml") ending = "yaml";
  message += "; to write a file: `" + (is_choice(spec.choices, ending) ? "-o " + ending + " " : std::string());
  return message + "--out " + value + "`";
}

}  // namespace

Result<Options> parse_options(std::span<const OptionSpec> specs, std::span<const std::string> args) {
  Options out;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (arg == "--") {
      out.operands_.insert(out.operands_.end(), args.begin() + static_cast<std::ptrdiff_t>(i) + 1, args.end());
      break;
    }
    if (arg.size() < 2 || arg[0] != '-') {
      out.operands_.push_back(arg);
      continue;
    }
    bool is_long = arg[1] == '-';
    std::size_t cut = is_long ? arg.find('=') : arg.size() > 2 ? 2 : std::string::npos;
    std::string_view name = std::string_view(arg).substr(0, cut);
    auto spec = std::find_if(specs.begin(), specs.end(),
                             [&](const OptionSpec& s) { return is_long ? s.name == name : s.letter == name; });
    if (spec == specs.end()) return usage(unknown_option(name, specs));
    bool inline_value = cut != std::string::npos;
    const bool is_optional = spec->value.starts_with("[");
    if (spec->value.empty() || (is_optional && !inline_value)) {
      if (inline_value) return usage("option `" + std::string(spec->name) + "` takes no value");
      out.given_.push_back({spec->name, {}});
      continue;
    }
    std::string value;
    if (inline_value) {
      value = arg.substr(cut + (is_long || arg[cut] == '=' ? 1 : 0));
    } else if (i + 1 < args.size()) {
      value = args[++i];
    } else {
      return usage("option `" + std::string(name) + "` needs a value: " + std::string(spec->value));
    }
    if (value.empty())
      return usage("option `" + std::string(spec->name) + "` has no value");  // a variable that is not set
    if (!spec->choices.empty() && !is_choice(spec->choices, value)) return usage(unknown_choice(*spec, value, specs));
    out.given_.push_back({spec->name, std::move(value)});
  }
  return out;
}

std::size_t leading_options(std::span<const OptionSpec> specs, std::span<const std::string> args) {
  std::size_t i = 0;
  while (i < args.size() && args[i].size() > 1 && args[i][0] == '-') {
    const bool is_long = args[i][1] == '-';
    const std::string_view name = std::string_view(args[i]).substr(0, is_long ? args[i].find('=') : 2);
    auto spec = std::find_if(specs.begin(), specs.end(),
                             [&](const OptionSpec& s) { return is_long ? s.name == name : s.letter == name; });
    if (spec == specs.end()) break;
    const bool takes_next = !spec->value.empty() && name.size() == args[i].size();
    i += takes_next ? 2 : 1;
  }
  return std::min(i, args.size());
}

namespace {

/// `text` in lines of at most kHelpWidth, all but the first behind `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (column > indent && column + 1 + word.size() > kHelpWidth) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

}  // namespace

std::string options_help(std::span<const OptionSpec> specs) {
  std::vector<std::string> left;
  std::size_t width = 0;
  for (const OptionSpec& s : specs) {
    std::string l =
        "  " + (s.letter.empty() ? std::string("    ") : std::string(s.letter) + ", ") + std::string(s.name);
    if (!s.value.empty()) l += (s.value.starts_with("[") ? "" : " ") + std::string(s.value);
    width = std::max(width, l.size());
    left.push_back(std::move(l));
  }
  std::string out;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    std::string help(specs[i].help);
    if (!specs[i].choices.empty()) help += " (" + std::string(specs[i].choices) + ")";
    out += left[i] + std::string(width - left[i].size() + 2, ' ') + wrapped(help, width + 2) + '\n';
  }
  return out;
}

}  // namespace grovec::cli
