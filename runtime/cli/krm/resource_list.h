/// \file A KRM ResourceList as text and tree: items are edited where they stand, so that comments and styles of all
/// others stay as kustomize and kpt wrote them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/base/context.h"
#include "ir/base/result.h"
#include "ir/value/value.h"

namespace grovec::cli {

/// The list on standard input.
class ResourceList {
 public:
  /// Reads `text`; findings of the reader go to `context`. Error: it is no ResourceList (exit code 1).
  static Result<ResourceList> read(Context& context, std::string text);

  std::span<const ir::Value> items() const { return root_["items"].items(); }
  const ir::Value& function_config() const { return root_["functionConfig"]; }

  /// What stands in the place of item `i`, as manifests; none removes it. Items that are not replaced stay.
  void replace(std::size_t i, std::vector<ir::Value> manifests);
  /// Further items behind all others.
  void append(const std::vector<ir::Value>& manifests) { appended_ = manifests; }
  /// The list with `results` (null: none) instead of its own.
  std::string text(Arena& arena, const ir::Value& results) const;

 private:
  struct Part {
    std::size_t begin, end;  // lines of the text
  };
  std::vector<Part> item_parts() const;
  std::string edited_text(const std::vector<Part>& parts) const;
  std::string rebuilt_text(Arena& arena) const;
  Part member_part(const ir::Member& member) const;
  std::size_t offset_of(OriginId at) const { return context_->origins[at].begin; }
  std::size_t line_start(std::size_t offset) const;

  Context* context_ = nullptr;
  std::string_view text_;
  ir::Value root_;
  struct Replacement {
    std::size_t item;
    std::vector<ir::Value> manifests;
  };
  std::vector<Replacement> replacements_;  // by item
  std::vector<ir::Value> appended_;
};

/// Where an item was read from: kpt's and kustomize's annotations.
struct ItemFile {
  std::string_view path;
  std::string_view index;
};
ItemFile file_of(const ir::Value& item);
/// Without the annotations that are between kustomize or kpt and their functions.
ir::Value without_internal_annotations(Arena& arena, const ir::Value& item);

}  // namespace grovec::cli
