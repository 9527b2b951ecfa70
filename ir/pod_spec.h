/// \file Changes to pod specs that both the passes (for PodCliques) and the pod backend make (reference: expansion 6,
/// 8, 9).
#pragma once

#include <functional>
#include <span>

#include "ir/value/value.h"

namespace grovec::ir {

/// The spec with every container and init container replaced by `change(container)`; ephemeral ones stay.
Value change_containers(Arena& arena, const Value& pod_spec, const std::function<Value(const Value&)>& change);

/// `vars` in front of the `env` of every container and init container; a variable of the same name that was there is
/// removed.
Value prepend_env(Arena& arena, const Value& pod_spec, std::span<const Value> vars);

/// {name, value}, and {name, valueFrom: {fieldRef: {fieldPath: metadata.labels['<label>']}}}.
Value env_literal(Arena& arena, std::string_view name, Value value);
Value env_from_label(Arena& arena, std::string_view name, std::string_view label);

/// Whether a container or init container asks for a non-zero amount of nvidia.com/gpu.
bool requests_gpu(const Value& pod_spec);
bool container_requests_gpu(const Value& container);

/// `item` appended to the list `field` of `node` (made if absent).
Value append_to(Arena& arena, const Value& node, std::string_view field, std::span<const Value> items);

/// {name: claim} appended to resources.claims of a container.
Value add_container_claim(Arena& arena, const Value& container, const Value& claim_name);

}  // namespace grovec::ir
