/// \file The objects of two compilations, paired by identity and compared field by field; equal replicas as one.
#pragma once

#include <string>
#include <vector>

#include "runtime/diff/changes.h"
#include "runtime/driver/compile.h"

namespace grovec::cli {

enum class DiffAction : std::uint8_t { kAdded, kRemoved, kChanged };
std::string_view name_of(DiffAction action);

/// Objects that differ in the same way, in the order of the newer input.
struct ObjectDifference {
  DiffAction action = DiffAction::kChanged;
  std::string api_version, kind, namespace_;
  std::string name, last_name;  ///< of the first and the last of them
  std::uint64_t count = 1;
  std::vector<diff::FieldChange> changes;  ///< of the first one; none if it was added or removed
  const Context* before = nullptr;         ///< where the values come from; null if there is none
  const Context* after = nullptr;
  OriginId at = kNowhere;  ///< of an object that was added or removed
};

struct DiffRequest {
  bool with_pods = true;
  bool fold = true;  ///< equal replicas as one
  std::string_view default_namespace = "default";
};

/// What differs. Secrets have no values in it. Points into the compilations, which must outlive it.
struct Differences {
  std::vector<ObjectDifference> objects;
  std::uint64_t added = 0, removed = 0, changed = 0;
  Arena arena;  ///< of the trees that were made for it

  bool empty() const { return objects.empty(); }
};
void compare(const driver::Compilation& a, const driver::Compilation& b, const DiffRequest& request, Differences& out);

/// Two objects of one identity, or one that is new (`before` null). Both outlive `out`; contexts may be null.
void compare_object(const ir::Value* before, const Context* old_context, const ir::Value& after,
                    const Context* new_context, Differences& out);

/// Objects that sets compile to, at the counts and with the pods that live, against what lives of them (diff/live.h
/// says what counts of each kind). `dump` outlives `out`; a set that is not in it is compared all the same: with
/// nothing.
void compare_children(const driver::CompiledSet& set, const class Dump& dump, std::string_view namespace_,
                      const DiffRequest& request, Differences& out);

/// A value of a change as a plain tree.
ir::Value value_of(const diff::Side& side, Arena& arena);

std::string diff_text(Differences& d, bool color);
std::string diff_json(Differences& d);      ///< schemas/output/diff.schema.json
std::string diff_markdown(Differences& d);  ///< at most kLongestMarkdown characters

/// `file:line:column`, or empty.
std::string place_text(const Context* context, OriginId at);
/// On one line, at most about `width` characters of it, beginning near character `from`.
std::string clipped(std::string_view text, std::size_t width, std::size_t from);
/// The values of a change as short JSON, the same part of both.
struct ShownValues {
  std::string before, after;  ///< empty if there is none
};
ShownValues shown_values(const diff::FieldChange& change, std::size_t width, Arena& arena);
/// `Kind namespace/name`, for several `Kind namespace/first … last`.
std::string title_of(const ObjectDifference& object);

}  // namespace grovec::cli
