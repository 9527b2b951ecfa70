#include "runtime/driver/check_object.h"

#include "passes/admission/check_decode.h"
#include "passes/admission/check_structure.h"
#include "passes/broken_environment.h"
#include "passes/go/go_encode.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/surroundings/read_environment.h"

namespace grovec::driver {

using namespace ir;

namespace {

// No webhook looks at these: what the CRD says is all.
void check_by_schema(Context& context, const passes::KnownKind& kind, const Value& root,
                     const Environment& environment) {
  passes::Decoded decoded = passes::check_decode_without_status(context, root, kind.root);
  Value stored = passes::with_crd_defaults(context.arena, context.origins, decoded.value, schemas::root(kind.root));
  std::string_view space = stored["metadata"]["namespace"].as_string();
  passes::verify_object_metadata(context, stored, stored["metadata"],
                                 space.empty() ? environment.default_namespace : space);
  const Value& replicas = stored["spec"]["replicas"];  // the scale subresource has a rule of its own
  if (kind.root != schemas::Root::kPodGang && replicas.is_int() && replicas.as_int() < 0)
    context.diags.report(replicas.at(), diag::BelowMinimum, "replicas", replicas.as_int(), 0).path(".spec.replicas");
  if (decoded.broken.empty()) passes::check_structure(context, stored, kind.root);
}

}  // namespace

bool check_object(Context& context, const passes::KnownKind& kind, const Value& root, const Environment& environment) {
  if (kind.root != schemas::Root::kClusterTopologyBinding) {
    check_by_schema(context, kind, root, environment);
    return true;
  }
  const std::size_t first = context.diags.all().size();
  passes::check_binding(context, root, environment.facts.config);
  return !passes::drop_what_depends_on_broken(context.diags, first, environment.facts);
}

}  // namespace grovec::driver
