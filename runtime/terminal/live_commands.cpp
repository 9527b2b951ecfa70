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
    {"--once", {}, {}, "make the cluster equal to the sets, then end; without it: until it is told to stop", {}},
    {"--from-cluster", {}, "NAME", "with --once: a set that is in the cluster, instead of files", {}},
    {"--wait", {}, {}, "with --once: until every pod is ready", {}},
    {"--timeout", {}, "SECONDS", "with --once: give up after so long (default 300)", {}},
    {"--dry-run", {}, {}, "with --once: print what would be done and send nothing", {}},
    {"--operator-config", {}, "FILE", "configuration of the operator", {}},
    {"--initc-image", {}, "IMAGE", "image of the init container that waits for other cliques", {}},
    {"--no-leader-election", {}, {}, "take no Lease: nobody else looks after these sets", {}},
    {"--kubeconfig", {}, "FILE", "instead of KUBECONFIG and ~/.kube/config", {}},
    {"--context", {}, "NAME", "instead of the current context", {}},
    {"--namespace", "-n", "NAME", "look after this namespace only; of sets in files that name none", {}},
    {"--insecure-skip-tls-verify", {}, {}, "do not verify the server's certificate; says so each time", {}},
    {"--verbose", "-v", {}, "show requests as they are made (twice: more)", {}},
};

constexpr LiveCommand kLiveCommands[] = {
    {"cluster", "show which cluster is meant, who you are there, and which kinds it has",
     "grovec cluster [--context NAME]",
     "  grovec cluster\n"
     "  grovec cluster --context staging -v\n",
     kClusterOptions},
    {"reconcile", "keep the cluster equal to what its sets ask for: the operator",
     "grovec reconcile [OPTIONS]\n       grovec reconcile --once FILE... | --from-cluster NAME",
     "  grovec reconcile --once --wait set.yaml\n"
     "  grovec reconcile --once --dry-run --from-cluster mn-disagg\n"
     "  grovec reconcile -n inference\n",
     kReconcileOptions},
};

}  // namespace

std::span<const LiveCommand> live_commands() { return kLiveCommands; }

}  // namespace grovec::cli
