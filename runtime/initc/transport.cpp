#include "runtime/initc/transport.h"

#include <netinet/tcp.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <charconv>
#include <optional>

namespace grovec::initc {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::chrono::seconds kConnect{10};  // for connecting, and again for the handshake
constexpr std::chrono::seconds kFirstByte{30};
constexpr unsigned kUserTimeoutMs = 30'000;  // data that nobody acknowledges
constexpr std::uint32_t kMaxHeader = 16 << 10;
constexpr std::uint64_t kMaxBody = std::uint64_t{1} << 40;  // a watch has no end; callers bound lines and pages

/// One request on a connection of its own.
class Exchange {
 public:
  Exchange(const std::string& host, const std::string& port, const std::string& ca_file)
      : host_(host), port_(port), ca_file_(ca_file) {}

  Answer run(const Get& get, const std::function<bool(int, std::string_view)>& on_data) {
    error_code error;
    if (!connect(error) || !send(get, error)) return answer_;
    read(get.idle, on_data);
    return answer_;
  }

 private:
  using Stream = beast::ssl_stream<beast::tcp_stream>;

  bool fail(const std::string& what, const error_code& error) {
    answer_.error = what;
    if (error) answer_.error += ": " + (error == beast::error::timeout ? "no answer in time" : error.message());
    return false;
  }

  /// Runs one asynchronous step to its end: only those have deadlines.
  template <class Start>
  error_code step(std::chrono::seconds limit, Start start) {
    error_code result;
    beast::get_lowest_layer(*stream_).expires_after(limit);
    start([&result](error_code error, auto&&...) { result = error; });
    io_.restart();
    io_.run();
    return result;
  }

  bool secure(error_code& error) {
    context_.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_tlsv1);
    context_.load_verify_file(ca_file_, error);
    if (error) return fail("cannot read the certificates in " + ca_file_, {});
    context_.set_verify_mode(asio::ssl::verify_peer, error);
    stream_.emplace(io_, context_);
    X509_VERIFY_PARAM* wanted = SSL_get0_param(stream_->native_handle());
    asio::ip::make_address(host_, error);
    if (!error) return X509_VERIFY_PARAM_set1_ip_asc(wanted, host_.c_str()) == 1 || fail("no address: " + host_, {});
    error = {};
    SSL_set_tlsext_host_name(stream_->native_handle(), host_.c_str());
    return X509_VERIFY_PARAM_set1_host(wanted, host_.c_str(), host_.size()) == 1 || fail("no host name: " + host_, {});
  }

  bool connect(error_code& error) {
    if (!secure(error)) return false;
    tcp::resolver::results_type found = tcp::resolver(io_).resolve(host_, port_, error);
    if (error) return fail("cannot find " + host_, error);
    error = step(kConnect, [&](auto done) { beast::get_lowest_layer(*stream_).async_connect(found, done); });
    if (error) return fail("cannot connect to " + host_ + ":" + port_, error);
    tcp::socket& socket = beast::get_lowest_layer(*stream_).socket();
    socket.set_option(asio::socket_base::keep_alive(true), error);
    socket.set_option(tcp::no_delay(true), error);
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMs, sizeof kUserTimeoutMs);
    error = step(kConnect, [&](auto done) { stream_->async_handshake(Stream::client, done); });
    if (!error) return true;
    long verdict = SSL_get_verify_result(stream_->native_handle());
    if (verdict == X509_V_OK) return fail("no TLS with " + host_ + ":" + port_, error);
    return fail("the certificate of " + host_ + ":" + port_ + " is refused: " + X509_verify_cert_error_string(verdict), {});
  }

  bool send(const Get& get, error_code& error) {
    http::request<http::empty_body> request{http::verb::get, get.path, 11};
    request.set(http::field::host, host_);
    request.set(http::field::user_agent, "grovec-initc");
    request.set(http::field::accept, "application/json");
    request.set(http::field::authorization, "Bearer " + get.token);
    request.set(http::field::connection, "close");
    error = step(kFirstByte, [&](auto done) { http::async_write(*stream_, request, done); });
    return !error || fail("the request was not sent", error);
  }

  void read(std::chrono::seconds idle, const std::function<bool(int, std::string_view)>& on_data) {
    http::response_parser<http::buffer_body> parser;
    parser.header_limit(kMaxHeader);
    parser.body_limit(kMaxBody);
    error_code error = step(kFirstByte, [&](auto done) { http::async_read_header(*stream_, buffer_, parser, done); });
    if (error) {
      fail("no answer", error);
      return;
    }
    answer_.status = parser.get().result_int();
    auto wait = parser.get()[http::field::retry_after];
    int seconds = 0;
    std::from_chars(wait.data(), wait.data() + wait.size(), seconds);
    answer_.retry_after = std::chrono::seconds(seconds);
    while (!parser.is_done() && !answer_.stopped) {
      parser.get().body() = {piece_.data(), piece_.size(), true};
      error = step(idle, [&](auto done) { http::async_read_some(*stream_, buffer_, parser, done); });
      std::string_view data(piece_.data(), piece_.size() - parser.get().body().size);
      if (!data.empty() && !on_data(answer_.status, data)) answer_.stopped = true;
      if (error && error != http::error::need_buffer) {
        fail("the answer broke off", error);
        return;
      }
    }
  }

  const std::string& host_;
  const std::string& port_;
  const std::string& ca_file_;
  Answer answer_;
  asio::io_context io_{1};
  asio::ssl::context context_{asio::ssl::context::tls_client};
  std::optional<Stream> stream_;
  beast::flat_static_buffer<16 << 10> buffer_;
  std::array<char, 16 << 10> piece_;
};

class BeastTransport final : public Transport {
 public:
  BeastTransport(std::string host, std::string port, std::string ca_file)
      : host_(std::move(host)), port_(std::move(port)), ca_file_(std::move(ca_file)) {}

  Answer get(const Get& get, const std::function<bool(int, std::string_view)>& on_data) override {
    return std::make_unique<Exchange>(host_, port_, ca_file_)->run(get, on_data);
  }

 private:
  std::string host_, port_, ca_file_;
};

}  // namespace

std::unique_ptr<Transport> make_transport(const std::string& host, const std::string& port, const std::string& ca_file) {
  return std::make_unique<BeastTransport>(host, port, ca_file);
}

}  // namespace grovec::initc
