// schema: JSON Schema of PodCliqueSet for editors, or the CRDs for a cluster.
#include "schemas/json_schema.h"

#include <unistd.h>

#include "runtime/cli/commands.h"
#include "runtime/output/output.h"
#include "schemas/crds.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kOptions[] = {
    {"--crds", {}, {}, "Grove's five CustomResourceDefinitions instead, as YAML for `kubectl apply`", {}},
    {"--api", {}, "MODE", "exactly upstream's API, or with grovec's extensions", "upstream|extended"},
};

int run(const Options& options) {
  if (!options.operands().empty()) return fail(kUsage, "`schema` takes no file");
  const bool extended = options.get("--api") == "extended";
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  if (options.has("--crds"))
    for (const schemas::CrdFile& crd : schemas::crds())
      out.write(schemas::crd_text(crd.kind, extended));  // each starts with ---
  else
    out.write(schemas::json_schema(extended));
  Result<Done> done = out.finish();
  return done ? kClean : fail(done.error());
}

}  // namespace

extern const Command kSchemaCommand;
constinit const Command kSchemaCommand{
    "schema",
    "print the JSON Schema of PodCliqueSet for editors, or the CRDs",
    "grovec schema [OPTIONS]",
    "  grovec schema > podcliqueset.schema.json\n"
    "  then, on top of a manifest: # yaml-language-server: $schema=podcliqueset.schema.json\n"
    "  grovec schema --crds | kubectl apply --server-side -f -\n",
    kOptions,
    run};

}  // namespace grovec::cli
