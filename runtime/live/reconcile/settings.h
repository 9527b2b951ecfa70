/// \file What an OperatorConfiguration says about the daemon itself; the compiler reads the rest of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/base/result.h"
#include "ir/value/value.h"
#include "runtime/kube/surroundings.h"

namespace grovec::live {

struct Settings {
  std::optional<bool> is_elected;
  std::optional<kube::Duration> lease, deadline, retry;
  std::string lease_name;
  std::string metrics_address, health_address;  ///< HOST:PORT; empty: nothing was said
  std::string log_format, log_level;            ///< as written; empty: nothing was said
  std::vector<std::string> unused;              ///< paths of what is said and changes nothing here
};

/// `configuration`: the fields of an OperatorConfiguration, which have been found to be well formed; null: none.
Settings settings_of(const ir::Value& configuration);
/// Of a file as `--operator-config` takes it. What is wrong with its content is the compiler's to say.
Result<Settings> read_settings(const std::string& file);

}  // namespace grovec::live
