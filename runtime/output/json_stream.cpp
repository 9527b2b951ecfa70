#include "runtime/output/json_stream.h"

#include "ir/base/utf8.h"
#include "ir/value/writer.h"

namespace grovec::driver {

void JsonStream::separate() {
  if (needs_comma_) *buffer_ += ',';
  needs_comma_ = false;
}

JsonStream& JsonStream::open(char c) {
  separate();
  *buffer_ += c;
  return *this;
}

JsonStream& JsonStream::close(char c) {
  *buffer_ += c;
  needs_comma_ = true;
  if (buffer_->size() > kFlushAbove) flush();
  return *this;
}

JsonStream& JsonStream::key(std::string_view name) {
  separate();
  ir::append_json_string(name, *buffer_);
  *buffer_ += ':';
  return *this;
}

JsonStream& JsonStream::value(std::string_view text) {
  separate();
  if (find_invalid_utf8(text) == text.size())
    ir::append_json_string(text, *buffer_);
  else
    ir::append_json_string(valid_utf8(text), *buffer_);
  needs_comma_ = true;
  return *this;
}

JsonStream& JsonStream::raw(std::string_view json) {
  separate();
  *buffer_ += json;
  needs_comma_ = true;
  return *this;
}

void JsonStream::flush() {
  if (!out_) return;
  out_->write(*buffer_);
  buffer_->clear();
}

}  // namespace grovec::driver
