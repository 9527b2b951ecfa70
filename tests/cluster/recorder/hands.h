/// \file Steps of a recording on a real cluster: kubectl, the process of the operator, nodes of the pool.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/cluster/recorder/mirror.h"
#include "tests/simulator/steps.h"

namespace grovec::recorder {

/// What the commands are called.
struct Programs {
  std::string grovec, operator_, kubectl = "kubectl";
};

class Hands {
 public:
  Hands(Mirror& mirror, Programs programs, std::string folder, std::string log)
      : mirror_(mirror), programs_(std::move(programs)), folder_(std::move(folder)), log_(std::move(log)) {}
  ~Hands();

  /// An error says what was refused. Not for waits.
  Result<Done> act(const simulator::Step& step);
  void start_operator();
  void stop_operator(int signal);
  /// So many nodes of the pool, each with room for one pod; 0 takes all away.
  Result<Done> set_pool(std::size_t nodes);
  simulate::Key set() const { return {simulate::Kind::kPodCliqueSet, "default", set_}; }
  const std::string& input() const { return input_; }

 private:
  Result<std::string> shell(const std::string& command, const std::string& input = {});
  Result<Done> run(const std::string& command, const std::string& input = {});
  Result<Done> create(const simulator::Step& step);
  Result<Done> pod_status(const simulator::Step& step);
  Result<Done> reorder(const simulator::Step& step);
  Result<Done> cordon(const simulator::Step& step, const std::string& verb);
  std::string target(const simulator::Step& step) const;

  Mirror& mirror_;
  Programs programs_;
  std::string folder_, log_, set_, input_;
  std::vector<std::string> pool_;
  pid_t operator_pid_ = 0;
};

}  // namespace grovec::recorder
