#include "passes/lint/references.h"

#include <algorithm>
#include <cctype>
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

bool has_guard(std::string_view text, std::string_view name) {
  for (const char* test : {"-z", "-n", "-v"})
    for (const char* form : {" \"$", " $", " \"${", " ${", " "}) {
      const std::string pattern = std::string(test) + form + std::string(name);
      if (text.find(pattern) != std::string_view::npos) return true;
    }
  const std::string assigned = std::string(name) + "=";  // the script gives it a value
  for (std::size_t at = text.find(assigned); at != std::string_view::npos; at = text.find(assigned, at + 1))
    if (at == 0 || (!is_letter(text[at - 1]) && !is_digit(text[at - 1]) && text[at - 1] != '$')) return true;
  return text.find("read " + std::string(name)) != std::string_view::npos ||
         text.find("for " + std::string(name) + " ") != std::string_view::npos;
}

}  // namespace

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
    r.is_guarded |= has_guard(text, r.name);
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
