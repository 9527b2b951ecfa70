/// \file What the rules on pod templates share: the place of a value, simple rules as tables, and texts that Kubernetes
/// restricts (core validation of Kubernetes 1.35).
///
/// Rules look at a template as pods carry it: encoded by Go, so fields without content are absent and the API server
/// fills in its defaults.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ir/base/context.h"
#include "ir/quantity.h"
#include "ir/value/value.h"

namespace grovec::passes {

/// A value and the way to it. Children point at their parents, so none is made from a temporary.
class Spot {
 public:
  Spot(const ir::Value& root, std::string path) : value_(&root), root_path_(std::move(path)) {}
  Spot field(std::string_view key) const& { return Spot(this, key, -1, (*value_)[key]); }
  Spot item(std::size_t i) const& { return Spot(this, {}, static_cast<std::ptrdiff_t>(i), value_->items()[i]); }
  Spot field(std::string_view) && = delete;
  Spot item(std::size_t) && = delete;

  const ir::Value& operator*() const { return *value_; }
  const ir::Value* operator->() const { return value_; }
  bool exists() const { return !value_->is_null(); }
  std::string_view text() const { return value_->as_string(); }
  std::string_view key() const { return key_; }
  std::size_t size() const { return value_->items().size(); }
  /// Where to point: at the value, else at the nearest thing around it that somebody wrote.
  OriginId at(const Context& context) const;
  std::string path() const;

 private:
  Spot(const Spot* parent, std::string_view key, std::ptrdiff_t index, const ir::Value& value)
      : parent_(parent), key_(key), index_(index), value_(&value) {}

  const Spot* parent_ = nullptr;
  std::string_view key_;
  std::ptrdiff_t index_ = -1;
  const ir::Value* value_;
  std::string root_path_;
};

/// One simple rule on one field. Lists of words are written `A|B|C`.
struct FieldRule {
  enum class Test : std::uint8_t {
    kRequired,   ///< text, list or mapping that is not empty
    kOneOf,      ///< if present, one of `words`
    kRange,      ///< if present, `low` <= n <= `high`
    kText,       ///< if present, `good` holds
    kForbidden,  ///< absent
  };
  std::string_view field;
  Test test = Test::kRequired;
  std::string_view words;  ///< kOneOf; kText: what it holds, as in "a name of a port"; kForbidden: where it may not be
  std::int64_t low = 0, high = 0;
  bool (*good)(std::string_view) = nullptr;
};

constexpr FieldRule required(std::string_view field) { return {field, FieldRule::Test::kRequired, {}, 0, 0, nullptr}; }
constexpr FieldRule one_of(std::string_view field, std::string_view words) {
  return {field, FieldRule::Test::kOneOf, words, 0, 0, nullptr};
}
constexpr FieldRule in_range(std::string_view field, std::int64_t low, std::int64_t high) {
  return {field, FieldRule::Test::kRange, {}, low, high, nullptr};
}
constexpr FieldRule at_least(std::string_view field, std::int64_t low) {
  return in_range(field, low, std::numeric_limits<std::int64_t>::max());
}
constexpr FieldRule text_rule(std::string_view field, bool (*good)(std::string_view), std::string_view what) {
  return {field, FieldRule::Test::kText, what, 0, 0, good};
}
constexpr FieldRule forbidden(std::string_view field, std::string_view when) {
  return {field, FieldRule::Test::kForbidden, when, 0, 0, nullptr};
}

/// Reports findings of one family.
class Refuser {
 public:
  Refuser(Context& context, const diag::Kind<1>& kind) : context_(&context), kind_(&kind) {}
  /// `text` is the first half of a sentence; the kind says what follows from it.
  DiagnosticBuilder operator()(const Spot& at, const std::string& text) const;
  void check(const Spot& node, std::span<const FieldRule> rules) const;
  void check(const Spot& node, const FieldRule& rule) const { check(node, std::span(&rule, 1)); }
  Context& context() const { return *context_; }

 private:
  void one(const Spot& node, const FieldRule& rule) const;
  Context* context_;
  const diag::Kind<1>* kind_;
};

std::string quoted(std::string_view text);
bool is_word_of(std::string_view word, std::string_view words);

bool is_port_name(std::string_view text);           ///< at most 15, letters, digits and single dashes, one letter
bool is_ip_address(std::string_view text);          ///< IPv4 (leading zeros as the server takes them) or IPv6
bool is_relative_path(std::string_view text);       ///< not absolute, no `..`
bool is_projected_path(std::string_view text);      ///< relative, and does not start with `..`
bool has_no_backsteps(std::string_view text);       ///< no `..`
bool is_absolute_path(std::string_view text);       ///< starts with `/`
bool is_config_key(std::string_view text);          ///< key of a ConfigMap or Secret
bool is_header_name(std::string_view text);         ///< name of an HTTP header
bool is_relaxed_env_name(std::string_view text);    ///< printable ASCII without `=`
bool is_path_segment(std::string_view text);        ///< not `.` or `..`, without `/` and `%`
bool is_underscored_domain(std::string_view text);  ///< DNS subdomain in which `_` is possible, too
bool is_driver_name(std::string_view text);         ///< DNS subdomain of at most 63, in any case
bool is_sysctl_name(std::string_view text);

/// A quantity written as text or number.
std::optional<ir::Quantity> quantity_of(const ir::Value& value);

/// Labels as keys of a selector or of a node: syntax of keys and values.
void check_labels(const Refuser& refuse, const Spot& labels);
/// `matchLabels` and `matchExpressions`.
void check_selector(const Refuser& refuse, const Spot& selector);

}  // namespace grovec::passes
