/// \file What a value looks like after Go has decoded it into its type and written it again.
#pragma once

#include "ir/base/arena.h"
#include "ir/base/origin.h"
#include "ir/value/value.h"
#include "schemas/schema.h"

namespace grovec::passes {

/// The value as controllers write it from a Go struct of this type: `omitempty` fields without content vanish (empty
/// lists and maps, zero scalars, nulls), fields without `omitempty` appear with their zero value, structs that are no
/// pointers appear as `{}`; quantities and durations get their canonical text. Unknown fields are dropped. Parts that
/// do not change are shared with `value`. Values of a wrong type stay as they are.
ir::Value go_encode(Arena& arena, const ir::Value& value, schemas::TypeId type);

/// The value as the API server stores it when a mutating webhook has decoded and re-encoded it (reference: admission
/// 2.1, 2.4): CRD defaults, then what Go adds, then CRD defaults in what Go added. What the user wrote stays, empty
/// lists and maps included; only nulls vanish. Values that are added get an origin that chains to their object.
ir::Value stored_form(Arena& arena, Origins& origins, const ir::Value& value, schemas::TypeId type);

/// The value with CRD defaults only, and without nulls: objects that no mutating webhook sees.
ir::Value with_crd_defaults(Arena& arena, Origins& origins, const ir::Value& value, schemas::TypeId type);

/// `mapping` with these members added or replaced, in any order.
ir::Value with_members(Arena& arena, const ir::Value& mapping, std::initializer_list<ir::Member> members);

}  // namespace grovec::passes
