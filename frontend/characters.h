/// \file Which characters a text may consist of, checked before any parser sees it.
#pragma once

#include "frontend/document_text.h"

namespace grovec::frontend {

/// Whether the source is UTF-8 without NUL bytes. The first offence is reported.
bool check_encoding(Context& context, SourceId source);

/// Whether a YAML document has none of the characters that YAML 1.1 forbids: control characters but tab and line
/// breaks, and a byte order mark inside. The first offence is reported. JSON forbids less, so it is tried before.
/// `only_lf`: whether LF is the only line break in it (YAML 1.1 has four others).
bool check_characters(const DocumentText& document, bool& only_lf);

}  // namespace grovec::frontend
