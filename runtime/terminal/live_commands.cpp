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

constexpr LiveCommand kLiveCommands[] = {
    {"cluster", "show which cluster is meant, who you are there, and which kinds it has",
     "grovec cluster [--context NAME]",
     "  grovec cluster\n"
     "  grovec cluster --context staging -v\n",
     kClusterOptions},
};

}  // namespace

std::span<const LiveCommand> live_commands() { return kLiveCommands; }

}  // namespace grovec::cli
