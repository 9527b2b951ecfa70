#include "tests/cluster/recorder/hands.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <regex>

#include "ir/value/writer.h"
#include "tests/simulator/people.h"
#include "tests/simulator/pod_by_hand.h"

extern char** environ;

namespace grovec::recorder {

using namespace ir;
using simulate::Kind;
using simulator::Step;
using simulator::StepKind;

namespace {

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string node_json(const std::string& name) {
  const std::string room = R"({"cpu":"192","memory":"2Ti","ephemeral-storage":"8Ti","pods":"1"})";
  return R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")" + name +
         R"(","labels":{"kubernetes.io/hostname":")" + name +
         R"(","kubernetes.io/os":"linux","kubernetes.io/arch":"amd64","type":"fake","pool":"pool"}},"status":{"capacity":)" +
         room + R"(,"allocatable":)" + room + "}}";
}

}  // namespace

Hands::~Hands() { stop_operator(SIGTERM); }

Result<std::string> Hands::shell(const std::string& command, const std::string& input) {
  char path[] = "/tmp/grovec-record-XXXXXX";
  const int fd = mkstemp(path);
  if (fd < 0) return Error{"no temporary file"};
  if (::write(fd, input.data(), input.size()) != static_cast<ssize_t>(input.size())) return Error{"cannot write"};
  close(fd);
  std::FILE* pipe = popen((command + " 2>&1 <" + path).c_str(), "r");
  std::string out;
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, n);
  const int status = pclose(pipe);
  unlink(path);
  if (status != 0) return Error{command + ": " + out, Error::kContent};
  return out;
}

Result<Done> Hands::run(const std::string& command, const std::string& input) {
  const auto out = shell(command, input);
  if (!out) return out.error();
  return Done{};
}

void Hands::start_operator() {
  if (operator_pid_) return;
  const std::string command = "exec " + programs_.operator_ + " >>" + quoted(log_) + " 2>&1";
  const char* argv[] = {"sh", "-c", command.c_str(), nullptr};
  if (posix_spawn(&operator_pid_, "/bin/sh", nullptr, nullptr, const_cast<char**>(argv), environ) != 0)
    operator_pid_ = 0;
}

void Hands::stop_operator(int signal) {
  if (!operator_pid_) return;
  kill(operator_pid_, signal);
  waitpid(operator_pid_, nullptr, 0);
  operator_pid_ = 0;
}

Result<Done> Hands::set_pool(std::size_t nodes) {
  while (pool_.size() < nodes) {
    pool_.push_back("pool-node-" + std::to_string(pool_.size()));
    if (auto done = run(programs_.kubectl + " create -f -", node_json(pool_.back())); !done) return done;
  }
  while (pool_.size() > nodes) {
    if (auto done = run(programs_.kubectl + " delete node " + pool_.back()); !done) return done;
    pool_.pop_back();
  }
  return Done{};
}

std::string Hands::target(const Step& step) const {
  return step.kind_word + " " +
         quoted(step.kind_word.starts_with("pod") && step.object.find('~') != std::string::npos
                    ? mirror_.name_of(step.object)
                    : step.object);
}

Result<Done> Hands::create(const Step& step) {
  const auto spec = shell(programs_.grovec + " compile --emit=spec -o json " + quoted(folder_ + "/" + step.text));
  if (!spec) return spec.error();
  input_ = *spec;
  static const std::regex kName(R"re("name":\s*"([^"]+)",\s*"namespace")re");
  std::smatch m;
  if (std::regex_search(*spec, m, kName)) set_ = m[1];
  return run(programs_.kubectl + " create -f -", *spec);
}

Result<Done> Hands::pod_status(const Step& step) {
  const std::string name = mirror_.name_of(step.object);
  const simulate::ObjectPtr pod = mirror_.store().find({Kind::kPod, "default", name});
  if (!pod) return Done{};
  Arena arena;
  const auto status = simulator::status_by_hand(arena, *pod, step.text, mirror_.now());
  if (!status) return Error{"nobody understands that status", Error::kContent};
  if (auto done = run(programs_.kubectl + " annotate --overwrite pod " + name + " test.grovec.dev/behave=by-hand");
      !done)
    return done;
  const std::string patch = to_text(make_mapping(arena, {{"status", kNowhere, *status}}), Format::kJson);
  return run(programs_.kubectl + " patch pod " + name + " --subresource=status --type=merge -p " + quoted(patch));
}

Result<Done> Hands::reorder(const Step& step) {
  const simulate::ObjectPtr set = mirror_.store().find(this->set());
  if (!set) return Error{"there is no set", Error::kContent};
  Arena arena;
  const std::string list = to_text(make_sequence(arena, simulator::cliques_in_order(*set, step.text)), Format::kJson);
  return run(programs_.kubectl + " patch pcs " + set_ + " --type=json -p " +
             quoted(R"([{"op":"replace","path":"/spec/template/cliques","value":)" + list + "}]"));
}

Result<Done> Hands::cordon(const Step& step, const std::string& verb) {
  std::string nodes;
  if (!step.object.empty()) {
    nodes = " " + mirror_.node_of(step.object);
  } else {
    for (const std::string& n : pool_) nodes += " " + n;
  }
  return nodes.size() < 2 ? Result<Done>(Done{}) : run(programs_.kubectl + " " + verb + nodes);
}

// By the client: what people delete at once has to go at once.
Result<Done> Hands::remove(const Step& step) {
  const auto kind = simulate::kind_on_command_line(step.kind_word);
  const auto known = kind ? simulate::decided_kind(*kind) : std::nullopt;
  if (!known) return Error{"nobody knows the kind `" + step.kind_word + "`", Error::kContent};
  const std::string name = *kind == Kind::kPod ? mirror_.name_of(step.object) : step.object;
  if (name.empty()) return Done{};  // it is not there any more
  const kube::Answer answer =
      mirror_.client().call({.method = kube::Method::kDelete, .path = kube::path_of(info_of(*known), "default", name)});
  if (answer.error && answer.status != 404) return *answer.error;
  return Done{};
}

Result<Done> Hands::act(const Step& step) {
  if (step.refused) return Done{};
  const std::string kubectl = programs_.kubectl + " ";
  switch (step.kind) {
    case StepKind::kCreate:
      return create(step);
    case StepKind::kScale:
      return run(kubectl + "scale " + target(step) + " --replicas=" + std::to_string(step.number));
    case StepKind::kPatch:
      return run(kubectl + "patch " + target(step) + (step.merge ? " --type=merge -p " : " --type=json -p ") +
                 quoted(step.text));
    case StepKind::kMetadata:
      return run(kubectl + (step.merge ? "label" : "annotate") + " --overwrite " + target(step) + " " +
                 quoted(step.text));
    case StepKind::kReorder:
      return reorder(step);
    case StepKind::kDelete:
    case StepKind::kEvict:
      return remove(step);
    case StepKind::kCordon:
      return cordon(step, "cordon");
    case StepKind::kUncordon:
      return cordon(step, "uncordon");
    case StepKind::kPodStatus:
      return pod_status(step);
    case StepKind::kKill:
      return stop_operator(SIGKILL), Done{};
    case StepKind::kStart:
      return start_operator(), Done{};
    case StepKind::kOperatorReady:
      return Done{};
    default:
      return Error{"nobody does that on a real cluster: " + step.line, Error::kContent};
  }
}

}  // namespace grovec::recorder
