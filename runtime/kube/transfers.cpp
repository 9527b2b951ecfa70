#include "runtime/kube/transfers.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_map>

#include "ir/base/check.h"

namespace grovec::kube {

namespace {

constexpr std::size_t kMostHeadBytes = 256u << 10;
constexpr long kConnectSeconds = 10;
constexpr unsigned kUserTimeoutMs = 30'000;  // unacknowledged data for that long: the peer is gone
constexpr long kRequestBuffer = 64l << 10, kBigBuffer = 256l << 10;

/// One multi handle, its sockets and its timer in the loop.
struct Pool {
  Loop& loop;
  CURLM* multi;
  int timer;
  std::function<void()> after_action;

  explicit Pool(Loop& l, long connections) : loop(l), multi(curl_multi_init()) {
    timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    GROVEC_CHECK(multi && timer >= 0);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Pool::on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Pool::on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections);
    loop.when_readable(timer, [this] {
      std::uint64_t count;
      if (::read(timer, &count, sizeof count) < 0) return;
      act(CURL_SOCKET_TIMEOUT, 0);
    });
  }
  ~Pool() {
    curl_multi_cleanup(multi);  // tells on_socket about every connection it closes
    loop.forget(timer);
    ::close(timer);
  }

  void act(curl_socket_t socket, int bits) {
    int running = 0;
    curl_multi_socket_action(multi, socket, bits, &running);
    after_action();
  }

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self_pointer, void*) {
    auto* self = static_cast<Pool*>(self_pointer);
    if (what == CURL_POLL_REMOVE) {
      self->loop.forget(socket);
      return 0;
    }
    std::uint32_t events = 0;
    if (what & CURL_POLL_IN) events |= EPOLLIN;
    if (what & CURL_POLL_OUT) events |= EPOLLOUT;
    self->loop.when_ready(socket, events, [self, socket](std::uint32_t got) {
      int bits = 0;
      if (got & EPOLLIN) bits |= CURL_CSELECT_IN;
      if (got & EPOLLOUT) bits |= CURL_CSELECT_OUT;
      if (got & (EPOLLERR | EPOLLHUP)) bits |= CURL_CSELECT_ERR;
      self->act(socket, bits);
    });
    return 0;
  }

  static int on_timer(CURLM*, long ms, void* self_pointer) {
    auto* self = static_cast<Pool*>(self_pointer);
    itimerspec spec{};
    if (ms == 0) spec.it_value.tv_nsec = 1;  // zero would switch it off
    if (ms > 0) {
      spec.it_value.tv_sec = ms / 1000;
      spec.it_value.tv_nsec = (ms % 1000) * 1'000'000;
    }
    ::timerfd_settime(self->timer, 0, &spec, nullptr);
    return 0;
  }
};

}  // namespace

struct RunningTransfer {
  Transfer transfer;
  Head head;
  CURL* easy = nullptr;
  curl_slist *headers = nullptr, *connect_to = nullptr;
  std::size_t sent = 0, head_bytes = 0;
  bool is_dead = false, stopped_by_us = false, head_too_large = false;
  char error[CURL_ERROR_SIZE] = {};

  ~RunningTransfer() {
    if (easy) curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    curl_slist_free_all(connect_to);
  }
};

namespace {

std::size_t on_read(char* to, std::size_t size, std::size_t count, void* data) {
  auto* r = static_cast<RunningTransfer*>(data);
  const std::size_t n = std::min(size * count, r->transfer.body.size() - r->sent);
  std::copy_n(r->transfer.body.data() + r->sent, n, to);
  r->sent += n;
  return n;
}

/// libcurl rewinds to send a request again over a new connection when a reused one gave no byte. The server may have
/// carried it out all the same, so only what may be repeated can be rewound.
int on_seek(void* data, curl_off_t offset, int origin) {
  auto* r = static_cast<RunningTransfer*>(data);
  if (!r->transfer.may_repeat && r->sent > 0) return CURL_SEEKFUNC_FAIL;
  if (origin != SEEK_SET) return CURL_SEEKFUNC_FAIL;
  r->sent = static_cast<std::size_t>(offset);
  return CURL_SEEKFUNC_OK;
}

/// No handler may throw through libcurl: the program would go on without the watch.
std::size_t on_write(char* bytes, std::size_t size, std::size_t count, void* data) noexcept {
  auto* r = static_cast<RunningTransfer*>(data);
  if (r->is_dead) return 0;
  if (!r->transfer.on_bytes(r->head, {bytes, size * count})) {
    r->stopped_by_us = true;
    return 0;
  }
  return size * count;
}

bool takes(std::string_view line, std::string_view name, std::string& into) {
  if (line.size() <= name.size() || line[name.size()] != ':') return false;
  if (::strncasecmp(line.data(), name.data(), name.size()) != 0) return false;
  line.remove_prefix(name.size() + 1);
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  into = line;
  return true;
}

std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* data) {
  auto* r = static_cast<RunningTransfer*>(data);
  const std::size_t n = size * count;
  r->head_bytes += n;
  if (r->head_bytes > kMostHeadBytes) {
    r->head_too_large = true;
    return 0;
  }
  std::string_view line(bytes, n);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.substr(0, 5) == "HTTP/") {
    r->head = Head{};
    const std::size_t space = line.find(' ');
    if (space != line.npos) r->head.status = std::atoi(std::string(line.substr(space + 1, 3)).c_str());
    return n;
  }
  std::string warning;
  if (takes(line, "Warning", warning)) r->head.warnings.push_back(std::move(warning));
  if (takes(line, "Retry-After", r->head.retry_after) || takes(line, "Content-Type", r->head.content_type)) return n;
  if (takes(line, "X-Kubernetes-PF-FlowSchema-UID", r->head.flow_schema)) return n;
  takes(line, "Location", r->head.location);
  return n;
}

int on_socket_made(void*, curl_socket_t socket, curlsocktype) {
  const unsigned timeout = kUserTimeoutMs;
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return CURL_SOCKOPT_OK;
}

curl_blob blob_of(const std::string& text) {
  return {const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY};  // `tls` is held as long as the handle
}

void set_tls(CURL* easy, const Tls& tls) {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (tls.insecure) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0l);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0l);
  } else if (!tls.authority.empty()) {
    curl_blob authority = blob_of(tls.authority);
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &authority);
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);  // nobody else's
  }
  if (tls.certificate.empty()) return;
  curl_blob certificate = blob_of(tls.certificate), key = blob_of(tls.key);
  curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate);
  curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key);
}

void set_body(RunningTransfer& r) {
  CURL* easy = r.easy;
  const Transfer& t = r.transfer;
  if (t.method == "GET") return;
  if (!t.body.empty() || t.method == "POST" || t.method == "PUT" || t.method == "PATCH") {
    curl_easy_setopt(easy, CURLOPT_POST, 1l);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(t.body.size()));
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, &r);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, &r);
  }
  if (t.method != "POST") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, t.method.c_str());
}

void set_connection(RunningTransfer& r) {
  CURL* easy = r.easy;
  const Transfer& t = r.transfer;
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1l);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0l);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1l);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30l);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 15l);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket_made);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1l);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, t.big_buffer ? kBigBuffer : kRequestBuffer);
  if (t.compressed) curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  if (!t.proxy.empty() || t.is_direct) {
    curl_easy_setopt(easy, CURLOPT_PROXY, t.proxy.c_str());  // "": none, whatever the environment says
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  }
  if (!t.connect_to.empty()) {
    r.connect_to = curl_slist_append(nullptr, t.connect_to.c_str());
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, r.connect_to);
  }
}

void set_up(RunningTransfer& r) {
  CURL* easy = r.easy = curl_easy_init();
  GROVEC_CHECK(easy);
  curl_easy_setopt(easy, CURLOPT_URL, r.transfer.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &r);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, r.error);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &r);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &r);
  set_connection(r);
  if (r.transfer.tls) set_tls(easy, *r.transfer.tls);
  set_body(r);
  for (const std::string& header : r.transfer.headers) r.headers = curl_slist_append(r.headers, header.c_str());
  r.headers = curl_slist_append(r.headers, "Expect:");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, r.headers);
}

Failure failure_of(CURLcode code, const RunningTransfer& r) {
  switch (code) {
    case CURLE_OK:
      return Failure::kNone;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return Failure::kNotSent;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return Failure::kUntrusted;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_OPERATION_TIMEDOUT: {
      // While a connection is made, nothing of the request has been sent.
      curl_off_t made = 0;
      curl_easy_getinfo(r.easy, CURLINFO_PRETRANSFER_TIME_T, &made);
      return made == 0 ? Failure::kNotSent : Failure::kLost;
    }
    default:
      return r.stopped_by_us ? Failure::kAborted : Failure::kLost;
  }
}

}  // namespace

struct Transfers::State {
  explicit State(Loop& l) : loop(l), requests(l, 32), watches(l, 64) {
    requests.after_action = [this] { collect(requests); };
    watches.after_action = [this] { collect(watches); };
  }
  Loop& loop;
  Pool requests, watches;
  std::unordered_map<Id, std::unique_ptr<RunningTransfer>> running;
  Id last = 0;

  Pool& pool_of(const RunningTransfer& r) { return r.transfer.is_watch ? watches : requests; }

  void collect(Pool& pool) {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(pool.multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      RunningTransfer* r = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &r);
      end(pool, *r, message->data.result);
    }
  }

  void end(Pool& pool, RunningTransfer& r, CURLcode code) {
    curl_multi_remove_handle(pool.multi, r.easy);
    auto at = std::find_if(running.begin(), running.end(), [&](auto& pair) { return pair.second.get() == &r; });
    std::unique_ptr<RunningTransfer> own = std::move(at->second);
    running.erase(at);
    if (own->is_dead) return;
    std::string text = own->error[0] ? own->error : curl_easy_strerror(code);
    if (own->head_too_large) text = "the head of the answer is larger than 256 KiB";
    own->transfer.on_end(own->head, failure_of(code, *own), text);
  }
};

Transfers::Transfers(Loop& loop) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  GROVEC_CHECK(ready == CURLE_OK);
  state = std::make_unique<State>(loop);
}

Transfers::~Transfers() {
  for (auto& [id, r] : state->running) curl_multi_remove_handle(state->pool_of(*r).multi, r->easy);
  state->running.clear();
}

Transfers::Id Transfers::start(Transfer transfer) {
  const Id id = ++state->last;
  auto r = std::make_unique<RunningTransfer>();
  r->transfer = std::move(transfer);
  set_up(*r);
  CURLM* multi = state->pool_of(*r).multi;
  CURL* easy = r->easy;
  state->running.emplace(id, std::move(r));
  const CURLMcode added = curl_multi_add_handle(multi, easy);
  GROVEC_CHECK(added == CURLM_OK);
  return id;
}

void Transfers::abort(Id id) {
  auto found = state->running.find(id);
  if (found == state->running.end() || found->second->is_dead) return;
  found->second->is_dead = true;
  // Perhaps we are inside a callback of this very handle: take it out later.
  state->loop.post([this, id] {
    auto at = state->running.find(id);
    if (at == state->running.end()) return;
    std::unique_ptr<RunningTransfer> own = std::move(at->second);
    state->running.erase(at);
    curl_multi_remove_handle(state->pool_of(*own).multi, own->easy);
  });
}

}  // namespace grovec::kube
