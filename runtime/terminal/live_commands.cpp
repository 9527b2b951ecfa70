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
// Which documents: of commands that send or compare files.
#define GROVEC_DOCUMENT_OPTIONS                                                                            \
  GROVEC_FILE_OPTIONS,                                                                                     \
      {"--api", {}, "MODE", "exactly upstream's API, or with grovec's extensions", "upstream|extended"}, { \
    "--force-conflicts", {}, {}, "take fields that somebody else owns; never implied", {}                  \
  }

constexpr OptionSpec kApplyOptions[] = {
    {"--allow", {}, "WHAT", "what may happen where nobody can be asked: roll, delete or roll,delete", {}},
    {"--max-gpus-down", {}, "N", "send nothing if more GPUs are down at once", {}},
    {"--yes", "-y", {}, "do not ask", {}},
    {"--only-sets", {}, {}, "send the PodCliqueSets, no other documents", {}},
    {"--dry-run", {}, {}, "print the plan; the API server judges all documents, nothing is changed", {}},
    {"--wait", {}, {}, "then wait until the sets are updated and available", {}},
    {"--timeout", {}, "DURATION", "with --wait: give up after this long (default 10m)", {}},
    GROVEC_DOCUMENT_OPTIONS,
    GROVEC_CLUSTER_OPTIONS,
};
constexpr OptionSpec kLiveDiffOptions[] = {
    {"--live", {}, {}, "compare with the cluster: what applying FILE... would change", {}},
    {"--children", {}, {}, "also compare the objects that sets compile to with what runs", {}},
    {"--all", {}, {}, "with --children: list equal replicas one by one", {}},
    {"--emit", {}, "WHAT", "with --children: objects: all; resources: without pods", "objects|resources"},
    {"--output", "-o", "FORMAT", "how to print", "text|json|markdown"},
    GROVEC_DOCUMENT_OPTIONS,
    GROVEC_CLUSTER_OPTIONS,
};
constexpr OptionSpec kLiveGraphOptions[] = {
    {"--live", {}, {}, "draw what lives of sets in the cluster", {}},
    {"--output", "-o", "FORMAT", "what to draw", "html"},
    {"--out", {}, "FILE", "write here instead of standard output", {}},
    {"--operator-config", {}, "FILE", "the operator's configuration", {}},
    GROVEC_CLUSTER_OPTIONS,
};
constexpr OptionSpec kLivePlanOptions[] = {
    {"--live", {}, {}, "begin with what lives in the cluster", {}},
    {"--out", {}, "FILE", "keep the plan for `apply FILE`", {}},
    {"--output", "-o", "FORMAT", "how to print", "text|json|markdown|html"},
    {"--detailed-exitcode", {}, {}, "exit with 4 if anything changes", {}},
    {"--fail-on", {}, "WHAT", "exit with 1 if that happens, or anything to its right", "scale|roll|delete"},
    {"--max-gpus", {}, "N", "exit with 1 if more GPUs restart", {}},
    {"--max-gpus-down", {}, "N", "exit with 1 if more GPUs are down at once", {}},
    GROVEC_DOCUMENT_OPTIONS,
    GROVEC_CLUSTER_OPTIONS,
};
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
    {"--watch", "-w", {}, "look again at each change until all sets are healthy", {}},
    {"--wait-for", {}, "STATE", "look again at each change until all sets are so", "available|updated"},
    {"--timeout", {}, "DURATION", "with --watch and --wait-for: give up after this long (default 10m)", {}},
    GROVEC_CLUSTER_OPTIONS,
};

constexpr OptionSpec kReconcileOptions[] = {
    {"--once", {}, {}, "make the cluster equal to the sets, then end; without it: until it is told to stop", {}},
    {"--from-cluster", {}, "NAME", "with --once: a set that is in the cluster, instead of files", {}},
    {"--wait", {}, {}, "with --once: until every pod is ready", {}},
    {"--timeout", {}, "DURATION", "with --once: give up after this long (default 5m)", {}},
    {"--dry-run", {}, {}, "with --once: print what would be written and send nothing; with --wait, to the end", {}},
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
    {"apply", "change the cluster to what files say, after saying what that restarts", "grovec apply [OPTIONS] FILE...",
     "  grovec apply llm.yaml                            prints the plan and asks\n"
     "  grovec apply --env prod -n serving llm.grove --wait\n"
     "  grovec apply --allow roll --max-gpus-down 64 -R deploy/   where nobody can be asked\n"
     "  grovec apply --dry-run llm.yaml\n"
     "  grovec apply llm.plan                            what `plan --live --out llm.plan` kept\n",
     kApplyOptions},
    {"cluster", "show which cluster is meant, who you are there, and which kinds it has",
     "grovec cluster [--context NAME]",
     "  grovec cluster\n"
     "  grovec cluster --context staging -v\n",
     kClusterOptions},
    {"delete", "delete a PodCliqueSet and wait until everything of it is gone", "grovec delete NAME [OPTIONS]",
     "  grovec delete llm -n serving\n"
     "  grovec delete llm --yes --timeout 5m             where nobody can be asked\n",
     kDeleteOptions},
    {"diff", "print what applying files would change", "grovec diff --live [--children] [OPTIONS] FILE...",
     "  grovec diff --live -n serving llm.grove\n"
     "  grovec diff --live --children llm.grove          and what of it runs otherwise than it says\n",
     kLiveDiffOptions, /*has_own_row=*/false},
    {"graph", "draw what lives of sets", "grovec graph --live -o html [OPTIONS] [NAME...]",
     "  grovec graph --live -o html llm > llm.html\n", kLiveGraphOptions, /*has_own_row=*/false},
    {"plan", "print what applying files would do now", "grovec plan --live [OPTIONS] FILE...",
     "  grovec plan --live -n serving llm.grove\n", kLivePlanOptions, /*has_own_row=*/false},
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
