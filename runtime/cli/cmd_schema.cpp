// schema: JSON Schema of PodCliqueSet for editors.
#include "schemas/json_schema.h"

#include <unistd.h>

#include "runtime/cli/commands.h"
#include "runtime/driver/output.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kOptions[] = {
    {"--api", {}, "MODE", "exactly upstream's API, or with grovec's extensions", "upstream|extended"},
};

int run(const Options& options) {
  if (!options.operands().empty()) return fail(kUsage, "`schema` takes no file");
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(schemas::json_schema(options.get("--api") == "extended"));
  Result<Done> done = out.finish();
  return done ? kClean : fail(done.error());
}

}  // namespace

extern const Command kSchemaCommand;
constinit const Command kSchemaCommand{
    "schema",
    "print the JSON Schema of PodCliqueSet for editors",
    "grovec schema [OPTIONS]",
    "  grovec schema > podcliqueset.schema.json\n"
    "  then, on top of a manifest: # yaml-language-server: $schema=podcliqueset.schema.json\n",
    kOptions,
    run};

}  // namespace grovec::cli
