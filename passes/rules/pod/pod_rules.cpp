#include "passes/rules/pod/pod_rules.h"

#include <algorithm>
#include <array>
#include <vector>

#include "ir/base/edit_distance.h"
#include "passes/places.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  while (true) {
    std::size_t end = text.find(at);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_ipv4(std::string_view text) {
  std::vector<std::string_view> parts = split(text, '.');
  if (parts.size() != 4) return false;
  return std::all_of(parts.begin(), parts.end(), [](std::string_view p) {
    if (p.empty() || p.size() > 12 || !std::all_of(p.begin(), p.end(), is_digit)) return false;
    std::int64_t n = 0;
    for (char c : p) n = n * 10 + (c - '0');
    return n <= 255;
  });
}

// Groups of up to four hexadecimal digits; an IPv4 address stands for the last two. -1 if there is another thing.
int ipv6_groups(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  int count = 0;
  std::vector<std::string_view> parts = split(text, ':');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (may_end_in_ipv4 && i + 1 == parts.size() && parts[i].find('.') != std::string_view::npos) {
      if (!is_ipv4(parts[i])) return -1;
      count += 2;
    } else if (parts[i].empty() || parts[i].size() > 4 || !std::all_of(parts[i].begin(), parts[i].end(), is_hex)) {
      return -1;
    } else {
      ++count;
    }
  }
  return count;
}

bool is_ipv6(std::string_view text) {
  std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return ipv6_groups(text, true) == 8;
  int before = ipv6_groups(text.substr(0, gap), false), after = ipv6_groups(text.substr(gap + 2), true);
  return before >= 0 && after >= 0 && before + after < 8;
}

std::string with_ranges(const FieldRule& rule) {
  if (rule.high == std::numeric_limits<std::int64_t>::max())
    return rule.low == 0 ? "it cannot be negative" : "it must be at least " + std::to_string(rule.low);
  return "it must be " + std::to_string(rule.low) + " to " + std::to_string(rule.high);
}

std::string listed(const std::vector<std::string_view>& words) {
  std::string out;
  for (std::string_view w : words)
    if (!w.empty()) out += (out.empty() ? "" : ", ") + std::string(w);
  return out;
}

}  // namespace

OriginId Spot::at(const Context& context) const {
  for (const Spot* s = this; s; s = s->parent_)
    if (!s->value_->is_null() && s->value_->at() != kNowhere) {
      const bool is_item = s->index_ >= 0;  // somebody wrote it, be it as null
      if (is_item || !is_filled(context, s->value_->at())) return s->value_->at();
    }
  return kNowhere;
}

std::string Spot::path() const {
  if (!parent_) return root_path_;
  if (index_ >= 0) return parent_->path() + "[" + std::to_string(index_) + "]";
  return parent_->path() + "." + std::string(key_);
}

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

bool is_word_of(std::string_view word, std::string_view words) {
  for (std::size_t at = 0; at <= words.size();) {
    const std::size_t end = std::min(words.find('|', at), words.size());
    if (words.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

DiagnosticBuilder Refuser::operator()(const Spot& at, const std::string& text) const {
  DiagnosticBuilder builder = context_->diags.report(at.at(*context_), *kind_, text);
  builder.path(at.path());
  return builder;
}

void Refuser::check(const Spot& node, std::span<const FieldRule> rules) const {
  for (const FieldRule& rule : rules) one(node, rule);
}

void Refuser::one(const Spot& node, const FieldRule& rule) const {
  const Spot spot = node.field(rule.field);
  auto name = [&rule] { return quoted(rule.field); };
  switch (rule.test) {
    case FieldRule::Test::kRequired:
      if (!spot.exists() || (spot->is_string() && spot.text().empty()) || (spot->is_sequence() && spot.size() == 0))
        (*this)(spot, name() + (is_filled(*context_, spot->at()) ? " is missing" : " is empty"));
      return;
    case FieldRule::Test::kOneOf: {
      if (!spot->is_string() || is_word_of(spot.text(), rule.words)) return;
      std::vector<std::string_view> words = split(rule.words, '|');
      DiagnosticBuilder found =
          (*this)(spot, quoted(spot.text()) + " is no value of " + name() + "; known: " + listed(words));
      std::string_view meant = nearest_name(spot.text(), words);
      if (!meant.empty()) found.fix(spot.at(*context_), std::string(meant));
      return;
    }
    case FieldRule::Test::kRange:
      if (spot->is_int() && (spot->as_int() < rule.low || spot->as_int() > rule.high))
        (*this)(spot, name() + " is " + std::to_string(spot->as_int()) + "; " + with_ranges(rule));
      return;
    case FieldRule::Test::kText:
      if (spot->is_string() && !rule.good(spot.text()))
        (*this)(spot, quoted(spot.text()) + " in " + name() + " is not " + std::string(rule.words));
      return;
    case FieldRule::Test::kForbidden:
      if (spot.exists()) (*this)(spot, name() + " cannot be set " + std::string(rule.words));
      return;
  }
}

bool is_port_name(std::string_view text) {
  if (text.empty() || text.size() > 15 || text.front() == '-' || text.back() == '-') return false;
  if (text.find("--") != std::string_view::npos || std::none_of(text.begin(), text.end(), is_lower)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_ip_address(std::string_view text) {
  return text.find(':') == std::string_view::npos ? is_ipv4(text) : is_ipv6(text);
}

bool has_no_backsteps(std::string_view text) {
  std::vector<std::string_view> parts = split(text, '/');
  return std::find(parts.begin(), parts.end(), "..") == parts.end();
}

bool is_absolute_path(std::string_view text) { return text.starts_with('/'); }
bool is_relative_path(std::string_view text) { return !is_absolute_path(text) && has_no_backsteps(text); }
bool is_projected_path(std::string_view text) { return is_relative_path(text) && !text.starts_with(".."); }

bool is_config_key(std::string_view text) {
  auto inner = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), inner) && text != "." &&
         !text.starts_with("..");
}

bool is_header_name(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_relaxed_env_name(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '='; });
}

bool is_path_segment(std::string_view text) {
  return text != "." && text != ".." && text.find_first_of("/%") == std::string_view::npos;
}

bool is_underscored_domain(std::string_view text) {
  std::string masked(text);
  std::replace(masked.begin(), masked.end(), '_', 'x');
  return is_dns_subdomain(masked);
}

bool is_driver_name(std::string_view text) { return text.size() <= 63 && is_dns_subdomain(to_lower_ascii(text)); }

bool is_sysctl_name(std::string_view text) {
  std::string masked(text);
  std::replace(masked.begin(), masked.end(), '/', '.');
  std::vector<std::string_view> parts = split(masked, '.');
  return text.size() <= 253 && std::all_of(parts.begin(), parts.end(), [](std::string_view p) {
           auto end = [](char c) { return is_lower(c) || is_digit(c); };
           return !p.empty() && end(p.front()) && end(p.back()) &&
                  std::all_of(p.begin(), p.end(), [&](char c) { return end(c) || c == '-' || c == '_'; });
         });
}

std::optional<Quantity> quantity_of(const Value& value) {
  if (value.is_int()) return parse_quantity(std::to_string(value.as_int()));
  return value.is_string() ? parse_quantity(value.as_string()) : std::nullopt;
}

void check_labels(const Refuser& refuse, const Spot& labels) {
  for (const Member& m : labels->members()) {
    const Spot label = labels.field(m.key);
    if (!is_qualified_name(m.key)) refuse(label, quoted(m.key) + " is no key of a label");
    if (m.value.is_string() && !is_label_value(m.value.as_string()))
      refuse(label, quoted(m.value.as_string()) + " is no value of a label");
  }
}

void check_selector(const Refuser& refuse, const Spot& selector) {
  check_labels(refuse, selector.field("matchLabels"));
  const Spot list = selector.field("matchExpressions");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot e = list.item(i);
    const Spot op = e.field("operator"), key = e.field("key"), values = e.field("values");
    if (is_word_of(op.text(), "In|NotIn")) {
      if (values.size() == 0) refuse(values, quoted(op.text()) + " needs `values`");
    } else if (is_word_of(op.text(), "Exists|DoesNotExist")) {
      if (values.size() > 0) refuse(values, quoted(op.text()) + " takes no `values`");
    } else {
      refuse(op, quoted(op.text()) + " is no operator of a selector; known: In, NotIn, Exists, DoesNotExist");
    }
    if (!is_qualified_name(key.text())) refuse(key, quoted(key.text()) + " is no key of a label");
    for (std::size_t n = 0; n < values.size(); ++n) {
      const Spot value = values.item(n);
      if (!is_label_value(value.text())) refuse(value, quoted(value.text()) + " is no value of a label");
    }
  }
}

}  // namespace grovec::passes
