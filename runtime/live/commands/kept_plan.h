/// \file A plan that somebody looked at and kept, and whether it still is the plan.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/live/commands/documents.h"

namespace grovec::live {

/// What a plan was made of. Documents by the digest of what would be sent: a kept plan holds no Secret.
struct KeptPlan {
  struct Sent {
    std::string title, digest;
    bool operator==(const Sent&) const = default;
  };
  struct Set {
    std::string title, uid;  ///< uid empty: it was not there
    std::int64_t generation = 0;
    bool operator==(const Set&) const = default;
  };
  std::string program;                 ///< its version
  std::vector<std::string> arguments;  ///< which documents, as a command line says it
  std::vector<Sent> documents;
  std::vector<Set> sets;
};

KeptPlan::Sent sent_of(const Document& document);
KeptPlan::Set set_of(const Document& document, const ir::Value* stored);

/// The options and operands that say which documents are meant.
std::vector<std::string> arguments_of(const cli::Options& options);

/// One JSON object; `text` is the plan for people.
std::string kept_text(const KeptPlan& plan, std::string_view text);
/// Nothing if the file is no kept plan. Error: it is one that this program cannot read.
Result<std::optional<KeptPlan>> read_kept(const std::string& path);

/// Why what is planned now is not what was kept; empty if it is.
std::string difference_of(const KeptPlan& kept, const KeptPlan& now);

}  // namespace grovec::live
