/// \file Text into documents: a stream of YAML or JSON becomes value trees with origins. The only door for YAML.
///
/// Typing follows the library that kubectl and the API server use (reference: libraries 3.3). Refused, each with its
/// own code and position: invalid UTF-8, NUL and other control characters, syntax errors, duplicate keys (both
/// positions), keys that are null or not scalars, undefined or recursive aliases, `.inf` and `.nan`, `%YAML`
/// directives, and what exceeds a limit (DESIGN: depth 512, alias expansion 10 x the input or 4 MiB, document 16 MiB,
/// 100,000 documents a stream). Memory and time are bounded by the size of the input.
#pragma once

#include <string>
#include <vector>

#include "ir/base/context.h"
#include "ir/value/value.h"

namespace grovec::frontend {

/// One document of a stream. `root` is a mapping, or anything else that somebody wrote.
struct Document {
  ir::Value root;
  SourceId source;
  std::uint32_t index;               ///< position in the stream, empty documents counted
  bool broken = false;               ///< could not be read to its end; findings were reported; `root` may be null
  std::uint32_t begin = 0, end = 0;  ///< its text, so that a finding can be told to belong to it
  /// Field paths whose content a reported mistake left out: what later stages miss there is no finding of its own.
  /// Empty text stands for the whole document, `a.b[]` for a list that lacks items.
  std::vector<std::string> incomplete = {};
};

/// Limits, so that tests can lower them.
struct ReadLimits {
  std::size_t document_bytes = 16u << 20;
  std::size_t alias_bytes_floor = 4u << 20;
  std::size_t alias_factor = 10;
  std::uint32_t depth = 512;
  std::uint32_t documents = 100'000;
};

/// Reads all documents of a source; empty ones (nothing but comments) are left out. Lists are not unpacked here.
/// Findings go to `context.diags`; reading goes on with the next document where one can be found.
std::vector<Document> read_documents(Context& context, SourceId source, const ReadLimits& limits = {});

/// Documents with lists replaced by their items, as kubectl does: a `v1` List, or one of a kind (`PodCliqueSetList`),
/// whose items get the kind that they need not repeat.
std::vector<Document> unpack_lists(Context& context, const std::vector<Document>& documents);

}  // namespace grovec::frontend
