/// \file Requests to the API server: bounded, with deadlines, retried only where that repeats nothing.
///
///   Loop loop(real_surroundings());
///   Client client(loop, *access);
///   Answer pods = client.call({.path = "/api/v1/namespaces/default/pods", .query = {{"limit", "500"}}});
///   if (pods.error) return *pods.error;
///
/// Threads: the loop's. Errors: in the answer, never thrown. Messages contain no secret.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/base/result.h"
#include "ir/object_key.h"
#include "runtime/kube/access.h"
#include "runtime/kube/loop.h"

namespace grovec::kube {

enum class Method : std::uint8_t { kGet, kPost, kPut, kPatch, kDelete };

using Query = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view kJson = "application/json", kMergePatch = "application/merge-patch+json",
                                  kApplyYaml = "application/apply-patch+yaml",
                                  kJsonPatch = "application/json-patch+json";

struct Request {
  Method method = Method::kGet;
  std::string path;  ///< from the root, percent-encoded where needed (see path_of)
  Query query = {};  ///< encoded by the client
  std::string body = {};
  std::string content_type = std::string(kJson);
  std::string accept = std::string(kJson);
  Duration deadline = std::chrono::seconds(30);  ///< for all attempts and waits together
  /// Whether sending it twice does no harm. GET always is. Others are repeated after a lost answer only if set; after
  /// 429, and after a connection that never came about, always.
  bool idempotent = false;
  std::size_t most_bytes = 64u << 20;  ///< of the answer, unpacked
};

struct Answer {
  int status = 0;  ///< of the last attempt; 0 if there was none
  std::string body;
  std::vector<std::string> warnings;    ///< of Warning headers; control characters escaped
  std::optional<Duration> retry_after;  ///< what the server asked for, if we did not wait for it
  std::string reason;                   ///< of a Status: "AlreadyExists", "Invalid" …
  /// Set unless the status is 2xx. kConflict 409, kGone 404 and 410, kDenied 401 and 403, kContent 400, 413, 415 and
  /// 422, kUsage cancelled by us, kRetry the rest (429, 5xx, no connection, deadline).
  std::optional<Error> error;
  /// The request may have been carried out although there is no answer.
  bool outcome_unknown = false;
  std::uint32_t attempts = 0;
};

struct ClientOptions {
  std::uint32_t in_flight = 16;  ///< halved at 429, grows back by one for as many good answers as there may be
  double qps = 0;                ///< 0: no limit
  std::uint32_t burst = 0;       ///< with qps; 0: one second's worth
  std::string user_agent = "grovec";
};

/// `get`, `create` … on one kind: /apis/apps/v1/namespaces/n/deployments/x/status. Empty parts are left out.
std::string path_of(const ir::KindInfo& kind, std::string_view namespace_, std::string_view name = {},
                    std::string_view subresource = {});
std::string path_of(std::string_view group, std::string_view version, std::string_view plural,
                    std::string_view namespace_, std::string_view name = {}, std::string_view subresource = {});

class Credentials;

class Client {
 public:
  using RequestId = std::uint64_t;
  using Callback = std::function<void(Answer)>;

  Client(Loop& loop, Access access, ClientOptions options = {});
  /// Cancels what is under way without calling back.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Calls back exactly once from the loop, never from within `send`.
  RequestId send(Request request, Callback callback);
  /// Calls back with kUsage, from the loop. A request that has been sent may still be carried out.
  void cancel(RequestId id);
  /// Blocks in the loop, which also serves everything else.
  Answer call(Request request);

  /// Asked each time before anything but a GET goes out, retries too: if it says no, the request ends with kUsage.
  void set_permission(std::function<bool()> may_write);

  /// Answers with status 429 so far.
  std::uint64_t refusals() const;
  /// Sent and waiting together, and the present limit of those sent.
  std::size_t waiting() const, in_flight() const, in_flight_limit() const;

  Loop& loop() const;
  const Access& access() const;
  Credentials& credentials() const;  // internal: shared with watches
  const ClientOptions& options() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace grovec::kube
