/// \file A credential plugin: a program whose output is a credential. Runs beside the loop, never in its way. Internal
/// to `runtime/kube`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ir/base/result.h"
#include "runtime/kube/access.h"
#include "runtime/kube/loop.h"

namespace grovec::kube {

struct PluginCredential {
  std::string token, certificate, key;
  std::optional<WallTime> expires;
};

/// What the program printed (ExecCredential), checked against what was asked for.
Result<PluginCredential> read_plugin_output(const std::string& output, const ExecPlugin& plugin);

/// RFC 3339, as `2026-11-28T19:00:00Z`, with any offset and fraction.
std::optional<WallTime> read_time(std::string_view text);

/// One run. Its standard error is passed on line by line, named and without control characters. Killed after a minute
/// (five if it may ask a person), and when this object ends.
class PluginRun {
 public:
  using Callback = std::function<void(Result<PluginCredential>)>;
  /// Calls back once, from the loop.
  PluginRun(Loop& loop, const Access& access, std::string authority, Callback callback);
  ~PluginRun();
  PluginRun(const PluginRun&) = delete;
  PluginRun& operator=(const PluginRun&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace grovec::kube
