/// \file Rules of Kubernetes on names, labels and other short texts (reference: admission 0.4, 1.3, 1.13, 1.14).
/// Matchers are written by hand: a regular-expression library would cost more than all other rules together.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace grovec::passes {

bool is_blank_text(std::string_view text);      ///< nothing but white space
bool is_dns_label(std::string_view text);       ///< DNS-1123 label, at most 63
bool is_dns1035_label(std::string_view text);   ///< starts with a letter: names of Services
bool is_dns_subdomain(std::string_view text);   ///< at most 253 in all
bool is_name_part(std::string_view text);       ///< `([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`, 1-63
bool is_qualified_name(std::string_view text);  ///< optional `prefix/`, then a name part
bool is_label_value(std::string_view text);     ///< empty or a name part
bool is_env_var_name(std::string_view text);    ///< relaxed form of Kubernetes
bool is_generate_name(std::string_view text);   ///< a DNS subdomain once a suffix is added
std::string to_lower_ascii(std::string_view text);
std::size_t characters(std::string_view utf8);  ///< code points

/// Whether `text` matches a pattern of the CRDs, given as the tables state it. A pattern without a matcher is a bug
/// (patterns_test.cpp).
bool matches_pattern(std::string_view pattern, std::string_view text);
bool is_known_pattern(std::string_view pattern);
/// `x-kubernetes-int-or-string` pattern of quantities.
bool matches_quantity_pattern(std::string_view text);

/// What is nearest to `text` among DNS labels: lower case, `_` and blanks as `-`, nothing else. Empty if that is no
/// better.
std::string dns_suggestion(std::string_view text);

}  // namespace grovec::passes
