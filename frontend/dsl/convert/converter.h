/// \file Manifests into statements. Internal to convert.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "frontend/dsl/convert/factor.h"
#include "frontend/dsl/node.h"
#include "ir/base/context.h"

namespace grovec::frontend::dsl {

inline bool is_scalar(const ir::Value& v) {
  return v.kind() != ir::ValueKind::kSequence && v.kind() != ir::ValueKind::kMapping;
}

inline bool is_null(const ir::Value& v) { return v.is_null(); }

class Converter {
 public:
  Converter(Context& context, Tree& tree) : context_(context), tree_(tree) {}

  /// Adds the statement of a set to the tree. False if the set has a shape that no statement has; `refused` then tells
  /// what.
  bool set(const ir::Value& root, bool mixins);
  const ir::Value* refused = nullptr;

 private:
  std::uint32_t position(OriginId at) const { return context_.origins[at].begin; }
  bool refuse(const ir::Value& v) {
    refused = &v;
    return false;
  }

  // values.cpp: words, values, fields, lists with keys
  Word word(std::string_view text, bool key = false);
  ValueSyntax bare(std::string_view text);
  ValueSyntax scalar(const ir::Value& v, FieldPlace place);
  ValueSyntax value(const ir::Value& v, FieldPlace place);
  std::unique_ptr<Block> block(std::vector<Statement> statements);
  Statement statement(StatementKind kind, std::uint32_t at);
  Pair pair(std::string_view key, ValueSyntax v, bool gpu_alias);
  /// Members in the order of the source, nulls of structs left out.
  std::vector<const ir::Member*> ordered(const ir::Value& mapping, FieldPlace place) const;
  std::vector<Statement> fields(const ir::Value& mapping, FieldPlace place, std::string_view skip = {});
  Statement field(std::string_view key, const ir::Value& v, FieldPlace parent, std::uint32_t at);
  /// What stands behind the name of a field.
  void content(Statement& s, const ir::Value& v, FieldPlace place);
  void mapping(Statement& s, const ir::Value& v, FieldPlace place);
  /// A list with keys as pairs or as a block; false if its items do not allow it.
  bool keyed(Statement& s, const ir::Value& v, FieldPlace place);
  Statement keyed_item(const ir::Value& item, FieldPlace element, std::string_view key, std::string_view extra);
  bool ports(Statement& s, const ir::Value& v, FieldPlace element);

  // shorthands.cpp
  Statement count(std::int64_t n, std::uint32_t at);
  Statement pair_attribute(std::string_view key, ValueSyntax v, std::uint32_t at);
  /// Integers that the header can carry.
  static bool is_count(const ir::Value& v) { return v.is_int() && v.as_int() >= 0; }
  std::optional<Statement> pack(const ir::Value& v, std::uint32_t at);
  std::optional<Statement> scale(const ir::Value& v, FieldPlace place, std::uint32_t at);
  bool metric(const ir::Value& item, FieldPlace place, Statement& s);
  std::optional<Statement> tolerations(const ir::Value& v, std::uint32_t at);
  void resources(const ir::Value& v, std::uint32_t at, std::vector<Statement>& out, bool& flat);

  // sets.cpp: cliques, groups, sets
  bool clique(const ir::Value& item, bool explicit_order, CliqueDraft& out);
  bool clique_spec(const ir::Value& spec, bool explicit_order, CliqueDraft& out);
  void pod_spec(const ir::Value& pod, CliqueDraft& out);
  bool containers(const ir::Value& v, std::uint32_t at, CliqueDraft& out);
  std::vector<Statement> container_fields(const ir::Value& v, bool& flat);
  bool group(const ir::Value& item, bool nested, Statement& out);
  bool set_fields(const ir::Value& root, Statement& out, bool& after_is_enough);
  std::vector<bool> nestable(const ir::Value& cliques, const ir::Value& groups);

  Context& context_;
  Tree& tree_;
  SetPlaces places_;
};

}  // namespace grovec::frontend::dsl
