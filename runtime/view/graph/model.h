/// \file A set as a picture: boxes, cards and edges, before anybody decides how they look.
///
/// Long runs of equal replicas become one box that stands for them, so a picture stays readable and small whatever the
/// counts are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/view/set.h"

namespace grovec::driver {

inline constexpr int kGangColors = 8;  ///< palette of the pictures; color 0 is the base gang's
inline constexpr std::uint32_t kMostReplicasDrawn = 3;

/// A PodClique.
struct GraphCard {
  std::size_t id = 0;  ///< unique among cards and boxes
  std::string title;   ///< name of the clique template
  std::string name;    ///< of the object
  std::uint32_t i = 0, j = 0;
  ir::CliqueId clique{};
  std::uint32_t pods = 0, minimum = 0;
  std::string gpus;  ///< `8 GPUs`, `2 MIG slices`, …; empty if there are none
  int color = 0;
  std::string pack;         ///< topology domain, or empty
  std::uint32_t stage = 1;  ///< of the start order in its gang
};

struct GraphBox {
  enum class Kind : std::uint8_t {
    kSet,
    kReplica,
    kGroup,
    kMember,  ///< replica of a scaling group
    kRest,    ///< stands for replicas like the one before it
  };
  Kind kind = Kind::kSet;
  std::size_t id = 0;
  std::string title, note, name;
  std::string gang;  ///< kReplica, kMember: its PodGang
  std::string pack;
  std::optional<int> color;  ///< set if the box is a whole gang
  std::uint32_t i = 0, j = 0;
  std::optional<ir::GroupId> group;
  std::vector<GraphCard> cards;
  std::vector<GraphBox> boxes;
};

/// `to` starts after `ready` pods of `from` are ready. Ids of cards.
struct GraphEdge {
  std::size_t from, to;
  std::uint32_t ready;
};

struct GraphGang {
  std::string name;
  int color;
  bool is_scaled;
};

struct Graph {
  GraphBox root;
  std::vector<GraphEdge> edges;
  std::vector<GraphGang> gangs;  ///< those drawn
};

Graph make_graph(const SetView& view, const Selection& selection);

/// `rack (required), host (preferred)`: domains of the binding, or the node label keys if it has none.
std::string pack_text(const ir::Desired& desired, const ir::PackConstraint& pack);

}  // namespace grovec::driver
