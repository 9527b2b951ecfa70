#include "runtime/kube/redact.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace grovec::kube {

namespace {

constexpr std::string_view kHidden = "<hidden>";
constexpr std::size_t kShortest = 6, kMostKept = 4096;

std::mutex& kept_lock() {
  static std::mutex lock;
  return lock;
}
/// What is hidden, and its turn: when it was last given to us.
using Kept = std::map<std::string, std::uint64_t, std::less<>>;
Kept& kept() {
  static Kept secrets;
  return secrets;
}

void keep_one(std::string_view text) {
  if (text.size() < kShortest || text.substr(0, 5) == "-----") return;
  static std::uint64_t turn = 0;
  Kept& all = kept();
  all[std::string(text)] = ++turn;
  if (all.size() <= kMostKept) return;
  all.erase(std::min_element(all.begin(), all.end(),  // rotated long ago
                             [](const auto& a, const auto& b) { return a.second < b.second; }));
}

/// Where the longest secret that begins at `at` ends; `at` if none does.
std::size_t end_of_secret(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at), begin = rest.substr(0, kShortest);
  std::size_t size = 0;
  for (auto it = kept().lower_bound(begin); it != kept().end() && it->first.starts_with(begin); ++it)
    if (it->first.size() > size && rest.starts_with(it->first)) size = it->first.size();
  return at + size;
}

bool is_token_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.~+/=").find(c) != std::string_view::npos;
}

/// Secrets that overlap disappear as one.
void hide_kept(std::string& text) {
  std::lock_guard lock(kept_lock());
  if (kept().empty()) return;
  std::string out;
  for (std::size_t at = 0, end = 0; at < text.size(); ++at) {
    const bool is_inside = at < end;
    end = std::max(end, end_of_secret(text, at));
    if (at >= end)
      out += text[at];
    else if (!is_inside)
      out += kHidden;
  }
  text = std::move(out);
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
