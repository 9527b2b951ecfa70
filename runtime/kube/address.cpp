#include "runtime/kube/address.h"

#include "runtime/kube/redact.h"

namespace grovec::kube {

namespace {

/// `host`, `:port` (with the scheme's own if none is given) of https://host:port/prefix.
struct Parts {
  std::string scheme, host, port, prefix;
};

Parts parts_of(const std::string& server) {
  Parts out;
  std::size_t at = server.find("://");
  out.scheme = server.substr(0, at);
  at += 3;
  const std::size_t slash = std::min(server.find('/', at), server.size());
  out.prefix = server.substr(slash);
  std::string authority = server.substr(at, slash - at);
  const std::size_t colon = authority.rfind(':'), bracket = authority.rfind(']');
  if (colon != authority.npos && (bracket == authority.npos || colon > bracket)) {
    out.port = authority.substr(colon + 1);
    authority.resize(colon);
  } else {
    out.port = out.scheme == "https" ? "443" : "80";
  }
  out.host = authority;
  return out;
}

}  // namespace

bool is_loopback(const std::string& server) {
  const std::string host = parts_of(server).host;
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("-_.~").find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
    } else {
      out.append(1, '%').append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
    }
  }
  return out;
}

std::string query_text(const Query& query) {
  std::string out;
  for (const auto& [key, value] : query) {
    out += out.empty() ? '?' : '&';
    out += percent_encode(key) + "=" + percent_encode(value);
  }
  return out;
}

std::string_view method_name(Method method) {
  constexpr std::string_view kNames[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  return kNames[static_cast<std::size_t>(method)];
}

void address(Transfer& transfer, const Access& access, const std::string& path_and_query, const std::string& accept,
             const std::string& user_agent) {
  transfer.url = access.server + path_and_query;
  if (!access.tls_server_name.empty()) {
    // libcurl verifies the name in the address: so that one stands there, and the connection goes to the real host.
    const Parts parts = parts_of(access.server);
    transfer.url = parts.scheme + "://" + access.tls_server_name + ":" + parts.port + parts.prefix + path_and_query;
    transfer.connect_to = access.tls_server_name + ":" + parts.port + ":" + parts.host + ":" + parts.port;
    transfer.headers.push_back("Host: " + parts.host + ":" + parts.port);
  }
  transfer.proxy = access.proxy;
  transfer.is_direct = access.proxy.empty() && is_loopback(access.server);
  transfer.compressed = access.compression;
  transfer.headers.push_back("Accept: " + accept);
  transfer.headers.push_back("User-Agent: " + user_agent);
}

std::string failure_text(Failure failure, const Access& access, const std::string& detail) {
  const std::string what = redact(detail, 500);
  switch (failure) {
    case Failure::kNotSent:
      return "no connection to " + access.server + ": " + what;
    case Failure::kUntrusted: {
      std::string out = "the connection to " + access.server + " is not trusted: " + what;
      if (what.find("expired") != what.npos) {
        out += "; renew the certificate";
      } else if (what.find("subject name") != what.npos || what.find("host name") != what.npos) {
        out += "; `tls-server-name` of the cluster in the kubeconfig names another one";
      } else if (what.find("self-signed") != what.npos || what.find("issuer") != what.npos) {
        out += "; `certificate-authority` of the cluster in the kubeconfig must hold its issuer";
      }
      return out;
    }
    default:
      return "the connection to " + access.server + " broke: " + what;
  }
}

}  // namespace grovec::kube
