/// \file The common YAML of manifests without a parser's detours: block mappings and sequences, flow collections,
/// scalars on one line and `|` blocks. About ten times as fast as libyaml's events.
///
/// It never reports anything. Whatever is unusual or wrong (anchors, tags, directives, folded or continued scalars,
/// tabs between tokens, duplicate keys, keys that are not text, …) makes it give up, and the caller reads the whole
/// document again with libyaml. A differential fuzz target holds the two together: same tree, same spans.
#pragma once

#include "frontend/document_text.h"

namespace grovec::frontend {

/// False if the document is beyond this reader; `root` is unchanged then. The text has been checked as for
/// `read_yaml_document`, and has no line breaks but LF.
bool read_common_yaml(const DocumentText& document, ir::Value& root);

}  // namespace grovec::frontend
