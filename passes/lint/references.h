/// \file References to variables in texts of containers: those that kubelet fills in, and those that a shell does.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ir/value/value.h"

namespace grovec::passes {

/// A reference in a text: `text.substr(at, length)` is all of it.
struct Reference {
  std::string_view name;
  std::size_t at = 0, length = 0;
  bool is_guarded = false;  ///< a shell gives it another value if there is none: `${NAME:-1}`, `[ -z "$NAME" ]`
};

/// `$(NAME)` as kubelet reads it: `$$` is no reference, nothing is nested. Only names that a variable can have.
std::vector<Reference> kubelet_references(std::string_view text);
/// `$NAME` and `${NAME…}` as a POSIX shell reads them, within quotes, too; a backslash in front makes it text. Those
/// that a script or a file that it reads may set are guarded.
std::vector<Reference> shell_references(std::string_view text);

/// Which bytes of a script a POSIX shell reads as code: not comments, text in single quotes and here-documents whose
/// word is quoted. What such quotes hand to another shell (`sh -c '…'`) is code.
struct ShellText {
  explicit ShellText(std::string_view script);
  bool is_code(std::size_t at) const { return kinds_[at] == Kind::kCode; }
  bool is_comment(std::size_t at) const { return kinds_[at] == Kind::kComment; }

 private:
  enum class Kind : std::uint8_t { kCode, kComment, kLiteral };
  std::vector<Kind> kinds_;
};

bool is_variable_name(std::string_view name);
/// Upper case letters, digits and `_`: hardly the name of a program.
bool is_upper_name(std::string_view name);
/// Whether a command starts a shell, itself or through another program.
bool has_shell(const ir::Value& container);
/// Variables that kubelet makes of Services: `X_SERVICE_HOST`, `X_PORT_80_TCP_ADDR`, …
bool is_service_variable(std::string_view name);
/// Variables that Grove gives to every container, or to those of members of scaling groups.
bool is_grove_variable(std::string_view name, bool in_group);

}  // namespace grovec::passes
