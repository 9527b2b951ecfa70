/// \file One YAML document into a value tree, through libyaml's events. The only user of libyaml.
#pragma once

#include "frontend/document_text.h"

namespace grovec::frontend {

/// Reads the document; its text is UTF-8 without forbidden control characters (`check_characters`). False if it could
/// not be read to its end; a finding was reported then. A document without content is null.
bool read_yaml_document(const DocumentText& document, ir::Value& root);

}  // namespace grovec::frontend
