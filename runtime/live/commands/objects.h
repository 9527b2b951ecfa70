/// \file Single objects of the cluster as trees, and the few writes that commands make themselves.
#pragma once

#include <memory>

#include "ir/base/context.h"
#include "ir/value/value.h"
#include "runtime/live/commands/cluster.h"

namespace grovec::live {

/// A tree and what owns its memory.
struct Tree {
  std::unique_ptr<Context> context;
  ir::Value root;
};

/// One JSON text. Error: it is none (kIo).
Result<Tree> read_json(std::string text);

/// GET of one object. Error: the server's, with what was asked for.
Result<Tree> get_object(kube::Client& client, const std::string& path, std::string_view what);

}  // namespace grovec::live
