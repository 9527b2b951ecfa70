#include "runtime/kube/credentials.h"

#include <optional>
#include <utility>

#include "runtime/kube/exec_plugin.h"
#include "runtime/kube/files.h"
#include "runtime/kube/redact.h"

namespace grovec::kube {

struct Credentials::State {
  Loop& loop;
  const Access& access;
  std::optional<Identity> identity;
  std::optional<Instant> read_at;
  bool must_read = false;
  std::optional<PluginCredential> from_plugin;
  WallTime got_at{};
  std::unique_ptr<PluginRun> run;
  std::vector<std::pair<const void*, Callback>> waiting;

  bool has_files() const {
    return !access.token.file.empty() || !access.authority.file.empty() || !access.key.file.empty() ||
           !access.certificate.file.empty();
  }
  bool is_fresh() const {
    if (!identity || must_read) return false;
    return !has_files() || loop.now() - *read_at < kReadAgain;
  }
  bool needs_plugin() const {
    if (!access.plugin) return false;
    if (!from_plugin) return true;
    if (!from_plugin->expires) return false;
    // A little early, or it would expire under way; not at once again if the plugin gives the old one anew.
    const WallTime now = loop.surroundings().wall_time();
    return has_expired() || (now >= *from_plugin->expires - kRenewEarly && now - got_at >= kRenewEarly);
  }
  bool has_expired() const { return from_plugin->expires && loop.surroundings().wall_time() >= *from_plugin->expires; }

  Result<std::string> bytes_of(const Material& material) const {
    if (material.file.empty()) return material.bytes;
    return read_small_file(material.file);
  }

  Result<Done> read_tls(Tls& tls) const {
    tls.insecure = access.insecure;
    for (auto [material, to] : {std::pair{&access.authority, &tls.authority},
                                {&access.certificate, &tls.certificate},
                                {&access.key, &tls.key}}) {
      Result<std::string> bytes = bytes_of(*material);
      if (!bytes) return bytes.error();
      *to = std::move(*bytes);
    }
    if (!access.authority.empty() && !access.insecure &&
        tls.authority.find("-----BEGIN CERTIFICATE-----") == std::string::npos)
      return Error{"the certificate authority in `" + access.authority.file + "` holds no PEM certificate",
                   Error::kContent};
    if (!tls.key.empty() && tls.key.find("PRIVATE KEY-----") == std::string::npos)
      return Error{"the client key in `" + access.key.file + "` holds no PEM private key", Error::kContent};
    keep_secret(tls.key);
    if (from_plugin && !from_plugin->certificate.empty()) {
      tls.certificate = from_plugin->certificate;
      tls.key = from_plugin->key;
    }
    return Done{};
  }

  Result<std::string> read_token() const {
    if (from_plugin && !from_plugin->token.empty()) return from_plugin->token;
    Result<std::string> bytes = bytes_of(access.token);
    if (!bytes) return bytes;
    std::string token = without_space_around(*bytes);
    if (token.empty() && !access.token.empty())
      return Error{"the token file `" + access.token.file + "` is empty", Error::kContent};
    if (token.find_first_of("\r\n") != token.npos) return Error{"the token has several lines", Error::kContent};
    keep_secret(token);
    return token;
  }

  void add_impersonation(std::vector<std::string>& headers) const {
    if (access.as_user.empty()) return;
    headers.push_back("Impersonate-User: " + access.as_user);
    if (!access.as_uid.empty()) headers.push_back("Impersonate-Uid: " + access.as_uid);
    for (const std::string& group : access.as_groups) headers.push_back("Impersonate-Group: " + group);
    for (const auto& [key, value] : access.as_extra) headers.push_back("Impersonate-Extra-" + key + ": " + value);
  }

  Result<Identity> build() {
    auto tls = std::make_shared<Tls>();
    if (Result<Done> done = read_tls(*tls); !done) return done.error();
    Result<std::string> token = read_token();
    if (!token) return token.error();
    Identity now;
    if (!token->empty()) {
      now.headers.push_back("Authorization: Bearer " + *token);
    } else if (!access.username.empty()) {
      now.headers.push_back("Authorization: Basic " + encode_base64(access.username + ":" + access.password));
    }
    add_impersonation(now.headers);
    const bool is_same_tls = identity && identity->tls->authority == tls->authority &&
                             identity->tls->certificate == tls->certificate && identity->tls->key == tls->key;
    now.tls = is_same_tls ? identity->tls : tls;
    now.number = identity ? identity->number : 1;
    if (identity && (!is_same_tls || identity->headers != now.headers)) ++now.number;
    return now;
  }

  Result<Identity> refresh() {
    read_at = loop.now();
    Result<Identity> built = build();
    if (built) {
      identity = *built;
      must_read = false;
    }
    return built;
  }

  void start_plugin() {
    Result<std::string> authority = bytes_of(access.authority);
    run = std::make_unique<PluginRun>(loop, access, authority ? *authority : "", [this](Result<PluginCredential> got) {
      // The run is inside its own callback: it ends in the next turn.
      loop.post([old = std::shared_ptr<PluginRun>(std::move(run))] {});
      if (got) {
        from_plugin = *got;
        got_at = loop.surroundings().wall_time();
      } else if (from_plugin && !has_expired()) {
        // Renewed too early to fail for it; the next try comes after as long as this one.
        got_at = loop.surroundings().wall_time();
        loop.surroundings().log(LogLevel::kWarning, redact(got.error().message));
        got = *from_plugin;
      }
      Result<Identity> result = got ? refresh() : Result<Identity>(got.error());
      std::vector<std::pair<const void*, Callback>> now;
      now.swap(waiting);
      for (auto& [owner, callback] : now) callback(result);
    });
  }
};

Credentials::Credentials(Loop& loop, const Access& access)
    : state_(new State{loop, access, {}, {}, false, {}, {}, nullptr, {}}) {}
Credentials::~Credentials() = default;

void Credentials::get(const void* owner, Callback callback) {
  if (state_->needs_plugin()) {
    state_->waiting.emplace_back(owner, std::move(callback));
    if (!state_->run) state_->start_plugin();
    return;
  }
  if (state_->is_fresh()) return callback(*state_->identity);
  callback(state_->refresh());
}

void Credentials::forget(const void* owner) {
  std::erase_if(state_->waiting, [&](const auto& pair) { return pair.first == owner; });
}

bool Credentials::refused(const Identity& identity) {
  State& s = *state_;
  if (!s.identity || identity.number != s.identity->number) return true;  // another one is there already
  if (s.access.plugin) {
    s.from_plugin.reset();
    return true;
  }
  s.must_read = true;
  if (s.access.token.file.empty() && s.access.certificate.file.empty()) return false;
  // Only worth a second try if the file says something else by now.
  const std::uint64_t before = s.identity->number;
  Result<Identity> again = s.refresh();
  return again && again->number != before;
}

}  // namespace grovec::kube
