/// \file One HTTP exchange after the other over libcurl, driven by the loop. Requests and watches have a connection
/// pool each, so that a request never waits behind a watch. Internal to `runtime/kube`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kube/loop.h"

namespace grovec::kube {

/// Shared by many exchanges; a connection is reused only under equal ones.
struct Tls {
  std::string authority, certificate, key;  ///< PEM; empty: the system's, none, none
  bool insecure = false;
};

/// What stands before the body of an answer.
struct Head {
  int status = 0;
  std::string retry_after, content_type, flow_schema, location;
  std::vector<std::string> warnings;
};

enum class Failure : std::uint8_t {
  kNone,
  kNotSent,    ///< no connection: the server has seen nothing
  kUntrusted,  ///< not sent either: its certificate is not the one we expect, or ours cannot be used
  kLost,       ///< the connection broke, or what came is no HTTP: the request may have been carried out
  kAborted,    ///< by our own callback
};

struct Transfer {
  std::string method, url;
  std::string connect_to;  ///< host:port to connect to instead of the one in `url`
  std::string proxy;       ///< empty: as the environment says
  bool is_direct = false;  ///< no proxy, not even the environment's
  std::vector<std::string> headers;
  std::string body;
  bool may_repeat = true;  ///< whether libcurl may send it again over another connection when a reused one was dead
  bool is_watch = false, big_buffer = false, compressed = true;
  std::shared_ptr<const Tls> tls;
  /// Each piece of the body; false: enough, abort. Must not start or abort transfers (post that).
  std::function<bool(const Head&, std::string_view)> on_bytes;
  /// Once, at the end. The text says what failed. May do anything.
  std::function<void(const Head&, Failure, const std::string&)> on_end;
};

struct Transfers {
  explicit Transfers(Loop& loop);
  ~Transfers();
  using Id = std::uint64_t;
  /// Not from within on_bytes.
  Id start(Transfer transfer);
  /// No callback comes any more. From anywhere.
  void abort(Id id);

  struct State;
  std::unique_ptr<State> state;
};

}  // namespace grovec::kube
