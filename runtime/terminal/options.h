/// \file Command lines: options as tables, so that parsing, `--help` and "did you mean" have one source.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"

namespace grovec::cli {

/// One option of a command. `value` names its argument in the help; empty = a switch; `[=…]` = it may
/// be left out, and is then empty.
struct OptionSpec {
  std::string_view name;     ///< "--output"
  std::string_view letter;   ///< "-o", or empty
  std::string_view value;    ///< "FORMAT"
  std::string_view help;     ///< one line
  std::string_view choices;  ///< "yaml|json|ndjson": anything else is a usage error; empty = free text
};

// Which files, and how `.grove` files among them are read: of every command that takes manifests.
#define GROVEC_FILE_OPTIONS                                                                                   \
  {"--filename", "-f", "FILE", "a manifest, a directory, a glob, or `-` (may be repeated)", {}},              \
      {"--recursive", "-R", {}, "read directories with their subfolders", {}},                                \
      {"--exclude", {}, "GLOB", "paths that a walk passes over, `**` for any folders (may be repeated)", {}}, \
      {"--stdin-filename", {}, "NAME", "what `-` is called; a name that ends in .grove gives its form", {}},  \
      {"--with", {}, "FILE", "objects of the cluster: ClusterTopologyBindings, ResourceClaimTemplates", {}},  \
      {"--operator-config", {}, "FILE", "the operator's configuration", {}},                                  \
      {"--env", {}, "NAME", "environment of a .grove file", {}},                                              \
      {"--set", {}, "NAME=VALUE", "value of a parameter of a .grove file (may be repeated)", {}},             \
      {"--values", {}, "FILE", "values of parameters, as YAML or JSON (may be repeated)", {}}, {              \
    "--include-root", {}, "DIR", "includes of .grove files stay below it (default: the file's folder)", {}    \
  }

/// What the user typed, in order.
class Options {
 public:
  bool has(std::string_view name) const;
  /// No option was given; operands may have been.
  bool empty() const { return given_.empty(); }
  /// The last value given, or `otherwise`.
  std::string_view get(std::string_view name, std::string_view otherwise = {}) const;
  std::vector<std::string> all(std::string_view name) const;
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  friend Result<Options> parse_options(std::span<const OptionSpec>, std::span<const std::string>);
  struct Given {
    std::string_view name;
    std::string value;
  };
  std::vector<Given> given_;
  std::vector<std::string> operands_;
};

/// GNU habits: `--name value`, `--name=value`, `-ovalue`, `--` ends options, `-` is an operand. An empty value is an
/// error: it is what a variable that is not set leaves. Errors are kUsage.
Result<Options> parse_options(std::span<const OptionSpec> specs, std::span<const std::string> args);

/// How many of the first arguments are options with their values: where the command stands, if options stand before it.
/// Stops at the first that is none of `specs`.
std::size_t leading_options(std::span<const OptionSpec> specs, std::span<const std::string> args);

inline constexpr std::size_t kHelpWidth = 100;  ///< columns

/// The option lines of a help text, aligned and at most kHelpWidth wide.
std::string options_help(std::span<const OptionSpec> specs);

}  // namespace grovec::cli
