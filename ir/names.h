/// \file Every name an object, host or label gets: pure functions, each with its limit (reference: expansion 2).
///
/// A name is built as a Pattern, so that one function serves the object of one index and the description of all of
/// them; `name_text` fills the holes. P = set, g = scaling group, c = clique, i/j/k = set, group and pod index.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "ir/pods.h"
#include "ir/spec/nodes.h"
#include "ir/value/value.h"

namespace grovec::ir {

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
/// P-i, <= 63; what stands for P and i may also be what the labels of a live PodClique hold.
Value service(Arena& a, const Part& set, const Part& index = Hole::kSetReplica);
Value service_address(Arena& a, const Value& service, std::string_view ns);  ///< P-i.NS.svc.cluster.local
Value pod_address(Arena& a, const Value& host, const Value& service, std::string_view ns);  ///< <host>.P-i.NS.svc…
std::string_view role(Arena& a, std::string_view set);                                      ///< grove.io:pcs:P
std::string_view role_label(Arena& a, std::string_view set);                                ///< grove.io-pcs-P, <= 63
std::string_view token_secret(Arena& a, std::string_view set);                              ///< P-ic-sat
Value scaling_group(Arena& a, std::string_view set, std::string_view group);                ///< P-i-g
Value standalone_clique(Arena& a, std::string_view set, std::string_view clique);           ///< P-i-c
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

// By handle: what a clique or group of a set is called, standalone or member.
namespace names {
Value clique(Arena& a, const PodCliqueSet& set, CliqueId c);
Value scaling_group(Arena& a, const PodCliqueSet& set, GroupId g);
Value group_replica(Arena& a, const PodCliqueSet& set, GroupId g);
/// The base gang, or the scaled gangs of a group.
Value gang(Arena& a, const PodCliqueSet& set, std::optional<GroupId> scaled);
}  // namespace names

/// The name of a pod of this PodClique, live or not.
std::string pod_name(std::string_view clique, const PodSuffix& suffix);

/// Text in place of an index, where several objects are meant at once: `llm-[2-4]-front`.
struct IndexText {
  Hole hole;
  std::string_view text;
};

/// Text of a string or pattern for one instance.
std::string name_text(const Value& name, const Instance& instance);
std::string name_text(const Value& name, const Instance& instance, const IndexText& several);
void append_name(const Value& name, const Instance& instance, std::string& out);

/// The indices that turn `name` into `text`, if there are any. Holes are decimal numbers without leading zeros; a pod
/// suffix is any five characters of the alphabet, and says nothing about the index. Unnamed indices stay 0.
std::optional<Instance> match_name(const Value& name, std::string_view text);

}  // namespace grovec::ir
