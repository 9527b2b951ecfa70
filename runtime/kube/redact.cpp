#include "runtime/kube/redact.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

namespace grovec::kube {

namespace {

constexpr std::string_view kHidden = "<hidden>";
constexpr std::size_t kShortest = 6, kMostKept = 4096;

std::mutex& kept_lock() {
  static std::mutex lock;
  return lock;
}
std::vector<std::string>& kept() {
  static std::vector<std::string> secrets;
  return secrets;
}

void keep_one(std::string_view text) {
  if (text.size() < kShortest || text.substr(0, 5) == "-----") return;
  std::vector<std::string>& all = kept();
  if (std::find(all.begin(), all.end(), text) != all.end()) return;
  if (all.size() == kMostKept) all.erase(all.begin());  // rotated long ago
  all.emplace_back(text);
  // Longest first, so that a secret that contains another disappears whole.
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

bool is_token_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.~+/=").find(c) != std::string_view::npos;
}

void hide_kept(std::string& text) {
  std::lock_guard lock(kept_lock());
  for (const std::string& secret : kept())
    for (std::size_t at = text.find(secret); at != text.npos; at = text.find(secret, at + kHidden.size()))
      text.replace(at, secret.size(), kHidden);
}

/// The run of token bytes after each `mark`.
void hide_after(std::string& text, std::string_view mark, bool keeps_mark, std::size_t at_least) {
  for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
    const std::size_t begin = keeps_mark ? at + mark.size() : at;
    std::size_t end = at + mark.size();
    while (end < text.size() && is_token_byte(text[end])) ++end;
    if (end - begin >= at_least) text.replace(begin, end - begin, kHidden);
  }
}

void hide_blocks(std::string& text) {
  constexpr std::string_view kBegin = "-----BEGIN", kKey = "KEY-----";
  for (std::size_t at = text.find(kBegin); at != text.npos; at = text.find(kBegin, at + 1)) {
    const std::size_t line_end = text.find("-----", at + kBegin.size());
    if (line_end == text.npos || text.substr(at, line_end + 5 - at).find(kKey) == text.npos) continue;
    const std::size_t end = text.find("-----END", line_end);
    const std::size_t after =
        end == text.npos ? text.size() : std::min(text.find("-----", end + 8), text.size() - 5) + 5;
    text.replace(at, after - at, kHidden);
  }
}

/// Where the JSON value at `at` ends; quotes may themselves be escaped (`\"`) when JSON stands in a message.
std::size_t end_of_value(std::string_view text, std::size_t at, std::string_view quote) {
  if (text.substr(at, quote.size()) == quote) {
    std::size_t end = text.find(quote, at + quote.size());
    // An escaped quote inside: one more backslash than the quote itself has.
    while (end != text.npos && end > 0 && text[end - 1] == '\\') end = text.find(quote, end + quote.size());
    return end == text.npos ? text.size() : end + quote.size();
  }
  if (at >= text.size() || (text[at] != '{' && text[at] != '[')) return at;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = at; i < text.size(); ++i) {
    if (text.substr(i, quote.size()) == quote && (i == 0 || quote.size() > 1 || text[i - 1] != '\\')) {
      in_string = !in_string;
      i += quote.size() - 1;
    } else if (!in_string && (text[i] == '{' || text[i] == '[')) {
      ++depth;
    } else if (!in_string && (text[i] == '}' || text[i] == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return text.size();
}

void hide_members(std::string& text, std::string_view quote) {
  constexpr std::array<std::string_view, 6> kNames = {
      "data", "stringData", "kubectl.kubernetes.io/last-applied-configuration", "token", "password", "clientKeyData"};
  for (std::string_view name : kNames) {
    const std::string key = std::string(quote) + std::string(name) + std::string(quote);
    for (std::size_t at = text.find(key); at != text.npos; at = text.find(key, at + 1)) {
      std::size_t value = at + key.size();
      while (value < text.size() && (text[value] == ' ' || text[value] == ':')) ++value;
      const std::size_t end = end_of_value(text, value, quote);
      if (end > value) text.replace(value, end - value, kHidden);
    }
  }
}

}  // namespace

void keep_secret(std::string_view text) {
  std::lock_guard lock(kept_lock());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    keep_one(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string escape_controls(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // C1 controls are two bytes in UTF-8: c2 80 to c2 9f.
    const bool is_c1 = c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (c >= 0x20 && c != 0x7f && !is_c1) {
      out += text[i];
      continue;
    }
    out.append("\\x").append(1, kDigits[c >> 4]).append(1, kDigits[c & 15]);
    if (!is_c1) continue;
    const auto next = static_cast<unsigned char>(text[++i]);
    out.append("\\x").append(1, kDigits[next >> 4]).append(1, kDigits[next & 15]);
  }
  return out;
}

std::string redact(std::string_view text, std::size_t most) {
  // Only what is shown is searched, plus what a secret at its end could reach beyond.
  std::string out(text.substr(0, most + (64u << 10)));
  hide_kept(out);
  hide_blocks(out);
  hide_members(out, "\"");
  hide_members(out, "\\\"");
  hide_after(out, "Bearer ", true, 1);
  hide_after(out, "Basic ", true, 8);
  hide_after(out, "eyJ", false, 24);
  out = escape_controls(out);
  if (out.size() > most) {
    out.resize(most);
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xc0) out.pop_back();
    out += "…";
  }
  return out;
}

}  // namespace grovec::kube
