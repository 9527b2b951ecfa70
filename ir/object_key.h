/// \file What an object is called: kind, namespace and name; and what is known about each kind.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace grovec::ir {

/// Kinds of objects: those that a set compiles to, in creation order, then those it is made from.
enum class ObjectKind : std::uint8_t {
  kServiceAccount,
  kRole,
  kRoleBinding,
  kSecret,
  kService,
  kHorizontalPodAutoscaler,
  kComputeDomain,
  kResourceClaim,
  kPodClique,
  kPodCliqueScalingGroup,
  kPodGang,
  kPod,
  kKaiPodGroup,
  kVolcanoPodGroup,
  kKaiTopology,
  kPodCliqueSet,
  kClusterTopologyBinding,
};
inline constexpr std::size_t kObjectKinds = static_cast<std::size_t>(ObjectKind::kClusterTopologyBinding) + 1;

/// Which part of a live object's spec a writer compares and keeps as it wants it.
enum class SpecOwnership : std::uint8_t {
  kWholeSpec,    ///< Grove's own kinds: what we do not set must not be there
  kFieldsWeSet,  ///< kinds of others: defaults and fields of other managers stay
};

struct KindInfo {
  std::string_view api_version;  ///< `group/version`, or `version` for the core group
  std::string_view group;        ///< empty for the core group
  std::string_view version;
  std::string_view kind;
  std::string_view plural;  ///< the resource in paths of the API
  bool is_namespaced;
  SpecOwnership ownership;
};
const KindInfo& info_of(ObjectKind kind);

/// The kind of these two fields of an object, if it is one of ours.
std::optional<ObjectKind> kind_of(std::string_view api_version, std::string_view kind);

/// The identity of an object. Sorted in creation order, then by namespace and name.
struct ObjectKey {
  ObjectKind kind{};
  std::string namespace_;  ///< empty for kinds without namespaces
  std::string name;
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};
/// `Kind namespace/name`, as result lines name objects.
std::string text_of(const ObjectKey& key);

}  // namespace grovec::ir

/// For look-ups only: no output depends on the order of hashes.
template <>
struct std::hash<grovec::ir::ObjectKey> {
  std::size_t operator()(const grovec::ir::ObjectKey& key) const noexcept;
};
