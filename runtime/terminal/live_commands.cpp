#include "runtime/terminal/live_commands.h"

namespace grovec::cli {

namespace {

// How to reach the cluster: of every command.
#define GROVEC_CLUSTER_OPTIONS                                                                                   \
  {"--kubeconfig", {}, "FILE", "instead of KUBECONFIG and ~/.kube/config", {}},                                  \
      {"--context", {}, "NAME", "instead of the current context", {}},                                           \
      {"--namespace", "-n", "NAME", "instead of the context's", {}},                                             \
      {"--insecure-skip-tls-verify", {}, {}, "do not verify the server's certificate; says so each time", {}}, { \
    "--verbose", "-v", {}, "show requests as they are made (twice: more)", {}                                    \
  }

constexpr OptionSpec kClusterOptions[] = {GROVEC_CLUSTER_OPTIONS};
constexpr OptionSpec kDeleteOptions[] = {
    {"--yes", "-y", {}, "do not ask", {}},
    {"--no-wait", {}, {}, "do not wait until everything is gone", {}},
    {"--timeout", {}, "DURATION", "give up waiting after this long (default 10m)", {}},
    GROVEC_CLUSTER_OPTIONS,
};
constexpr OptionSpec kRolloutOptions[] = {
    {"--timeout", {}, "DURATION", "give up after this long (default 10m)", {}},
    GROVEC_CLUSTER_OPTIONS,
};
constexpr OptionSpec kScaleOptions[] = {
    {"--dry-run", {}, {}, "say what would happen; the API server judges it, nothing is changed", {}},
    GROVEC_CLUSTER_OPTIONS,
};
constexpr OptionSpec kStatusOptions[] = {
    {"--dump", {}, "FILE", "no cluster: objects as `kubectl get -o yaml` prints them, `-` for standard input", {}},
    {"--all-namespaces", "-A", {}, "sets of all namespaces (so it is with --dump, unless -n is given)", {}},
    {"--selector", "-l", "LABELS", "only sets with these labels: a=b, a!=b, a, !a, joined by commas", {}},
    {"--output", "-o", "FORMAT", "how to print", "text|json|markdown"},
    {"--all", {}, {}, "text: list what is ready, too", {}},
    {"--watch", "-w", {}, "look again every 2 s until all sets are healthy", {}},
    {"--wait-for", {}, "STATE", "look again until all sets are so", "available|updated"},
    {"--timeout", {}, "DURATION", "with --watch and --wait-for: give up after this long (default 10m)", {}},
    GROVEC_CLUSTER_OPTIONS,
};

constexpr OptionSpec kReconcileOptions[] = {
    {"--once", {}, {}, "make the cluster equal to the sets, then end; without it: until it is told to stop", {}},
    {"--from-cluster", {}, "NAME", "with --once: a set that is in the cluster, instead of files", {}},
    {"--wait", {}, {}, "with --once: until every pod is ready", {}},
    {"--timeout", {}, "SECONDS", "with --once: give up after so long (default 300)", {}},
    {"--dry-run", {}, {}, "with --once: print what would be done and send nothing", {}},
    {"--operator-config", {}, "FILE", "configuration of the operator", {}},
    {"--initc-image", {}, "IMAGE", "image of the init container that waits for other cliques", {}},
    {"--log-format", {}, "FORMAT", "text (default) or json: one object a line", {}},
    {"--metrics-address",
     {},
     "HOST:PORT",
     "serve /metrics, /healthz and /readyz there (default 127.0.0.1:9448), or `off`",
     {}},
    {"--no-leader-election", {}, {}, "take no Lease: nobody else looks after these sets", {}},
    {"--take-over",
     {},
     {},
     "from another operator of the same kinds: its Lease has run out, or its Deployment is at 0",
     {}},
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
    {"delete", "delete a PodCliqueSet and wait until everything of it is gone", "grovec delete NAME [OPTIONS]",
     "  grovec delete llm -n serving\n"
     "  grovec delete llm --yes --timeout 5m             where nobody can be asked\n",
     kDeleteOptions},
    {"reconcile", "keep the cluster equal to what its sets ask for: the operator",
     "grovec reconcile [OPTIONS]\n       grovec reconcile --once FILE... | --from-cluster NAME",
     "  grovec reconcile --once --wait set.yaml\n"
     "  grovec reconcile --once --dry-run --from-cluster mn-disagg\n"
     "  grovec reconcile -n inference\n",
     kReconcileOptions},
    {"rollout", "wait until an update has ended and every replica is available", "grovec rollout status NAME [OPTIONS]",
     "  grovec rollout status llm -n serving --timeout 30m\n", kRolloutOptions},
    {"scale", "change a count, and say what is gated or removed", "grovec scale set|group|clique NAME N [OPTIONS]",
     "  grovec scale group llm-0-pool 4\n"
     "  grovec scale set llm 2 --dry-run\n",
     kScaleOptions},
    {"status", "print what lives of PodCliqueSets, and why something does not run", "grovec status [OPTIONS] [NAME...]",
     "  grovec status                                    all sets of the namespace\n"
     "  grovec status llm --watch                        until it is healthy\n"
     "  kubectl get pcs,pcsg,pclq,podgang,pod,resourceclaim,event -o yaml > dump.yaml\n"
     "  grovec status --dump dump.yaml -o json           without a cluster\n",
     kStatusOptions},
};

}  // namespace

std::span<const LiveCommand> live_commands() { return kLiveCommands; }

}  // namespace grovec::cli
