/// \file Bytes of JSON into live objects: what the API server sends, read once and kept small.
///
/// A pod is read without a tree, field by field, and takes at most 400 bytes. Anything else becomes a tree in one block
/// of exactly its size; pod specs of PodCliques that are equal are one block. What the result says is what decide's
/// readers make of the same object as a tree.
#pragma once

#include <memory>
#include <string_view>

#include "ir/base/result.h"
#include "runtime/live/eyes/seen.h"

namespace grovec::live {

/// Not thread-safe: its buffers serve one object after the other. What it returned stays valid without it.
class Eyes {
 public:
  Eyes();
  ~Eyes();
  Eyes(const Eyes&) = delete;
  Eyes& operator=(const Eyes&) = delete;

  /// One object of a kind. An Error if it is no JSON object or has no name; a field that is missing or of a wrong type
  /// reads as absent. Contents of Secrets and managedFields are not kept.
  Result<Seen> read(Kind kind, std::string_view json);
  /// One object of whatever kind as a tree, for instance an answer that is no object of ours.
  Result<std::shared_ptr<const LiveFact>> read_tree(std::string_view json);
  /// Forgets shared texts and pod specs that nobody uses any more.
  void sweep();

 private:
  struct Tools;
  std::unique_ptr<Tools> tools_;
};

}  // namespace grovec::live
