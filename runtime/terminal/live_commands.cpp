#include "runtime/terminal/live_commands.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kClusterOptions[] = {
    {"--kubeconfig", {}, "FILE", "instead of KUBECONFIG and ~/.kube/config", {}},
    {"--context", {}, "NAME", "instead of the current context", {}},
    {"--namespace", "-n", "NAME", "instead of the context's", {}},
    {"--insecure-skip-tls-verify", {}, {}, "do not verify the server's certificate; says so each time", {}},
    {"--verbose", "-v", {}, "show requests as they are made (twice: more)", {}},
};

constexpr OptionSpec kReconcileOptions[] = {
    {"--once",
     {},
     {},
     "make the cluster equal to the sets, then end; without it: the operator, until it is told to stop",
     {}},
    {"--from-cluster", {}, "NAME", "with --once: a set that is in the cluster", {}},
    {"--wait", {}, {}, "with --once: until every pod is ready", {}},
    {"--timeout", {}, "SECONDS", "with --once: give up after this long (300)", {}},
    {"--dry-run", {}, {}, "with --once: print what would be done and send nothing", {}},
    {"--namespace", "-n", "NAMESPACE", "the only namespace to look after", {}},
    {"--operator-config", {}, "FILE", "the operator's configuration", {}},
    {"--initc-image", {}, "IMAGE", "image of the init container", {}},
    {"--kubeconfig", {}, "FILE", "instead of KUBECONFIG and ~/.kube/config", {}},
    {"--context", {}, "NAME", "instead of the current context", {}},
};

constexpr LiveCommand kLiveCommands[] = {
    {"cluster", "show which cluster is meant, who you are there, and which kinds it has",
     "grovec cluster [--context NAME]",
     "  grovec cluster\n"
     "  grovec cluster --context staging -v\n",
     kClusterOptions},
    {"reconcile", "keep the cluster equal to what its PodCliqueSets ask for",
     "grovec reconcile [OPTIONS] | --once [OPTIONS] FILE... | --once [OPTIONS] --from-cluster NAME",
     "  grovec reconcile\n"
     "  grovec reconcile --once --wait serving.yaml\n"
     "  grovec reconcile --once --from-cluster serving --dry-run\n",
     kReconcileOptions},
};

}  // namespace

std::span<const LiveCommand> live_commands() { return kLiveCommands; }

}  // namespace grovec::cli
