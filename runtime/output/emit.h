/// \file Objects as a stream or as files: framing of YAML, JSON List and ndjson around spliced objects.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/splice.h"
#include "ir/desired/objects.h"
#include "runtime/output/output.h"

namespace grovec::driver {

enum class OutputFormat : std::uint8_t { kYaml, kJson, kNdjson };

/// Prints objects one after the other. `finish` closes the List of kJson.
class ObjectStream {
 public:
  ObjectStream(FdWriter& out, OutputFormat format);
  /// A single tree, without holes.
  void tree(const ir::Value& value);
  /// All objects of a plan whose kind is wanted. Stops early when the writer failed or its reader went away.
  void plan(const ir::ObjectPlan& plan, const ir::World& world, bool with_pods);
  void finish();

 private:
  void separate();
  FdWriter& out_;
  OutputFormat format_;
  bool first_ = true;
};

/// Prints one object of a plan: the description plainly instantiated. Same bytes as the stream's.
std::string object_text(const ir::Description& description, const ir::Instance& instance, const ir::Counter& counter,
                        OutputFormat format);

}  // namespace grovec::driver
