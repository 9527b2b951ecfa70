#include "runtime/initc/transport.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <charconv>

#include "runtime/initc/tls.h"

namespace grovec::initc {
namespace {

namespace http = boost::beast::http;

constexpr std::chrono::seconds kConnect{10};
constexpr std::chrono::seconds kFirstByte{30};
constexpr std::uint32_t kMaxHeader = 16 << 10;
constexpr std::uint64_t kMaxBody = std::uint64_t{1} << 40;  // a watch has no end; callers bound lines and pages
constexpr size_t kBuffer = 2 * kMaxHeader;

/// Reads one answer. Beast knows where headers, chunks and the end are; bytes come from the connection.
class Reading {
 public:
  Reading(Tls& tls, Answer& answer, const std::function<bool(int, std::string_view)>& on_data)
      : tls_(tls), answer_(answer), on_data_(on_data) {
    parser_.header_limit(kMaxHeader);
    parser_.body_limit(kMaxBody);
  }

  void run(std::chrono::seconds idle) {
    while (!parser_.is_done() && !answer_.stopped && answer_.error.empty()) {
      if (!parse()) fill(parser_.is_header_done() ? idle : kFirstByte);
    }
  }

 private:
  /// Gives the parser what there is; false if it needs more.
  bool parse() {
    if (used_ == 0) return false;
    parser_.get().body() = {piece_.data(), piece_.size(), true};
    boost::system::error_code error;
    size_t taken = parser_.put(boost::asio::buffer(buffer_.data(), used_), error);
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(taken),
              buffer_.begin() + static_cast<std::ptrdiff_t>(used_), buffer_.begin());
    used_ -= taken;
    if (answer_.status == 0 && parser_.is_header_done()) head();
    std::string_view data(piece_.data(), piece_.size() - parser_.get().body().size);
    if (parser_.is_header_done() && !data.empty() && !on_data_(answer_.status, data)) answer_.stopped = true;
    if (error == http::error::need_more) return false;
    if (error && error != http::error::need_buffer) answer_.error = "the answer is no HTTP: " + error.message();
    return true;
  }

  void head() {
    answer_.status = parser_.get().result_int();
    auto wait = parser_.get()[http::field::retry_after];
    int seconds = 0;
    std::from_chars(wait.data(), wait.data() + wait.size(), seconds);
    answer_.retry_after = std::chrono::seconds(seconds);
  }

  void fill(std::chrono::seconds limit) {
    Result<size_t> got = tls_.read(buffer_.data() + used_, buffer_.size() - used_, limit);
    if (!got) {
      answer_.error = got.error().message;
    } else if (*got == 0) {
      boost::system::error_code error;
      parser_.put_eof(error);
      if (error || !parser_.is_done()) answer_.error = "the answer broke off";
    } else {
      used_ += *got;
    }
  }

  Tls& tls_;
  Answer& answer_;
  const std::function<bool(int, std::string_view)>& on_data_;
  http::response_parser<http::buffer_body> parser_;
  std::array<char, kBuffer> buffer_;
  std::array<char, 16 << 10> piece_;
  size_t used_ = 0;
};

class TlsTransport final : public Transport {
 public:
  TlsTransport(std::string host, std::string port, std::string ca_file)
      : host_(std::move(host)), port_(std::move(port)), ca_file_(std::move(ca_file)) {}

  Answer get(const Get& get, const std::function<bool(int, std::string_view)>& on_data) override {
    Answer answer;
    Tls tls;
    answer.error = tls.connect(host_, port_, ca_file_, kConnect);
    if (answer.error.empty()) {
      answer.error = tls.write("GET " + get.path + " HTTP/1.1\r\nHost: " + host_ + "\r\nUser-Agent: grovec-initc\r\n" +
                                   "Accept: application/json\r\nConnection: close\r\nAuthorization: Bearer " +
                                   get.token + "\r\n\r\n",
                               kFirstByte);
    }
    if (answer.error.empty()) std::make_unique<Reading>(tls, answer, on_data)->run(get.idle);
    return answer;
  }

 private:
  std::string host_, port_, ca_file_;
};

}  // namespace

std::unique_ptr<Transport> make_transport(const std::string& host, const std::string& port,
                                          const std::string& ca_file) {
  return std::make_unique<TlsTransport>(host, port, ca_file);
}

}  // namespace grovec::initc
