/// \file What the parser did, as one array: rules and tokens in the order in which they began. Internal to the reader.
#pragma once

#include "frontend/dsl/syntax/reading.h"

namespace grovec::frontend::dsl {

struct Child;
class Children;

/// A rule or a token; the nodes of its children follow it directly.
struct TapeNode {
  const Token* start = nullptr;  ///< of a rule: its first token; may lie behind it if the rule is empty
  const Token* stop = nullptr;
  std::uint32_t size = 1;  ///< nodes from here to the end of the last child
  std::uint16_t rule = 0;
  bool is_token = false;
  bool failed = false;  ///< the rule did not match; it was reported
  Children children() const;
};

struct Child {
  const Token* token = nullptr;
  const TapeNode* rule = nullptr;
  std::size_t type() const { return token ? token->getType() : static_cast<std::size_t>(-2); }
  std::size_t rule_index() const { return rule ? rule->rule : static_cast<std::size_t>(-1); }
};

class Children {
 public:
  class Iterator {
   public:
    explicit Iterator(const TapeNode* node) : node_(node) {}
    Child operator*() const { return node_->is_token ? Child{node_->start, nullptr} : Child{nullptr, node_}; }
    Iterator& operator++() { return node_ += node_->size, *this; }
    bool operator!=(const Iterator& other) const { return node_ != other.node_; }

   private:
    const TapeNode* node_;
  };
  Children(const TapeNode* begin, const TapeNode* end) : begin_(begin), end_(end) {}
  Iterator begin() const { return Iterator(begin_); }
  Iterator end() const { return Iterator(end_); }
  bool empty() const { return begin_ == end_; }

 private:
  const TapeNode *begin_, *end_;
};

inline Children TapeNode::children() const { return {this + 1, this + size}; }

/// A parser that records instead of building ANTLR's tree.
class RecordingParser final : public P {
 public:
  explicit RecordingParser(antlr4::TokenStream* tokens) : P(tokens) { setBuildParseTree(false); }
  /// Forgets what was recorded, for another try.
  void forget() {
    nodes_.clear();
    open_.clear();
  }
  /// The first rule that was entered.
  const TapeNode* root() const { return nodes_.data(); }

  void entered(std::size_t rule) override {
    open_.push_back(static_cast<std::uint32_t>(nodes_.size()));
    nodes_.push_back({nullptr, nullptr, 1, static_cast<std::uint16_t>(rule), false, false});
  }
  void left(ParserRuleContext* context) override {
    TapeNode& node = nodes_[open_.back()];
    node.start = context->start;
    node.stop = context->stop;
    node.failed = context->exception != nullptr;
    node.size = static_cast<std::uint32_t>(nodes_.size()) - open_.back();
    open_.pop_back();
  }
  Token* consume() override {
    Token* token = P::consume();
    if (token->getType() != Token::EOF) nodes_.push_back({token, token, 1, 0, true, false});
    return token;
  }

 private:
  std::vector<TapeNode> nodes_;
  std::vector<std::uint32_t> open_;
};

}  // namespace grovec::frontend::dsl
