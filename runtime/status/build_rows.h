/// \file Rows of one set: counts from the bottom up, with the reasons of each.
#pragma once

#include "runtime/status/plan.h"
#include "runtime/status/reasons.h"

namespace grovec::status {

class RowBuilder {
 public:
  explicit RowBuilder(const Scope& scope) : s_(scope) {}

  Row replica(const ReplicaPlace& place) const;

 private:
  Row group(const GroupPlace& place, std::int32_t set_replica) const;
  Row group_replica(const GroupPlace& group, const GroupReplicaPlace& place, const std::string& set_replica_text,
                    bool is_spare_enough) const;
  Row clique(const CliquePlace& place) const;
  void count_pods(const CliquePlace& place, const decide::LiveClique* live, Row& row) const;
  Row pod(const PodFacts& facts, std::string_view target_hash) const;
  void add_termination(const CliquePlace& place, std::string_view what, Row& row) const;

  const Scope& s_;
};

}  // namespace grovec::status
