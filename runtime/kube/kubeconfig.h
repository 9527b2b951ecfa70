/// \file kubeconfig files, merged as kubectl merges them. Internal to `runtime/kube`; access.h is the door.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ir/base/context.h"
#include "ir/base/result.h"
#include "ir/value/value.h"
#include "runtime/kube/access.h"

namespace grovec::kube {

/// One file: its tree, and the folder that relative paths start from.
struct ConfigFile {
  std::string name, folder;
  ir::Value root;
};

/// All files, first one first. `context` owns the texts; they hold secrets, so nothing of it is ever printed but
/// positions.
struct ConfigFiles {
  Context context;
  std::vector<ConfigFile> files;
};

/// Adds the text of a file. kContent with file, line and column.
Result<Done> add_config(ConfigFiles& files, std::string name, std::string folder, std::string text);

/// What the chosen context says. Checks what can be checked without a connection; reads no file.
Result<Access> access_of(const ConfigFiles& files, const AccessOptions& options);

/// What `~/.kube/kuberc` says about credential plugins, for `command`; `search_path` is PATH. As client-go does it: an
/// entry allows that very command, or the program that both lead to.
Result<Done> check_plugin_policy(const std::string& kuberc_name, const std::string& kuberc_text,
                                 const std::string& command, const std::string& search_path);

}  // namespace grovec::kube
