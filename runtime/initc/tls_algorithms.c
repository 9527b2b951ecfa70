/* What TLS 1.2 and 1.3 need of OpenSSL, and nothing else: linked statically, its default provider alone is a megabyte.
 * The linker takes a function from here before it looks into the archive, so these definitions stand in for the
 * library's and what only those use stays out of the program. The names are OpenSSL 3.0's own (Debian 12); with another
 * version the program does not link. Certificates: RSA, ECDSA, Ed25519. Key exchange: X25519, P-256, P-384, P-521.
 * Ciphers: AES-GCM and ChaCha20-Poly1305. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bio.h>
#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#define TABLE(name) extern const OSSL_DISPATCH name[]
#define ALGORITHM(names, table) \
  { names, "provider=default", table, NULL }
#define DECODER(names, table) \
  { names, "provider=default,fips=yes,input=der,structure=SubjectPublicKeyInfo", table, NULL }
#define END \
  { NULL, NULL, NULL, NULL }

TABLE(ossl_sha1_functions); /* names a key in a certificate; no signature with it is accepted */
TABLE(ossl_sha256_functions);
TABLE(ossl_sha384_functions);
TABLE(ossl_sha512_functions);
static const OSSL_ALGORITHM kDigests[] = {ALGORITHM("SHA1:SHA-1:SSL3-SHA1", ossl_sha1_functions),
                                          ALGORITHM("SHA2-256:SHA-256:SHA256", ossl_sha256_functions),
                                          ALGORITHM("SHA2-384:SHA-384:SHA384", ossl_sha384_functions),
                                          ALGORITHM("SHA2-512:SHA-512:SHA512", ossl_sha512_functions), END};

TABLE(ossl_hmac_functions);
static const OSSL_ALGORITHM kMacs[] = {ALGORITHM("HMAC", ossl_hmac_functions), END};

TABLE(ossl_kdf_hkdf_functions);
TABLE(ossl_kdf_tls1_3_kdf_functions);
TABLE(ossl_kdf_tls1_prf_functions);
static const OSSL_ALGORITHM kDerivations[] = {ALGORITHM("HKDF", ossl_kdf_hkdf_functions),
                                              ALGORITHM("TLS13-KDF", ossl_kdf_tls1_3_kdf_functions),
                                              ALGORITHM("TLS1-PRF", ossl_kdf_tls1_prf_functions), END};

TABLE(ossl_aes128gcm_functions);
TABLE(ossl_aes256gcm_functions);
TABLE(ossl_chacha20_ossl_poly1305_functions);
TABLE(ossl_aes256ctr_functions); /* this and the next one: for random numbers */
TABLE(ossl_aes256ecb_functions);
static const OSSL_ALGORITHM kCiphers[] = {ALGORITHM("AES-128-GCM:id-aes128-GCM", ossl_aes128gcm_functions),
                                          ALGORITHM("AES-256-GCM:id-aes256-GCM", ossl_aes256gcm_functions),
                                          ALGORITHM("ChaCha20-Poly1305", ossl_chacha20_ossl_poly1305_functions),
                                          ALGORITHM("AES-256-CTR", ossl_aes256ctr_functions),
                                          ALGORITHM("AES-256-ECB", ossl_aes256ecb_functions),
                                          END};

TABLE(ossl_drbg_ctr_functions);
TABLE(ossl_seed_src_functions);
static const OSSL_ALGORITHM kRandom[] = {ALGORITHM("CTR-DRBG", ossl_drbg_ctr_functions),
                                         ALGORITHM("SEED-SRC", ossl_seed_src_functions), END};

TABLE(ossl_ecdh_keyexch_functions);
TABLE(ossl_x25519_keyexch_functions);
static const OSSL_ALGORITHM kExchanges[] = {ALGORITHM("ECDH", ossl_ecdh_keyexch_functions),
                                            ALGORITHM("X25519", ossl_x25519_keyexch_functions), END};

TABLE(ossl_rsa_signature_functions);
TABLE(ossl_ecdsa_signature_functions);
TABLE(ossl_ed25519_signature_functions);
static const OSSL_ALGORITHM kSignatures[] = {ALGORITHM("RSA:rsaEncryption", ossl_rsa_signature_functions),
                                             ALGORITHM("ECDSA", ossl_ecdsa_signature_functions),
                                             ALGORITHM("ED25519", ossl_ed25519_signature_functions), END};

TABLE(ossl_rsa_keymgmt_functions);
TABLE(ossl_rsapss_keymgmt_functions);
TABLE(ossl_ec_keymgmt_functions);
TABLE(ossl_x25519_keymgmt_functions);
TABLE(ossl_ed25519_keymgmt_functions);
static const OSSL_ALGORITHM kKeys[] = {ALGORITHM("RSA:rsaEncryption", ossl_rsa_keymgmt_functions),
                                       ALGORITHM("RSA-PSS:RSASSA-PSS", ossl_rsapss_keymgmt_functions),
                                       ALGORITHM("EC:id-ecPublicKey", ossl_ec_keymgmt_functions),
                                       ALGORITHM("X25519", ossl_x25519_keymgmt_functions),
                                       ALGORITHM("ED25519", ossl_ed25519_keymgmt_functions),
                                       END};

TABLE(ossl_SubjectPublicKeyInfo_der_to_rsa_decoder_functions);
TABLE(ossl_SubjectPublicKeyInfo_der_to_rsapss_decoder_functions);
TABLE(ossl_SubjectPublicKeyInfo_der_to_ec_decoder_functions);
TABLE(ossl_SubjectPublicKeyInfo_der_to_ed25519_decoder_functions);
static const OSSL_ALGORITHM kDecoders[] = {
    DECODER("RSA", ossl_SubjectPublicKeyInfo_der_to_rsa_decoder_functions),
    DECODER("RSA-PSS", ossl_SubjectPublicKeyInfo_der_to_rsapss_decoder_functions),
    DECODER("EC", ossl_SubjectPublicKeyInfo_der_to_ec_decoder_functions),
    DECODER("ED25519", ossl_SubjectPublicKeyInfo_der_to_ed25519_decoder_functions), END};

static const OSSL_ALGORITHM* algorithms_of(void* provider, int operation, int* no_cache) {
  (void)provider;
  *no_cache = 0;
  switch (operation) {
    case OSSL_OP_DIGEST:
      return kDigests;
    case OSSL_OP_MAC:
      return kMacs;
    case OSSL_OP_KDF:
      return kDerivations;
    case OSSL_OP_CIPHER:
      return kCiphers;
    case OSSL_OP_RAND:
      return kRandom;
    case OSSL_OP_KEYEXCH:
      return kExchanges;
    case OSSL_OP_SIGNATURE:
      return kSignatures;
    case OSSL_OP_KEYMGMT:
      return kKeys;
    case OSSL_OP_DECODER:
      return kDecoders;
    default:
      return NULL;
  }
}

/* From here on: the start of the library's default provider, with the table above. */
int ossl_prov_bio_from_dispatch(const OSSL_DISPATCH* functions);
int ossl_prov_seeding_from_dispatch(const OSSL_DISPATCH* functions);
void* ossl_prov_ctx_new(void);
void ossl_prov_ctx_free(void* context);
void ossl_prov_ctx_set0_libctx(void* context, OSSL_LIB_CTX* library);
void ossl_prov_ctx_set0_handle(void* context, const OSSL_CORE_HANDLE* handle);
void ossl_prov_ctx_set0_core_bio_method(void* context, BIO_METHOD* method);
BIO_METHOD* ossl_bio_prov_init_bio_method(void);
int ossl_prov_get_capabilities(void* provider, const char* capability, OSSL_CALLBACK* callback, void* argument);
int ossl_default_provider_init(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH* in, const OSSL_DISPATCH** out,
                               void** context);

static void tear_down(void* context) { ossl_prov_ctx_free(context); }

typedef void (*Function)(void);
static const OSSL_DISPATCH kProvider[] = {{OSSL_FUNC_PROVIDER_TEARDOWN, (Function)tear_down},
                                          {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (Function)algorithms_of},
                                          {OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (Function)ossl_prov_get_capabilities},
                                          {0, NULL}};

int ossl_default_provider_init(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH* in, const OSSL_DISPATCH** out,
                               void** context) {
  OSSL_FUNC_core_get_libctx_fn* library = NULL;
  if (!ossl_prov_bio_from_dispatch(in) || !ossl_prov_seeding_from_dispatch(in)) return 0;
  for (; in->function_id != 0; ++in) {
    if (in->function_id == OSSL_FUNC_CORE_GET_LIBCTX) library = OSSL_FUNC_core_get_libctx(in);
  }
  if (library == NULL || (*context = ossl_prov_ctx_new()) == NULL) return 0;
  ossl_prov_ctx_set0_libctx(*context, (OSSL_LIB_CTX*)library(handle));
  ossl_prov_ctx_set0_handle(*context, handle);
  ossl_prov_ctx_set0_core_bio_method(*context, ossl_bio_prov_init_bio_method());
  *out = kProvider;
  return 1;
}

/* Texts of errors (verdicts on certificates have their own), and the old look-up of ciphers and digests by name. */
int ossl_err_load_crypto_strings(void);
int ossl_err_load_crypto_strings(void) { return 1; }
void openssl_add_all_ciphers_int(void);
void openssl_add_all_ciphers_int(void) {}
void openssl_add_all_digests_int(void);
void openssl_add_all_digests_int(void) { /* how strong a certificate's signature is, is looked up here */
  EVP_add_digest(EVP_sha1());
  EVP_add_digest(EVP_sha256());
  EVP_add_digest(EVP_sha384());
  EVP_add_digest(EVP_sha512());
}

/* Curves by the general method instead of tables of their own; P-256 keeps its fast one in assembler. */
const EC_METHOD* EC_GFp_nistp224_method(void);
const EC_METHOD* EC_GFp_nistp224_method(void) { return EC_GFp_mont_method(); }
const EC_METHOD* EC_GFp_nistp256_method(void);
const EC_METHOD* EC_GFp_nistp256_method(void) { return EC_GFp_mont_method(); }
const EC_METHOD* EC_GFp_nistp521_method(void);
const EC_METHOD* EC_GFp_nistp521_method(void) { return EC_GFp_mont_method(); }
#define NO_TABLES(curve)                                           \
  void* EC_##curve##_pre_comp_dup(void* tables);                   \
  void* EC_##curve##_pre_comp_dup(void* tables) { return tables; } \
  void EC_##curve##_pre_comp_free(void* tables);                   \
  void EC_##curve##_pre_comp_free(void* tables) { (void)tables; }
NO_TABLES(nistp224)
NO_TABLES(nistp256)
NO_TABLES(nistp521)

/* No list of revoked certificates is fetched. */
BIO* OSSL_HTTP_get(void);
BIO* OSSL_HTTP_get(void) { return NULL; }
