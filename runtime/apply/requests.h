/// \file Actions of a decision as requests to the API server: the only place where a write takes its form.
#pragma once

#include <string>
#include <string_view>

#include "runtime/decide/decide.h"
#include "runtime/kube/client.h"

namespace grovec::apply {

/// Who writes, as the API server notes it for each field.
inline constexpr std::string_view kFieldManager = "grovec";
/// The same for counts that people set by hand: a count in a file does not silently undo them.
inline constexpr std::string_view kScaleManager = "grovec-scale";

/// POST of a whole object.
kube::Request create_request(decide::Kind kind, std::string_view namespace_, const ir::Value& body);
/// A merge patch, a status patch or a delete, with the preconditions of the action.
kube::Request change_request(const decide::Action& action, std::string_view namespace_);
/// What people ask for by hand.
struct ByHand {
  bool dry_run = false, force = false;
  std::string resource_version = {};  ///< only if it is still this one; empty: whichever
};
/// Server-side apply of a whole document as `kFieldManager`.
kube::Request apply_request(std::string path, const ir::Value& tree, const ByHand& options);
/// A count through the scale subresource, as `kScaleManager`.
kube::Request scale_request(const std::string& path, std::int32_t replicas, const ByHand& options);
/// The object of this uid and no other one of its name.
kube::Request delete_request(std::string path, std::string_view uid);

/// GET of one object.
kube::Request read_request(decide::Kind kind, std::string_view namespace_, std::string_view name);

/// An Event about an object.
struct EventSource {
  std::string_view namespace_, uid, host;
  std::uint64_t number = 0;  ///< makes its name unique together with the time
};
kube::Request event_request(const decide::Event& event, const EventSource& source, decide::Instant now);

}  // namespace grovec::apply
