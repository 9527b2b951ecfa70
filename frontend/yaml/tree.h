/// \file Builds the tree of one YAML document from a parser's events: keys, merges, anchors, limits. Knows no parser.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/document_text.h"
#include "frontend/yaml/scalars.h"
#include "ir/value/assembler.h"

namespace grovec::frontend {

/// Each function but `root` returns false if the document cannot be read on; a finding was reported then. Offsets are
/// those of the source.
class YamlTree {
 public:
  explicit YamlTree(const DocumentText& document);

  bool scalar(const ScalarText& scalar, std::string_view anchor, std::uint32_t end, bool merges);
  bool alias(std::string_view anchor, std::uint32_t begin, std::uint32_t end);
  bool open(bool is_mapping, std::string_view anchor, std::uint32_t begin, std::uint32_t behind_start);
  /// `end`: behind the closing bracket, or 0 for a block collection, which ends where its last child does.
  bool close(std::uint32_t end);
  /// Whether the next node is a key.
  bool expects_key() const { return !frames_.empty() && frames_.back().is_mapping && !frames_.back().has_key; }
  ir::Value root() const { return root_; }

 private:
  /// A node with what limits need to know.
  struct Node {
    ir::Value value;
    std::uint32_t end = 0;
    std::uint32_t height = 0;  ///< levels of collections
    std::uint64_t weight = 0;  ///< bytes, aliases expanded
  };
  /// A mapping that `<<` merges in.
  struct Merge {
    ir::Value value;
    OriginId at;         ///< of the `<<`
    std::size_t number;  ///< of the `<<` in its mapping, from 1
  };
  struct Frame {
    bool is_mapping = false;
    bool has_key = false;
    bool key_merges = false;
    std::size_t tree_start = 0;
    std::uint32_t begin = 0;
    Node node;  ///< end, height and weight so far
    std::string_view anchor;
    std::string_view key;
    OriginId key_at = kNowhere;
    std::vector<Merge> merged;
  };
  struct Anchor {
    Node node;
    bool complete = false;
  };

  bool add(const Node& node, std::string_view written_key, bool merges);
  bool add_key(Frame& frame, const Node& node, std::string_view written, bool merges);
  bool add_merge(Frame& frame, const ir::Value& value);
  ir::Value close_mapping(Frame& frame, OriginId at);
  ir::Value with_merges(const Frame& frame, const ir::Value& own, OriginId at);
  bool stands_before(OriginId key, const std::vector<Merge>& merged, std::size_t number) const;

  const DocumentText& document_;
  Context& context_;
  ir::Assembler tree_;
  std::vector<Frame> frames_;
  std::map<std::string, Anchor, std::less<>> anchors_;
  std::uint64_t expanded_ = 0;
  std::uint64_t most_expanded_;
  ir::Value root_;
};

}  // namespace grovec::frontend
