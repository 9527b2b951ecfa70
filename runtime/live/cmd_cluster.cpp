#include "runtime/live/cmd_cluster.h"

#include <unistd.h>

#include "ir/base/context.h"
#include "ir/object_key.h"
#include "ir/value/json.h"
#include "runtime/kube/client.h"
#include "runtime/kube/discovery.h"
#include "runtime/kube/redact.h"
#include "runtime/live/connect.h"
#include "runtime/output/output.h"

namespace grovec::live {

namespace {

/// The text at `keys` of a JSON answer, or empty.
template <class... Keys>
std::string text_of(const std::string& body, Keys... keys) {
  Context context;
  const SourceId source = context.sources.add("answer", body);
  const auto value = ir::read_json(context, source, 0, static_cast<std::uint32_t>(body.size()));
  const ir::Value* found = value ? value->find(keys...) : nullptr;
  return found ? kube::escape_controls(found->as_string()) : std::string();
}

Result<std::string> user_of(kube::Client& client) {
  kube::Request request{.method = kube::Method::kPost,
                        .path = "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                        .body = R"({"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"})",
                        .idempotent = true};
  const kube::Answer answer = client.call(std::move(request));
  if (answer.error) return *answer.error;
  return text_of(answer.body, "status", "userInfo", "username");
}

std::string kinds_of(const kube::Discovery& found) {
  std::string out;
  for (std::size_t i = 0; i < ir::kObjectKinds; ++i) {
    const ir::KindInfo& kind = ir::info_of(static_cast<ir::ObjectKind>(i));
    std::string name(kind.plural);
    if (!kind.group.empty()) name += "." + std::string(kind.group);
    name += "/" + std::string(kind.version);
    out += std::string(found.has(kind) ? "  yes  " : "  no   ") + name + "\n";
  }
  for (const std::string& stale : found.stale)
    out += "  unknown: " + kube::escape_controls(stale) + " does not answer\n";
  return out;
}

}  // namespace

int run_cluster(const cli::Options& options) {
  if (!options.operands().empty()) return fail({"`cluster` takes no file", Error::kUsage});
  Result<kube::Access> access = kube::load_access(access_options(options), surroundings_of(options));
  if (!access) return fail(access.error());
  kube::Loop loop(surroundings_of(options));
  kube::Client client(loop, *access);
  const kube::Answer version = client.call({.path = "/version"});
  if (version.error) return fail(*version.error);
  Result<std::string> user = user_of(client);
  if (!user) return fail(user.error());
  Result<kube::Discovery> found = kube::discover(client);
  if (!found) return fail(found.error());
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write("server      " + kube::describe(*access) + "\nkubernetes  " + text_of(version.body, "gitVersion") +
            "\nuser        " + *user + "\nnamespace   " + access->namespace_ + "\nkinds\n" + kinds_of(*found));
  Result<Done> done = out.finish();
  return done ? 0 : fail(done.error());
}

}  // namespace grovec::live
