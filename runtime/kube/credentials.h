/// \file What goes with each request to say who we are, kept fresh. Internal to `runtime/kube`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ir/base/result.h"
#include "runtime/kube/access.h"
#include "runtime/kube/loop.h"
#include "runtime/kube/transfers.h"

namespace grovec::kube {

struct Identity {
  std::shared_ptr<const Tls> tls;
  std::vector<std::string> headers;  ///< Authorization and Impersonate-*
  std::uint64_t number = 0;          ///< grows with every change
};

/// Files are read again after kReadAgain and after a 401, plugins run again kRenewEarly before their credential expires
/// and after a 401. Everything stays in memory.
class Credentials {
 public:
  static constexpr std::chrono::seconds kReadAgain{10}, kRenewEarly{10};
  using Callback = std::function<void(Result<Identity>)>;

  Credentials(Loop& loop, const Access& access);
  ~Credentials();

  /// Calls back at once or later from the loop. `owner`: see `forget`.
  void get(const void* owner, Callback callback);
  /// Nobody is called back for this owner any more.
  void forget(const void* owner);
  /// The server did not accept it (401): the next `get` reads again. False if that cannot help: nothing but fixed
  /// texts, and that identity was the present one.
  bool refused(const Identity& identity);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace grovec::kube
