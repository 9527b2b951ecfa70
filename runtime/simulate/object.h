/// \file One object of the simulated cluster: what the API server keeps about it, and its content in three parts.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/decide/observed.h"
#include "runtime/simulate/part.h"

namespace grovec::simulate {

using decide::Instant;

enum class Kind : std::uint8_t {
  kPodCliqueSet,
  kPodClique,
  kPodCliqueScalingGroup,
  kPodGang,
  kPod,
  kServiceAccount,
  kRole,
  kRoleBinding,
  kSecret,
  kService,
  kHorizontalPodAutoscaler,
  kComputeDomain,
  kResourceClaim,
  kResourceClaimTemplate,
  kClusterTopologyBinding,
  kKaiPodGroup,
  kVolcanoPodGroup,
  kKaiTopology,
};
inline constexpr std::size_t kKinds = 18;

struct KindFacts {
  std::string_view name, api_version;
  std::string_view short_name;      ///< as kubectl takes it, or empty
  bool has_generation;              ///< counts changes of everything but metadata and status
  bool has_status_of_its_own;       ///< status is a subresource: the main resource does not touch it, nor the other way
  std::string_view scale_selector;  ///< status field that /scale shows as selector; empty = no /scale
};
const KindFacts& facts_of(Kind kind);
/// By kind and group of the API version (two kinds are called PodGroup); nothing if it is none of the table.
std::optional<Kind> kind_named(std::string_view kind, std::string_view api_version);
/// As kubectl takes it: `pod`, `pods`, `pcs`, `podcliqueset`, any case.
std::optional<Kind> kind_on_command_line(std::string_view word);

struct Key {
  Kind kind{};
  std::string namespace_;  ///< empty for cluster-scoped objects
  std::string name;
  auto operator<=>(const Key&) const = default;
};

/// Short enough to be kept without memory of its own; empty = none.
using Uid = std::string;

struct OwnerReference {
  std::string api_version, kind, name;
  Uid uid;
  bool controller = false;
  bool block_owner_deletion = false;
  bool operator==(const OwnerReference&) const = default;
};

/// The typed version that rules read.
using Live =
    std::variant<std::monostate, std::shared_ptr<const decide::LivePod>, std::shared_ptr<const decide::LiveClique>,
                 std::shared_ptr<const decide::LiveGroup>, std::shared_ptr<const decide::LiveSet>,
                 std::shared_ptr<const decide::LiveGang>, std::shared_ptr<const decide::LiveObject>>;

/// A version of an object. Immutable once in the store.
struct Object {
  Key key;
  Uid uid;
  std::uint64_t resource_version = 0;
  std::int64_t generation = 0;  ///< 0 = the kind has none
  Instant created;
  std::optional<Instant> deleted;  ///< deletionTimestamp
  std::vector<std::string> finalizers;
  std::vector<OwnerReference> owners;
  Part meta;               ///< labels, annotations, generateName
  Part body;               ///< everything but apiVersion, kind, metadata and status
  Part status;             ///< null = absent
  Instant status_written;  ///< by a patch of the status; 0 = never
  std::string_view set;    ///< made when it is stored: label part-of of a managed object, else empty
  Live live;               ///< made of the rest when it is stored; none for kinds that no rule reads

  const ir::Value& labels() const { return meta["labels"]; }
  const ir::Value& annotations() const { return meta["annotations"]; }
  std::string_view label(std::string_view key_) const { return labels()[key_].as_string(); }
  const ir::Value& spec() const { return body["spec"]; }
  bool is_terminating() const { return deleted.has_value(); }
  const OwnerReference* controller() const;
  bool has_finalizer(std::string_view name) const;
  /// The typed version; null if it is of another type.
  template <class T>
  const T* as() const {
    const auto* typed = std::get_if<std::shared_ptr<const T>>(&live);
    return typed ? typed->get() : nullptr;
  }
};
using ObjectPtr = std::shared_ptr<const Object>;

/// The whole object as the API server shows it. Points into the object's parts and `arena`.
ir::Value tree_of(const Object& object, Arena& arena);

/// Takes names, owners, finalizers and content from a manifest; what the server keeps itself (uid, times, versions)
/// stays as it is in `object`. Parts of equal content stay the same blocks.
void read_manifest(const ir::Value& manifest, Object& object);

/// The typed version of an object.
Live read_live(const Object& object, decide::Interner& interner);
/// The kind as decisions name it; nothing for kinds that no decision does.
std::optional<decide::Kind> decided_kind(Kind kind);
Kind simulated_kind(decide::Kind kind);

}  // namespace grovec::simulate
