#include "runtime/initc/surroundings.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace grovec::initc {
namespace {

constexpr size_t kMaxWord = 64 << 10;  // a token has a few KiB
constexpr std::string_view kWhite = " \t\r\n";

Error failed(const std::string& path) { return {"cannot read " + path + ": " + std::strerror(errno), Error::kIo}; }

Result<std::string> needed(const Environment& environment, const char* name) {
  std::optional<std::string> value = environment(name);
  if (!value || value->empty())
    return Error{std::string(name) + " is not set: this program runs in a pod", Error::kUsage};
  return *std::move(value);
}

}  // namespace

Result<std::string> read_word(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed(path);
  std::string text(kMaxWord, '\0');
  size_t size = 0;
  ssize_t got = 1;
  while (got > 0 && size < text.size()) {
    got = ::read(fd, text.data() + size, text.size() - size);
    if (got > 0) size += static_cast<size_t>(got);
    if (got < 0 && errno == EINTR) got = 1;
  }
  Error error = failed(path);
  ::close(fd);
  if (got < 0) return error;
  if (size == text.size()) return Error{path + " has more than 64 KiB", Error::kContent};
  text.resize(size);
  size_t begin = text.find_first_not_of(kWhite);
  if (begin == std::string::npos) return Error{path + " is empty", Error::kContent};
  return text.substr(begin, text.find_last_not_of(kWhite) + 1 - begin);
}

Result<PodFacts> read_pod_facts(const Environment& environment) {
  std::string info = environment("GROVE_POD_INFO_DIR").value_or("/var/grove/pod-info");
  std::string token = environment("GROVE_TOKEN_DIR").value_or("/var/run/secrets/kubernetes.io/serviceaccount");
  PodFacts facts;
  facts.token_file = token + "/token";
  facts.ca_file = token + "/ca.crt";
  struct Wish {
    std::string* into;
    Result<std::string> value;
  };
  Wish wishes[] = {{&facts.namespace_name, read_word(info + "/namespace")},
                   {&facts.gang, read_word(info + "/podgangname")},
                   {&facts.host, needed(environment, "KUBERNETES_SERVICE_HOST")},
                   {&facts.port, needed(environment, "KUBERNETES_SERVICE_PORT")}};
  for (Wish& wish : wishes) {
    if (!wish.value) return wish.value.error();
    *wish.into = *wish.value;
  }
  return facts;
}

}  // namespace grovec::initc
