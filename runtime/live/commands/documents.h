/// \file The documents of an input as requests of server-side apply, and what the API server would make of each.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/apply/requests.h"
#include "runtime/driver/compile.h"
#include "runtime/kube/discovery.h"
#include "runtime/live/commands/objects.h"

namespace grovec::live {

/// One document on its way. Points into the compilation it is of.
struct Document {
  ir::Value tree;  ///< what is sent; sets as admission leaves them
  const Context* context = nullptr;
  std::string title;  ///< `Kind namespace/name`
  std::string kind, namespace_, name, path;
  bool is_set = false;
  bool has_count = false;          ///< a set whose file says `replicas`
  bool waits = false;              ///< the stream itself creates its namespace or its kind: nobody can judge it yet
  bool is_denied = false;          ///< we may not patch it: `result` is made here
  std::string scaler;              ///< who keeps the set's count, if the file says another one: it is not sent
  std::int64_t kept_replicas = 0;  ///< with `scaler`
  std::optional<Tree> stored;      ///< null: there is none
  std::optional<Tree> result;      ///< of the dry run, or made here
  std::optional<Error> problem;    ///< why it cannot be applied
  bool is_scaled_by_hand() const { return scaler == kSomebody; }
  static constexpr std::string_view kSomebody = "somebody";
  /// Whether sending it changes anything: a value, or which fields are ours.
  bool changes() const;
};

using SendOptions = apply::ByHand;

/// What of a document goes out: nothing that only a server may say, and of a set no finalizer of the operator.
ir::Value sendable(Arena& arena, const ir::Value& tree, std::string_view namespace_);

/// Sorts out what is sent, namespaces and definitions of kinds first and sets last. Error: a kind that the server does
/// not have, a document without a name.
Result<std::vector<Document>> documents_of(Cluster& cluster, const driver::Compilation& c, Arena& arena);

/// Reads what is stored and lets the server judge, document by document. With `may_compare`, without the permission to
/// patch the result is made here.
void judge(Cluster& cluster, std::vector<Document>& documents, const SendOptions& options, bool may_compare,
           Arena& arena);

/// Sends one. Errors name who else owns fields, and the way out; kRetry: it has another resource version by now.
Result<Tree> send(Cluster& cluster, const Document& document, const SendOptions& options);

/// `tree` with the places of `ours` at the values that `ours` has, too. `tree` has no places.
ir::Value placed(Arena& arena, const ir::Value& tree, const ir::Value& ours);

}  // namespace grovec::live
