/// \file What `kubectl get … -o yaml` printed, as the worlds of the sets in it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/decide/decide.h"
#include "runtime/input/load.h"

namespace grovec::cli {

/// The objects of a dump. Points into the contexts it was read into, which outlive it.
class Dump {
 public:
  /// Reads a file or `-`. Lists are unpacked; kinds that no decision reads are passed over.
  Result<Done> read(const std::string& path);
  /// The same for a text; `name` is what messages call it. Without places, no value is said to stand anywhere in it.
  Result<Done> read_text(const std::string& name, std::string text, bool has_places);

  /// Sets in the dump as a user would write them: without status and what the server keeps.
  std::vector<driver::LoadedDocument> sets();
  Context& context() { return context_; }
  /// Everything in it, as it was read.
  const std::vector<driver::LoadedDocument>& documents() const { return documents_; }

  /// What belongs to one set; `set` of it is null if it is not in the dump.
  decide::Observed world_of(std::string_view namespace_, std::string_view name) const;
  /// Somebody else than who wrote the rest of the spec holds `spec.replicas` of a set, group or PodClique, as its
  /// managedFields say.
  struct Scaler {
    std::string namespace_, kind, name, manager;
    bool is_autoscaler = false;
  };
  const std::vector<Scaler>& scalers() const { return scalers_; }

  /// Kinds of which nothing belongs to the set, although every set with pods has them: "Pods", "PodGangs", …
  std::vector<std::string> missing_kinds(const decide::Observed& world, bool has_groups) const;

 private:
  template <class Live>
  struct Entry {
    std::string namespace_;
    std::shared_ptr<const Live> live;
  };
  void add(const ir::Value& tree);
  void complete_uids();
  void add_scalers(const ir::Value& tree);

  Context context_;
  decide::Interner interner_;
  std::vector<driver::LoadedDocument> documents_;
  std::vector<Scaler> scalers_;
  std::vector<Entry<decide::LiveSet>> sets_;
  std::vector<Entry<decide::LiveGroup>> groups_;
  std::vector<Entry<decide::LiveClique>> cliques_;
  std::vector<Entry<decide::LivePod>> pods_;
  std::vector<Entry<decide::LiveGang>> gangs_;
  std::vector<Entry<decide::LiveObject>> objects_;
};

}  // namespace grovec::cli
