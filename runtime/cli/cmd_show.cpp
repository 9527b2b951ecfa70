// show: what a set becomes, for people and for scripts. One view for each question.
#include <unistd.h>

#include "ir/base/edit_distance.h"
#include "ir/base/utf8.h"
#include "runtime/cli/showing.h"

namespace grovec::cli {

namespace {

struct ViewRow {
  std::string_view name;
  View run;
};

constexpr ViewRow kViews[] = {
    {"tree", show_tree},   {"env", show_env},     {"startup", show_startup},
    {"gangs", show_gangs}, {"names", show_names}, {"scale", show_scale},
};

constexpr OptionSpec kOptions[] = {
    {"--output", "-o", "FORMAT", "how to print", "text|json"},
    {"--select",
     {},
     "KIND=GLOB",
     "only these: set, replica, group, clique or gang (may be repeated; see docs/cli.md)",
     {}},
    {"--all", {}, {}, "list long runs of equal replicas and pods one by one", {}},
    {"--no-peers", {}, {}, "env: without the addresses of the other pods", {}},
    GROVEC_COMPILE_OPTIONS,
};

std::string view_names() {
  std::string out;
  for (const ViewRow& v : kViews) out += (out.empty() ? "" : ", ") + std::string(v.name);
  return out + ", params";
}

int unknown_view(const std::string& name) {
  std::string_view names[std::size(kViews) + 1];
  for (std::size_t i = 0; i < std::size(kViews); ++i) names[i] = kViews[i].name;
  names[std::size(kViews)] = "params";
  const std::string_view near = nearest_name(name, names);
  return fail(kUsage, "unknown view `" + printable(name) + "`; " +
                          (near.empty() ? "views are " + view_names() : "did you mean `" + std::string(near) + "`?"));
}

int run(const Options& options) {
  std::vector<std::string> words = options.operands();
  if (words.empty()) return fail(kUsage, "no view given; views are " + view_names());
  const std::string name = words.front();
  words.erase(words.begin());
  if (name == "params") return show_params(options, words);
  const ViewRow* view = nullptr;
  for (const ViewRow& v : kViews)
    if (v.name == name) view = &v;
  if (!view) return unknown_view(name);

  Result<driver::CompileRequest> request = compile_request(options, false);
  if (!request) return fail(request.error());
  Result<driver::Selection> selection = driver::parse_selection(options.all("--select"));
  if (!selection) return fail(selection.error());
  ShowRequest show;
  show.selection = *selection;
  show.is_json = options.get("--output") == "json";
  show.all = options.has("--all");
  show.peers = !options.has("--no-peers");
  request->names_only = name == "names";
  request->operands = options.all("--filename");
  if (name == "env" && (!request->operands.empty() || words.size() > 1)) {
    // The first operand is the file, unless -f gave one; the others are pods.
    if (request->operands.empty()) {
      request->operands.push_back(words.front());
      words.erase(words.begin());
    }
    show.pods = words;
  } else {
    request->operands.insert(request->operands.end(), words.begin(), words.end());
  }
  if (Result<Done> project = add_project(*request); !project) return fail(project.error());
  int exit_code = kClean;
  const std::unique_ptr<driver::Compilation> c = compile_or_report(options, *request, exit_code);
  if (!c) return exit_code;
  if (const int nothing = report_nothing(*c, *selection, request->operands)) return nothing;
  show.compilation = c.get();
  driver::FdWriter out(STDOUT_FILENO, "standard output", driver::FdWriter::AtEnd::kThrow);
  int code = kClean;
  try {
    code = view->run(show, out);
  } catch (const driver::OutputEnded&) {
  }
  Result<Done> done = out.finish();
  return done ? code : fail(done.error());
}

}  // namespace

std::vector<std::unique_ptr<driver::SetView>> selected_views(const ShowRequest& request) {
  std::vector<std::unique_ptr<driver::SetView>> out;
  for (const auto& set : request.compilation->sets) {
    auto view = std::make_unique<driver::SetView>(set->world, *set->directory);
    if (view->is_selected(request.selection)) out.push_back(std::move(view));
  }
  return out;
}

void write_resources(driver::JsonStream& json, const driver::Resources& resources) {
  json.begin_object();
  for (const auto& [name, amount] : resources.amounts()) {
    json.key(name).begin_object().key("requests").raw(driver::amount_json(name, amount.requests));
    if (amount.has_limit) json.key("limits").raw(driver::amount_json(name, amount.limits));
    json.end_object();
  }
  json.end_object();
}

extern const Command kShowCommand;
constinit const Command kShowCommand{
    "show",
    "print what a PodCliqueSet becomes: tree, gangs, start order, environment, names, scale",
    "grovec show tree|env|startup|gangs|names|scale|params [OPTIONS] FILE...\n"
    "       grovec show env [OPTIONS] FILE POD...",
    "  grovec show tree llm.yaml                        from the set to its pods, with gangs and totals\n"
    "  grovec show tree --select group=prefill llm.yaml only a part\n"
    "  grovec show gangs llm.yaml                       what must be placed together, and its GPUs\n"
    "  grovec show startup llm.yaml                     who waits for whom, and the longest chain\n"
    "  grovec show env llm.yaml llm-0-decode-0-worker-3 environment, address, rank and peers of a pod\n"
    "  grovec show names llm.yaml                       names at the largest scale, against their limits\n"
    "  grovec show scale llm.yaml                       what can be scaled, by whom, and the kubectl line\n"
    "  grovec show params llm.grove                     parameters, environments, defaults\n"
    "  grovec show tree -o json llm.yaml | jq .sets[0].totals\n",
    kOptions,
    run};

}  // namespace grovec::cli
