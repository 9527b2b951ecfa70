/// \file From access and path to the address that libcurl gets. Internal to `runtime/kube`.
#pragma once

#include <string>
#include <string_view>

#include "runtime/kube/client.h"
#include "runtime/kube/transfers.h"

namespace grovec::kube {

std::string percent_encode(std::string_view text);
std::string query_text(const Query& query);
std::string_view method_name(Method method);

/// Whether an address such as https://127.0.0.1:6443 means this machine: no proxy is asked for it, as in Go.
bool is_loopback(const std::string& server);

/// Sets url, connect_to, proxy and the headers that every exchange has.
void address(Transfer& transfer, const Access& access, const std::string& path_and_query, const std::string& accept,
             const std::string& user_agent);

/// What a failure before or after sending says to people.
std::string failure_text(Failure failure, const Access& access, const std::string& detail);

}  // namespace grovec::kube
