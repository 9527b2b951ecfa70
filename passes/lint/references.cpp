#include "passes/lint/references.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

#include "ir/labels.h"

namespace grovec::passes {

using namespace ir;

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t name_end(std::string_view text, std::size_t at) {
  if (at >= text.size() || !is_letter(text[at])) return at;
  while (at < text.size() && (is_letter(text[at]) || is_digit(text[at]))) ++at;
  return at;
}

/// As a word of its own, not as `$NAME`.
bool has_word(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool starts = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t';
    if (starts && (end == text.size() || !(is_letter(text[end]) || is_digit(text[end])))) return true;
  }
  return false;
}

bool has_guard(std::string_view text, std::string_view name) {
  for (const char* test : {"-z", "-n", "-v"})
    for (const char* form : {" \"$", " $", " \"${", " ${", " "}) {
      const std::string pattern = std::string(test) + form + std::string(name);
      if (text.find(pattern) != std::string_view::npos) return true;
    }
  const std::string assigned = std::string(name) + "=";  // the script gives it a value
  for (std::size_t at = text.find(assigned); at != std::string_view::npos; at = text.find(assigned, at + 1))
    if (at == 0 || (!is_letter(text[at - 1]) && !is_digit(text[at - 1]) && text[at - 1] != '$')) return true;
  for (const char* command :
       {"read", "for", "mapfile", "readarray", "printf -v", "declare", "local", "export", "select"}) {
    const std::string word = std::string(command) + " ";
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      const std::string_view rest = text.substr(at + word.size());
      const std::string_view line = rest.substr(0, rest.find_first_of(";\n"));
      if (has_word(line, name)) return true;
    }
  }
  return false;
}

/// Whether the script takes in a file that may set anything: `source FILE`, `. FILE`, `eval`.
bool reads_other_scripts(std::string_view text) {
  for (std::string_view command : {"source ", ". ", "eval "})
    for (std::size_t at = text.find(command); at != std::string_view::npos; at = text.find(command, at + 1)) {
      std::size_t before = at;
      while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '\t')) --before;
      const std::size_t next = at + command.size();
      const bool starts = before == 0 || std::string_view(";&|\n({").find(text[before - 1]) != std::string_view::npos;
      const std::string_view file = text.substr(next, text.substr(std::min(next, text.size())).find_first_of(" ;&|\n"));
      // Of all of them, that of a Python environment is the one that sets nothing else.
      if (starts && !file.empty() && !file.ends_with("/activate")) return true;
    }
  return false;
}

}  // namespace

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Whether a quote at `at` begins what another shell runs: `sh -c '`, `bash -lc '`.
bool is_script_of_another_shell(std::string_view text, std::size_t at) {
  auto last_word = [&]() {
    while (at > 0 && is_blank(text[at - 1])) --at;
    const std::size_t end = at;
    while (at > 0 && !is_blank(text[at - 1]) && text[at - 1] != '\n') --at;
    return text.substr(at, end - at);
  };
  const std::string_view option = last_word();
  return option.size() > 1 && option[0] == '-' && option.back() == 'c' && last_word().ends_with("sh");
}

/// The word behind `<<`, and where it ends.
struct HereWord {
  std::string_view word;
  bool is_quoted = false, strips_tabs = false;
};
std::optional<HereWord> here_word(std::string_view text, std::size_t at) {
  HereWord out;
  if (at < text.size() && text[at] == '-') out.strips_tabs = true, ++at;
  while (at < text.size() && is_blank(text[at])) ++at;
  if (at < text.size() && (text[at] == '\'' || text[at] == '"' || text[at] == '\\')) out.is_quoted = true, ++at;
  const std::size_t end = name_end(text, at);
  if (end == at) return std::nullopt;
  out.word = text.substr(at, end - at);
  return out;
}

/// The end of the here-document that begins at `at`: behind the line of its word; nothing if there is none.
std::optional<std::size_t> here_end(std::string_view text, std::size_t at, const HereWord& here) {
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    while (here.strips_tabs && line.starts_with('\t')) line.remove_prefix(1);
    if (line == here.word) return end;
    at = end + 1;
  }
  return std::nullopt;
}

}  // namespace

ShellText::ShellText(std::string_view text) : kinds_(text.size(), Kind::kCode) {
  auto mark = [&](std::size_t begin, std::size_t end, Kind kind) {
    std::fill(kinds_.begin() + static_cast<std::ptrdiff_t>(begin), kinds_.begin() + static_cast<std::ptrdiff_t>(end),
              kind);
  };
  std::vector<HereWord> pending;
  bool in_double = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\') {
      ++at;
    } else if (c == '"') {
      in_double = !in_double;
    } else if (in_double) {
      continue;
    } else if (c == '\'') {
      const std::size_t end = std::min(text.find('\'', at + 1), text.size());
      if (!is_script_of_another_shell(text, at)) mark(at, end, Kind::kLiteral);
      at = end;
    } else if (c == '#' && (at == 0 || std::string_view(" \t\n;&|(").find(text[at - 1]) != std::string_view::npos)) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      mark(at, end, Kind::kComment);
      at = end - 1;
    } else if (text.substr(at).starts_with("<<<")) {
      at += 2;
    } else if (text.substr(at).starts_with("<<")) {
      if (const std::optional<HereWord> here = here_word(text, at + 2)) pending.push_back(*here);
      ++at;
    } else if (c == '\n') {
      for (const HereWord& here : pending)
        if (const std::optional<std::size_t> end = here_end(text, at + 1, here)) {
          if (here.is_quoted) mark(at + 1, *end, Kind::kLiteral);
          at = *end;
        }
      pending.clear();
    }
  }
}

bool is_variable_name(std::string_view name) { return !name.empty() && name_end(name, 0) == name.size(); }

bool is_upper_name(std::string_view name) {
  return is_variable_name(name) && std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

std::vector<Reference> kubelet_references(std::string_view text) {
  std::vector<Reference> out;
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at)) {
    if (at + 1 < text.size() && text[at + 1] == '(') {
      const std::size_t end = text.find(')', at);
      if (end == std::string_view::npos) break;
      const std::string_view name = text.substr(at + 2, end - at - 2);
      if (is_variable_name(name)) out.push_back({name, at, end + 1 - at});
      at = end + 1;
    } else {
      at += at + 1 < text.size() && text[at + 1] == '$' ? 2 : 1;
    }
  }
  return out;
}

std::vector<Reference> shell_references(std::string_view text) {
  std::vector<Reference> out;
  if (text.find('$') == std::string_view::npos) return out;
  const bool guarded = reads_other_scripts(text);
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    if (at > 0 && text[at - 1] == '\\') continue;
    const bool braces = at + 1 < text.size() && text[at + 1] == '{';
    const std::size_t begin = at + (braces ? 2 : 1), end = name_end(text, begin);
    if (end == begin) continue;
    Reference r{text.substr(begin, end - begin), at, end - at};
    if (braces) {
      const std::size_t close = text.find('}', end);
      if (close == std::string_view::npos) continue;
      r.length = close + 1 - at;
      r.is_guarded = text[end] == ':' || text[end] == '-' || text[end] == '+' || text[end] == '?' || text[end] == '=';
    }
    r.is_guarded |= guarded || has_guard(text, r.name);
    out.push_back(r);
  }
  return out;
}

bool has_shell(const Value& container) {
  for (const char* list : {"command", "args"})
    for (const Value& word : container[list].items()) {
      std::string_view text = word.as_string();
      text = text.substr(text.find_last_of('/') == std::string_view::npos ? 0 : text.find_last_of('/') + 1);
      for (std::string_view shell : {"sh", "bash", "dash", "ash", "zsh", "ksh", "busybox", "fish"})
        if (text == shell) return true;
    }
  return false;
}

bool is_service_variable(std::string_view name) {
  auto has = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
  return name.ends_with("_SERVICE_HOST") || has("_SERVICE_PORT") || name.ends_with("_PORT") || has("_PORT_") ||
         name.starts_with("KUBERNETES_");
}

bool is_grove_variable(std::string_view name, bool in_group) {
  for (std::string_view own :
       {keys::kEnvSetName, keys::kEnvSetIndex, keys::kEnvCliqueName, keys::kEnvService, keys::kEnvPodIndex})
    if (name == own) return true;
  if (in_group)
    for (std::string_view own : {keys::kEnvGroupName, keys::kEnvGroupPods, keys::kEnvGroupIndex})
      if (name == own) return true;
  return false;
}

}  // namespace grovec::passes
