#include "runtime/live/serve/request.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace grovec::live {

namespace http = boost::beast::http;

struct RequestReader::Parser {
  http::request_parser<http::empty_body> parser;
  std::string rest;
};

RequestReader::RequestReader() : parser_(std::make_unique<Parser>()) {
  parser_->parser.header_limit(kLargest);
  parser_->parser.body_limit(0);
}
RequestReader::~RequestReader() = default;

RequestReader::State RequestReader::read(std::string_view bytes) {
  std::string& rest = parser_->rest;
  if (rest.size() + bytes.size() > kLargest) return State::kBroken;
  rest += bytes;
  boost::system::error_code error;
  rest.erase(0, parser_->parser.put(boost::asio::buffer(rest), error));
  if (error == http::error::need_more) return State::kMore;
  if (error) return State::kBroken;
  if (!parser_->parser.is_header_done()) return State::kMore;
  return parser_->parser.is_done() ? State::kDone : State::kBroken;
}

std::string RequestReader::method() const { return std::string(parser_->parser.get().method_string()); }

std::string RequestReader::path() const {
  const std::string target(parser_->parser.get().target());
  return target.substr(0, target.find('?'));
}

}  // namespace grovec::live
