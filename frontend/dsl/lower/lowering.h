/// \file Statements into trees: one Lowering for each run. Internal to the frontend.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "frontend/dsl/lower/program.h"
#include "frontend/dsl/node.h"
#include "schemas/former_names.h"

namespace grovec::frontend::dsl {

/// Who wrote the statement being applied: its file, its names, and the uses of mixins that led to it.
struct Authorship {
  SourceId source{};
  const Scope* scope = nullptr;
  OriginId via = kNowhere;        ///< innermost use of a mixin; its origin has the outer ones behind it
  OriginId reference = kNowhere;  ///< name that stands for the list or block being applied
  std::uint32_t application = 0;  ///< number of this application of a block
  bool overlay = false;           ///< inside `env`: sets, groups and cliques must exist
};

struct CliqueState {
  std::string_view name;
  OriginId name_at = kNowhere;
  Draft* item = nullptr;
  Draft* spec = nullptr;
  int group = -1;
};

struct GroupState {
  std::string_view name;
  OriginId name_at = kNowhere;
  Draft* item = nullptr;
  std::vector<std::size_t> cliques;  ///< nested ones, in order
};

/// A statement that is looked at once the set is complete.
struct Later {
  const Statement* statement;
  Authorship frame;
};

struct SetState {
  std::string_view name;
  OriginId at = kNowhere;  ///< of the name
  OriginId keyword_at = kNowhere;
  Draft* root = nullptr;
  Draft* spec = nullptr;
  Draft* pod_template = nullptr;
  bool uses_after = false;
  std::vector<CliqueState> cliques;
  std::vector<GroupState> groups;
  std::unordered_map<std::string_view, std::size_t> clique_index, group_index;
  std::vector<Later> assertions, ratios;
  /// What `pack` and `scale` wrote, and where: later statements may complete it.
  std::vector<std::pair<Draft*, OriginId>> packs, scales;
  std::vector<std::string> incomplete;  ///< see Document::incomplete; known once the set is finished
};

/// What a block is about; decides which names mean what.
enum class BlockLevel : std::uint8_t { kSet, kGroup, kClique, kContainer };

struct Target {
  BlockLevel level = BlockLevel::kSet;
  SetState* set = nullptr;
  std::size_t index = 0;       ///< clique or group
  Draft* container = nullptr;  ///< kContainer
};

class Lowering {
 public:
  Lowering(Context& context, Program& program, const DslLimits& limits);
  std::vector<Document> run(SourceId main);

 private:
  /// While this lives, something is written into `node`. A mistake reported meanwhile makes the innermost such node
  /// incomplete, so that nobody complains of what is missing there.
  class Attempt {
   public:
    Attempt(Lowering& lowering, Draft& node)
        : lowering_(lowering), node_(node), reported_(lowering.context_.diags.all().size()) {}
    ~Attempt() {
      if (lowering_.context_.diags.all().size() > std::max(reported_, lowering_.blamed_)) lowering_.blame(node_);
    }
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

   private:
    Lowering& lowering_;
    Draft& node_;
    std::size_t reported_;
  };
  /// What was reported so far concerns `node`, and nothing around it.
  void blame(Draft& node);
  /// What was reported so far makes nothing incomplete.
  void blame_nothing() { blamed_ = context_.diags.all().size(); }
  /// What was reported so far may have declared cliques.
  void blame_cliques(SetState& set);
  Draft& node_of(const Target& target) const;

  // lower.cpp: sets, groups, cliques, containers
  void declare_set(const Placed& placed, bool overlay);
  void node(const Statement& s, Target& target, Authorship& frame);
  void node_body(const Statement& s, Target target, Authorship& frame);
  void declare_group(const Statement& s, Target& target, Authorship& frame);
  void declare_clique(const Statement& s, Target& target, Authorship& frame);
  void declare_container(const Statement& s, Target& target, Authorship& frame);
  void apply_block(const Block& block, Target& target, const Authorship& frame);
  void apply_statement(const Statement& s, Target& target, Authorship& frame);
  void use(const std::vector<Call>& calls, Target& target, const Authorship& frame);
  void apply_call(const Call& call, Target& target, const Authorship& frame);
  bool bind(const Call& call, const Statement& mixin, SourceId mixin_source, Scope& scope, const Authorship& frame);
  void finish_shorthands(SetState& set);
  ir::Value finish_set(SetState& set);
  void finish_clique(SetState& set, CliqueState& clique);

  // lower_fields.cpp: names, shorthands, values
  struct Found {
    Draft* parent = nullptr;
    std::string_view key;
    bool resources = false;  ///< `limits` or `requests` of the main container
  };
  Found locate(std::string_view name, Target& target, OriginId key_at);
  /// `locate`, or a report. `frame` becomes one without a memory of what was set if the name had to be guessed.
  Found locate_or_report(const Word& key, Target& target, Authorship& frame);
  void field(const Statement& s, Target& target, Authorship& frame);
  void assign(Draft& parent, std::string_view key, const Statement& s, const Authorship& frame, int depth);
  void set_pair(const Pair& pair, Target& target, Authorship& frame);
  void count(const Statement& s, Target& target, Authorship& frame);
  void after(const Statement& s, Target& target, Authorship& frame);
  void scale(const Statement& s, Target& target, Authorship& frame);
  void metric(Draft& metrics, const Pair& pair, Authorship& frame);
  void pack(const Statement& s, Target& target, Authorship& frame);
  void tolerate(const Statement& s, Target& target, Authorship& frame);
  void startup(const Statement& s, Target& target, Authorship& frame);
  /// The name that was probably meant; empty if there is none.
  const schemas::FormerName* former_name_at(std::string_view name, BlockLevel level) const;
  std::string unknown_field(std::string_view name, Span at, const Target& target, const Authorship& frame);
  void misplaced(const Statement& s, std::string_view where, const Authorship& frame);
  Draft& pod_spec(Target& target, OriginId at);
  Draft& main_container(Target& target, OriginId at);

  // lower_values.cpp: values as the place wants them
  /// Writes a value over what stands there.
  void apply(Draft& node, const ValueSyntax& value, const Authorship& frame, int depth = 0);
  void apply_list(Draft& node, std::span<const ValueSyntax> items, OriginId at, const Authorship& frame, int depth);
  void apply_block_value(Draft& node, const Block& block, const Authorship& frame, int depth);
  void apply_struct_block(Draft& node, const Block& block, const Authorship& frame, int depth);
  void apply_keyed_block(Draft& node, const Block& block, const Authorship& frame, int depth);
  void apply_members(Draft& node, const Statement& s, const Authorship& frame, int depth);
  /// One item of a keyed list: `key: value`, `key { … }` or `key=value`.
  void keyed_item(Draft& list, const Word& key, const ValueSyntax* value, const Statement* s, const Authorship& frame,
                  int depth);
  void fill_item(Draft& item, const Word& key, const ValueSyntax* value, const Authorship& frame, int depth);
  void port(Draft& item, std::string_view text, OriginId at);
  void apply_pairs(Draft& node, const std::vector<Pair>& pairs, const Authorship& frame, int depth);
  /// The value behind names; `frame` becomes the one it was written in. Nothing if a name is unknown (reported).
  const ValueSyntax* behind(const ValueSyntax& value, Authorship& frame, OriginId& at);
  std::optional<ir::Value> scalar(const ValueSyntax& value, FieldPlace place, const Authorship& frame, OriginId at);
  std::optional<ir::Value> typed(const Constant& c, FieldPlace place, OriginId at);
  std::string_view member_key(const Draft& node, const Word& key);
  void put_text(Draft& node, std::string_view key, std::string_view text, OriginId at);
  bool too_deep(int depth, OriginId at);

  // checks.cpp: assert and ratio
  void check_assertion(const Later& later, const std::vector<ir::Value>& sets);
  void check_ratio(const Later& later, const ir::Value& set);
  /// Takes back the verdicts reported since `from` if `places` are incomplete: they may be about what is missing.
  void drop_uncertain(std::size_t from, const std::vector<std::string>& places);

  OriginId origin(Span at, const Authorship& frame);
  bool over_budget(Span at, const Authorship& frame);
  void poison() { broken_ = true; }
  std::string_view keep(std::string_view text) { return context_.arena.copy(text); }

  Context& context_;
  Program& program_;
  const DslLimits& limits_;
  NodePool pool_;
  std::deque<SetState> sets_;
  std::unordered_map<std::string_view, SetState*> set_index_;
  std::deque<Scope> scopes_;
  std::vector<const Statement*> active_;  ///< mixins being applied
  std::vector<ir::Value> built_;
  std::uint32_t applications_ = 0;
  std::size_t statements_ = 0;
  std::size_t suggestions_ = 0;
  std::size_t blamed_ = 0;  ///< findings up to here have made a node incomplete
  bool broken_ = false;
  bool over_budget_ = false;

  SetPlaces places_;
};

}  // namespace grovec::frontend::dsl
