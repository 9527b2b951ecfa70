// graph: a set as a picture.
#include <unistd.h>

#include "runtime/cli/compiling.h"
#include "runtime/output/output.h"
#include "runtime/view/graph/render.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kOptions[] = {
    {"--output", "-o", "FORMAT", "what to draw", "dot|mermaid|svg|html"},
    {"--select",
     {},
     "KIND=GLOB",
     "only these: set, replica, group, clique or gang (may be repeated; see docs/cli.md)",
     {}},
    GROVEC_COMPILE_OPTIONS,
    {"--live", {}, {}, "draw what lives of sets in the cluster, with -o html: pods by state, with the reasons", {}},
    {"--kubeconfig", {}, "FILE", "with --live: instead of KUBECONFIG and ~/.kube/config", {}},
    {"--context", {}, "NAME", "with --live: instead of the current context", {}},
    {"--insecure-skip-tls-verify", {}, {}, "with --live: do not verify the server's certificate", {}},
    {"--verbose", "-v", {}, "with --live: show requests as they are made (twice: more)", {}},
};

int run(const Options& options) {
  for (const char* live : {"--kubeconfig", "--context", "--insecure-skip-tls-verify", "--verbose"})
    if (options.has(live)) return fail(kUsage, "`" + std::string(live) + "` is for a cluster: it needs `--live`");
  if (!options.has("--output")) return fail(kUsage, "no format given; `-o` takes dot, mermaid, svg or html");
  Result<driver::CompileRequest> request = compile_request(options);
  if (!request) return fail(request.error());
  Result<driver::Selection> selection = driver::parse_selection(options.all("--select"));
  if (!selection) return fail(selection.error());
  int exit_code = kClean;
  const std::unique_ptr<driver::Compilation> c = compile_or_report(options, *request, exit_code);
  if (!c) return exit_code;
  if (const int nothing = report_nothing(*c, *selection, request->operands)) return nothing;

  std::vector<std::unique_ptr<driver::SetView>> views;
  std::vector<driver::GraphSet> sets;
  std::vector<driver::Graph> graphs;
  const std::string_view format = options.get("--output");
  for (const auto& set : c->sets) {
    views.push_back(std::make_unique<driver::SetView>(set->world, *set->directory));
    if (!views.back()->is_selected(*selection)) continue;
    sets.push_back({set.get(), views.back().get()});
    if (format != "html") graphs.push_back(driver::make_graph(*views.back(), *selection));
  }
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(format == "dot"       ? driver::graph_dot(graphs)
            : format == "mermaid" ? driver::graph_mermaid(graphs)
            : format == "svg"     ? driver::graph_svg(graphs)
                                  : driver::graph_html(sets, *selection));
  Result<Done> done = out.finish();
  return done ? exit_code : fail(done.error());
}

}  // namespace

extern const Command kGraphCommand;
constinit const Command kGraphCommand{
    "graph",
    "draw what a PodCliqueSet becomes: replicas, groups, cliques, gangs, order, topology",
    "grovec graph -o dot|mermaid|svg|html [OPTIONS] FILE...\n       grovec graph --live -o html [OPTIONS] [NAME...]",
    "  grovec graph -o html llm.yaml > llm.html         one page to click through, without a network\n"
    "  grovec graph -o svg llm.yaml > llm.svg           a picture\n"
    "  grovec graph -o mermaid llm.yaml                 for Markdown\n"
    "  grovec graph -o dot llm.yaml | dot -Tpdf > a.pdf for Graphviz\n"
    "  grovec graph --live -o html llm > llm.html       a snapshot of what lives\n",
    kOptions,
    run,
    /*writes_file=*/true,
    /*is_live=*/false,
    "--live"};

}  // namespace grovec::cli
