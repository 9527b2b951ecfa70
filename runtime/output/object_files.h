/// \file Objects as files of a folder: one for each, and an index in creation order.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "ir/desired/objects.h"
#include "runtime/output/emit.h"
#include "runtime/output/output_folder.h"

namespace grovec::driver {

inline constexpr std::string_view kIndexName = "index.json";

/// Fills a folder; nothing in it changes before `commit`. Each file is named
/// `<kind>.<namespace>.<name>.yaml` in small letters, with `:` and other characters that are awkward in file names as
/// `-`.
class ObjectFiles {
 public:
  static Result<std::unique_ptr<ObjectFiles>> create(const std::string& folder, OutputFormat format);
  Result<Done> tree(const ir::Value& value);
  Result<Done> plan(const ir::ObjectPlan& plan, const ir::World& world, bool with_pods);
  Result<Done> commit();

 private:
  ObjectFiles(std::unique_ptr<OutputFolder> folder, OutputFormat format)
      : folder_(std::move(folder)), format_(format) {}
  Result<Done> add(std::string_view api_version, std::string_view kind, std::string_view ns, std::string_view name,
                   std::string_view text);
  std::string file_name(std::string_view kind, std::string_view ns, std::string_view name);

  std::unique_ptr<OutputFolder> folder_;
  OutputFormat format_;
  std::string index_;
  std::set<std::string> used_;
};

}  // namespace grovec::driver
