/// \file Building blocks of descriptions: metadata, label sets, owner references.
#pragma once

#include <initializer_list>
#include <string_view>

#include "ir/desired/objects.h"
#include "ir/labels.h"
#include "ir/names.h"

namespace grovec::backends {

using ir::Value;

/// How objects are printed.
struct DescribeOptions {
  bool owner_references = false;  ///< with empty uids
  bool gated = true;              ///< pods carry the scheduling gate
};

using Owner = ir::OwnerPattern;

struct Entry {
  std::string_view key;
  Value value;
};
Value object(Arena& a, std::initializer_list<Entry> entries);
inline Value text(std::string_view s) { return Value::string(s); }
Value texts(Arena& a, std::initializer_list<std::string_view> items);
Value list(Arena& a, std::initializer_list<Value> items);
/// A hole as a string of its own: the value of an index label.
Value index_text(Arena& a, ir::Hole hole);

/// `base` (may be null) overridden by `entries`.
Value merge(Arena& a, const Value& base, std::initializer_list<Entry> entries);

/// The pair every managed object carries (reference: expansion 3.1).
Value default_labels(Arena& a, std::string_view set);

struct Metadata {
  Value name;
  Value generate_name = Value::null();  ///< left out if null
  std::string_view namespace_;          ///< empty for cluster-scoped objects
  Value labels;
  Value annotations = Value::null();  ///< left out if null or empty
  const Owner* owner = nullptr;
  std::string_view finalizer = {};
};
Value metadata(Arena& a, const Metadata& m, const DescribeOptions& options);

/// apiVersion, kind and metadata of a kind, plus `rest`.
Value manifest(Arena& a, ir::ObjectKind kind, Value metadata, std::initializer_list<Entry> rest);

}  // namespace grovec::backends
