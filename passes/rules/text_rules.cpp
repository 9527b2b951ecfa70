#include "passes/rules/text_rules.h"

#include <algorithm>
#include <cstdint>

#include "ir/base/check.h"

namespace grovec::passes {

namespace {

constexpr std::uint8_t kLower = 1, kUpper = 2, kDigit = 4, kDash = 8, kDot = 16, kUnderscore = 32;

constexpr std::uint8_t class_of(char c) {
  if (c >= 'a' && c <= 'z') return kLower;
  if (c >= 'A' && c <= 'Z') return kUpper;
  if (c >= '0' && c <= '9') return kDigit;
  if (c == '-') return kDash;
  if (c == '.') return kDot;
  if (c == '_') return kUnderscore;
  return 0;
}

constexpr std::uint8_t kAlphanumeric = kLower | kUpper | kDigit;
constexpr std::uint8_t kNameInner = kAlphanumeric | kDash | kDot | kUnderscore;

bool all_of(std::string_view text, std::uint8_t classes) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return (class_of(c) & classes) != 0; });
}

bool is_label_pattern(std::string_view text) {
  return !text.empty() && class_of(text.front()) & (kLower | kDigit) && class_of(text.back()) & (kLower | kDigit) &&
         all_of(text, kLower | kDigit | kDash);
}

bool is_name_pattern(std::string_view text) {
  return !text.empty() && class_of(text.front()) & kAlphanumeric && class_of(text.back()) & kAlphanumeric &&
         all_of(text, kNameInner);
}

bool is_subdomain_pattern(std::string_view text) {
  while (true) {
    std::size_t dot = text.find('.');
    if (!is_label_pattern(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// ^[a-z][a-z0-9-]*$
bool is_domain_pattern(std::string_view text) {
  return !text.empty() && class_of(text.front()) == kLower && all_of(text, kLower | kDigit | kDash);
}

// ^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$
bool is_level_key_pattern(std::string_view text) {
  std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_name_pattern(text);
  return is_name_pattern(text.substr(0, slash)) && is_name_pattern(text.substr(slash + 1));
}

// ^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$
bool is_reason_pattern(std::string_view text) {
  if (text.empty() || !(class_of(text.front()) & (kLower | kUpper))) return false;
  if (text.size() == 1) return true;
  auto inner = [](char c) { return class_of(c) & (kAlphanumeric | kUnderscore) || c == ',' || c == ':'; };
  return std::all_of(text.begin() + 1, text.end(), inner) && class_of(text.back()) & (kAlphanumeric | kUnderscore);
}

// A DNS subdomain, a slash, a name; or a name.
bool is_condition_type_pattern(std::string_view text) {
  std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_name_pattern(text);
  return is_subdomain_pattern(text.substr(0, slash)) && is_name_pattern(text.substr(slash + 1));
}

struct Matcher {
  std::string_view pattern;
  bool (*matches)(std::string_view);
};

constexpr Matcher kMatchers[] = {
    {"^[a-z][a-z0-9-]*$", is_domain_pattern},
    {"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$", is_level_key_pattern},
    {"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$", is_reason_pattern},
    {"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
     is_condition_type_pattern},
};

// ([0-9]+(\.[0-9]*)?)|(\.[0-9]+) at the start; the rest, or nothing if there is no number.
bool skip_number(std::string_view& text) {
  std::size_t i = 0;
  auto digits = [&] {
    std::size_t start = i;
    while (i < text.size() && class_of(text[i]) == kDigit) ++i;
    return i - start;
  };
  std::size_t whole = digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0 && whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  text.remove_prefix(i);
  return true;
}

}  // namespace

bool is_blank_text(std::string_view text) {
  // unicode.IsSpace of Go: ASCII, U+0085, U+00A0, and the wider blanks of Unicode.
  constexpr std::string_view kWide[] = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
                                        "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
                                        "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
                                        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};
  while (!text.empty()) {
    if (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')) {
      text.remove_prefix(1);
      continue;
    }
    if (static_cast<unsigned char>(text.front()) < 0x80) return false;
    auto wide =
        std::find_if(std::begin(kWide), std::end(kWide), [&](std::string_view w) { return text.starts_with(w); });
    if (wide == std::end(kWide)) return false;
    text.remove_prefix(wide->size());
  }
  return true;
}

bool is_dns_label(std::string_view text) { return text.size() <= 63 && is_label_pattern(text); }

bool is_dns1035_label(std::string_view text) { return is_dns_label(text) && class_of(text.front()) == kLower; }

bool is_dns_subdomain(std::string_view text) { return text.size() <= 253 && is_subdomain_pattern(text); }

bool is_name_part(std::string_view text) { return text.size() <= 63 && is_name_pattern(text); }

bool is_qualified_name(std::string_view text) {
  std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_name_part(text);
  return is_dns_subdomain(text.substr(0, slash)) && is_name_part(text.substr(slash + 1));
}

bool is_label_value(std::string_view text) { return text.empty() || is_name_part(text); }

bool is_env_var_name(std::string_view text) {
  if (text.empty() || class_of(text.front()) == kDigit || !all_of(text, kNameInner)) return false;
  return text != "." && !text.starts_with("..");
}

bool is_generate_name(std::string_view text) {
  // Kubernetes checks the prefix with its last two bytes replaced by one `a` where it ends in a dash.
  std::string masked(text);
  if (masked.size() > 1 && masked.back() == '-') masked.replace(masked.size() - 2, 2, "a");
  return is_dns_subdomain(masked);
}

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_known_pattern(std::string_view pattern) {
  return std::any_of(std::begin(kMatchers), std::end(kMatchers),
                     [&](const Matcher& m) { return m.pattern == pattern; });
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  for (const Matcher& m : kMatchers)
    if (m.pattern == pattern) return m.matches(text);
  GROVEC_CHECK(!"every pattern of the tables has a matcher");
  return false;
}

bool matches_quantity_pattern(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  if (!skip_number(text)) return false;
  if (text.empty()) return true;
  if (text.size() == 2 && text[1] == 'i') return std::string_view("KMGTPE").find(text[0]) != std::string_view::npos;
  if (text.size() == 1) return std::string_view("numkMGTPE").find(text[0]) != std::string_view::npos;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (text[0] == '+' || text[0] == '-') text.remove_prefix(1);
  return skip_number(text) && text.empty();
}

std::string dns_suggestion(std::string_view text) {
  std::string out;
  for (char c : text) {
    std::uint8_t k = class_of(c);
    if (k & (kLower | kDigit))
      out += c;
    else if (k == kUpper)
      out += static_cast<char>(c - 'A' + 'a');
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  if (!is_dns_label(out) || out == text) out.clear();
  return out;
}

}  // namespace grovec::passes
