/// \file A server with TLS on loopback, and certificates of every kind that a client must accept or refuse.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace grovec::test {

/// A certificate with its key. Whoever issues keeps nothing: the pair is all there is.
struct Pair {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;

  static std::string text(const std::function<int(BIO*)>& write) {
    BIO* memory = BIO_new(BIO_s_mem());
    write(memory);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(memory, &bytes);
    std::string out(bytes, static_cast<std::size_t>(size));
    BIO_free(memory);
    return out;
  }
  std::string pem() const {
    return text([this](BIO* to) { return PEM_write_bio_X509(to, certificate.get()); });
  }
  std::string key_pem() const {
    return text(
        [this](BIO* to) { return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }
};

struct Subject {
  std::string name = "kube-apiserver";
  std::string alternatives = "IP:127.0.0.1";  ///< empty: none
  int days = 1;                               ///< until it ends; negative: it has ended
  bool is_authority = false;
};

/// Signed by `issuer`, or by itself.
inline Pair issue(const Subject& subject, const Pair* issuer = nullptr) {
  Pair out{{X509_new(), X509_free}, {EVP_EC_gen("P-256"), EVP_PKEY_free}};
  X509* x = out.certificate.get();
  static std::atomic<long> serial = 1;
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x), -3L * 24 * 3600);
  X509_gmtime_adj(X509_getm_notAfter(x), subject.days * 24L * 3600);
  X509_set_pubkey(x, out.key.get());
  X509_NAME* name = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(subject.name.c_str()), -1,
                             -1, 0);
  X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer->certificate.get()) : name);
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer ? issuer->certificate.get() : x, x, nullptr, nullptr, 0);
  const auto add = [&](int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
  };
  add(NID_basic_constraints, subject.is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!subject.alternatives.empty()) add(NID_subject_alt_name, subject.alternatives);
  X509_sign(x, issuer ? issuer->key.get() : out.key.get(), EVP_sha256());
  return out;
}

/// Answers every request with 200 and `{}`. With `clients` it asks for a certificate of that authority.
class TlsServer {
 public:
  explicit TlsServer(const Pair& identity, const Pair* clients = nullptr) : context_(SSL_CTX_new(TLS_server_method())) {
    ::signal(SIGPIPE, SIG_IGN);  // a client that refuses us closes while we write; programs ignore it, too
    SSL_CTX_use_certificate(context_, identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_, identity.key.get());
    if (clients) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), clients->certificate.get());
      SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&at), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { serve_all(); });
  }
  ~TlsServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
  }
  int port() const { return port_; }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
  /// The heads of the requests so far, and how many connections failed before one came.
  std::vector<std::string> heads() {
    std::lock_guard lock(lock_);
    return heads_;
  }
  int refused() const { return refused_; }

 private:
  // One connection after the other: each ends after its answer.
  void serve_all() {
    while (true) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      SSL* ssl = SSL_new(context_);
      SSL_set_fd(ssl, socket);
      if (SSL_accept(ssl) != 1 || !serve(ssl)) ++refused_;
      ERR_clear_error();
      SSL_shutdown(ssl);
      SSL_free(ssl);
      ::close(socket);
    }
  }
  bool serve(SSL* ssl) {
    std::string bytes;
    char buffer[4096];
    while (bytes.find("\r\n\r\n") == bytes.npos) {
      const int n = SSL_read(ssl, buffer, sizeof buffer);
      if (n <= 0) return false;
      bytes.append(buffer, static_cast<std::size_t>(n));
    }
    {
      std::lock_guard lock(lock_);
      heads_.push_back(bytes);
    }
    constexpr std::string_view kAnswer =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    return SSL_write(ssl, kAnswer.data(), static_cast<int>(kAnswer.size())) > 0;
  }

  SSL_CTX* context_;
  int listener_ = -1, port_ = 0;
  std::atomic<int> refused_ = 0;
  std::mutex lock_;
  std::vector<std::string> heads_;
  std::thread thread_;
};

}  // namespace grovec::test
