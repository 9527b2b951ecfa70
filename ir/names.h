/// \file Every name an object, host or label gets: pure functions, each with its limit (reference: expansion 2).
///
/// A name is built as a Pattern, so that one function serves the object of one index and the description of all of
/// them; `name_text` fills the holes. P = set, g = scaling group, c = clique, i/j/k = set, group and pod index.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "ir/value/value.h"

namespace grovec::ir {

/// Largest number of pods of one clique: the index is written in four base-27 digits (DESIGN 6).
inline constexpr std::uint32_t kMostPodsOfClique = 27u * 27u * 27u * 27u;
inline constexpr std::uint32_t kMostPodAttempts = 27;
inline constexpr std::string_view kSuffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

inline constexpr std::size_t kMaxDnsLabel = 63;       ///< Service, host name, label value
inline constexpr std::size_t kMaxDnsSubdomain = 253;  ///< names of most objects
inline constexpr std::size_t kNameBudget = 45;        ///< sum of the parts, checked by upstream (admission 3.5)

/// A literal or a hole, for `pattern`.
struct Part {
  Part(std::string_view literal) : text(literal) {}  // NOLINT
  Part(const char* literal) : text(literal) {}       // NOLINT
  Part(Hole h) : hole(h), is_hole(true) {}           // NOLINT
  Part(const Value& v) : value(&v) {}                // NOLINT: a pattern or a string, spliced in
  std::string_view text;
  Hole hole{};
  bool is_hole = false;
  const Value* value = nullptr;
};
/// Concatenation; a string if there is no hole.
Value pattern(Arena& arena, std::initializer_list<Part> parts);

namespace names {
Value service(Arena& a, std::string_view set);                                     ///< P-i, <= 63
Value service_address(Arena& a, std::string_view set, std::string_view ns);        ///< P-i.NS.svc.cluster.local
std::string_view role(Arena& a, std::string_view set);                             ///< grove.io:pcs:P
std::string_view role_label(Arena& a, std::string_view set);                       ///< grove.io-pcs-P, <= 63
std::string_view token_secret(Arena& a, std::string_view set);                     ///< P-ic-sat
Value scaling_group(Arena& a, std::string_view set, std::string_view group);       ///< P-i-g
Value standalone_clique(Arena& a, std::string_view set, std::string_view clique);  ///< P-i-c
Value member_clique(Arena& a, std::string_view set, std::string_view group, std::string_view clique);  ///< P-i-g-j-c
Value base_gang(Arena& a, std::string_view set);                                                       ///< P-i
Value scaled_gang(Arena& a, std::string_view set, std::string_view group);            ///< P-i-g-(j-minAvailable)
Value group_replica(Arena& a, std::string_view set, std::string_view group);          ///< P-i-g-j
Value compute_domain(Arena& a, std::string_view set, std::string_view nvlink_group);  ///< P-i-<group>
Value pod(Arena& a, const Value& clique);                                             ///< <pclq>-<5 characters>
Value host(Arena& a, const Value& clique);                                            ///< <pclq>-k, <= 63
Value claim_all(Arena& a, const Value& owner, std::string_view claim_template);       ///< <owner>-all-T
Value claim_each(Arena& a, const Value& owner, Hole replica, std::string_view claim_template);  ///< <owner>-<n>-T
}  // namespace names

/// Text of a string or pattern for one instance.
std::string name_text(const Value& name, const Instance& instance);
void append_name(const Value& name, const Instance& instance, std::string& out);

/// The indices that turn `name` into `text`, if there are any. Holes are decimal numbers without leading zeros (a pod
/// suffix is five characters of the alphabet). Unnamed indices stay 0.
std::optional<Instance> match_name(const Value& name, std::string_view text);

/// The five characters of a pod name: attempt, then the index in base 27. attempt < 27, index < kMostPodsOfClique.
std::array<char, 5> pod_suffix(std::uint32_t attempt, std::uint32_t index);

/// Calls `f(index)` for 0 <= index < count in byte order of the suffixes (digits sort before letters); constant memory.
template <class F>
void for_each_in_suffix_order(std::uint32_t count, F&& f) {
  constexpr std::uint32_t kLetters = 20, kDigits = 7, kBase = 27;  // the alphabet has its letters first
  auto walk = [&](auto&& self, std::uint32_t prefix, std::uint32_t span) -> void {
    for (std::uint32_t n = 0; n < kBase; ++n) {
      std::uint32_t digit = n < kDigits ? n + kLetters : n - kDigits;
      std::uint32_t first = prefix + digit * span;
      if (first >= count) continue;
      if (span == 1)
        f(first);
      else
        self(self, first, span / kBase);
    }
  };
  walk(walk, 0, kBase * kBase * kBase);
}

}  // namespace grovec::ir
