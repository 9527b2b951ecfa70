/// \file Which lines of the input a part of a set was made from: what the page shows beside an object.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "ir/base/context.h"
#include "ir/value/value.h"
#include "runtime/output/json_stream.h"

namespace grovec::driver {

/// Of one set. The context and the manifest outlive it.
class SourceLines {
 public:
  SourceLines(const Context& context, const ir::Value& manifest) : context_(context), manifest_(manifest) {}

  /// Members `lines`: first and last line of a node, or null; of a `.grove` file several pairs, since it says a node in
  /// several places, the head of the node first; and `mixed`: lists of an index into `others` of the source, and such
  /// pairs, for what comes from included files.
  void write(const ir::Value* node, JsonStream& json);

  /// The set's own `lines` and `mixed`, and `source`: file, first line and text of the set and nothing beside it, since
  /// other documents of a file may hold secrets; with `others`, the included files that any node came from.
  void write_source(const ir::Value* set_node, JsonStream& json);

 private:
  using Lines = std::set<std::uint32_t>;

  bool is_grove(SourceId source) const;
  SourceId main() const;
  /// Lines that a value comes from: its own and those of the mixins and arguments behind it.
  void add(OriginId at, std::map<SourceId, Lines>& out) const;
  void add(const ir::Value& v, std::map<SourceId, Lines>& out) const;
  void write_pairs(const Lines& lines, std::uint32_t head, JsonStream& json) const;

  const Context& context_;
  const ir::Value& manifest_;
  std::vector<SourceId> others_;  // included files, in the order in which they are first met
};

}  // namespace grovec::driver
