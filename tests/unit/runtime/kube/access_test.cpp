#include "runtime/kube/access.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "runtime/kube/files.h"
#include "runtime/kube/kubeconfig.h"
#include "tests/unit/runtime/kube/tiny_server.h"

namespace grovec::kube {
namespace {

/// A folder, an environment and what was warned of.
struct AccessTest : testing::Test {
  AccessTest() {
    folder = std::filesystem::temp_directory_path() / ("grovec-access-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder + "/.kube");
    variables["HOME"] = folder;
    around.all.environment = [this](const std::string& name) -> std::optional<std::string> {
      auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    options.service_account = folder + "/account";
  }
  ~AccessTest() override { std::filesystem::remove_all(folder); }
  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = folder + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  Result<Access> load() { return load_access(options, around.all); }
  /// The message of the error that is expected.
  std::string error() {
    Result<Access> access = load();
    return access ? "no error" : access.error().message;
  }
  static std::string config(const std::string& cluster, const std::string& user) {
    return "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u, "
           "namespace: team}\nclusters:\n- name: k\n  cluster:\n    server: https://one:6443/\n" +
           cluster + "users:\n- name: u\n  user:\n    as: \"\"\n" + user;
  }
  std::string folder;
  std::map<std::string, std::string> variables;
  test::TestSurroundings around;
  AccessOptions options;
};

TEST_F(AccessTest, ReadsTheCurrentContext) {
  write(".kube/config",
        config("    tls-server-name: inner\n    proxy-url: http://proxy:3128\n", "    token: abcdefgh\n"));
  Result<Access> access = load();
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://one:6443");
  EXPECT_EQ(access->tls_server_name, "inner");
  EXPECT_EQ(access->proxy, "http://proxy:3128");
  EXPECT_EQ(access->token.bytes, "abcdefgh");
  EXPECT_EQ(access->namespace_, "team");
  EXPECT_EQ(::prctl(PR_GET_DUMPABLE), 0);
}

TEST_F(AccessTest, TheFirstFileThatNamesSomethingWins) {
  const std::string a = write("a", "contexts:\n- name: c\n  context: {cluster: k}\n");
  const std::string b = write("b", config("", "    token: from-b\n") + "preferences: {}\n");
  variables["KUBECONFIG"] = folder + "/missing:" + a + ":" + b;
  Result<Access> access = load();
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://one:6443");  // only b has the cluster
  EXPECT_TRUE(access->token.empty());             // a's context names no user
  EXPECT_EQ(access->namespace_, "default");
}

TEST_F(AccessTest, PathsStartFromTheFolderOfTheirFile) {
  write("deep/config",
        config("    certificate-authority: ca.pem\n", "    tokenFile: ../token\n    token: ignored-token\n"));
  options.kubeconfig = folder + "/deep/config";
  Result<Access> access = load();
  ASSERT_TRUE(access);
  EXPECT_EQ(access->authority.file, folder + "/deep/ca.pem");
  EXPECT_EQ(access->token.file, folder + "/deep/../token");
  EXPECT_EQ(access->token.bytes, "");
}

TEST_F(AccessTest, AnUnknownContextNamesThoseThatExist) {
  write(".kube/config", config("", ""));
  options.context = "nope";
  EXPECT_EQ(error(), "there is no context `nope` in `" + folder + "/.kube/config`; there are `c`");
}

TEST_F(AccessTest, NothingAtAllSaysWhatWouldHelp) {
  EXPECT_NE(error().find("`--kubeconfig FILE` names one"), std::string::npos);
}

TEST_F(AccessTest, InlineDataThatIsNoBase64IsAnErrorWithItsPlace) {
  write(".kube/config", config("    certificate-authority-data: '%%secret%%'\n", ""));
  EXPECT_EQ(error(), folder + "/.kube/config:11:33: `certificate-authority-data` is not base64");
}

TEST_F(AccessTest, AMalformedClientKeyIsAnErrorAndNotIgnored) {
  write(".kube/config", config("", "    client-certificate-data: " + encode_base64("-----BEGIN CERTIFICATE-----\n") +
                                       "\n    client-key-data: " + encode_base64("planted-no-key") + "\n"));
  EXPECT_NE(error().find("`client-key-data` holds no PEM block"), std::string::npos) << error();
  EXPECT_EQ(error().find("planted"), std::string::npos);
}

TEST_F(AccessTest, AMistakeInTheYamlDoesNotShowWhatStandsThere) {
  write(".kube/config", "users:\n- name: u\n  user: {token: planted-token\n");
  EXPECT_NE(error().find("cannot be understood as YAML"), std::string::npos) << error();
  EXPECT_EQ(error().find("planted"), std::string::npos);
}

TEST_F(AccessTest, AnInsecureClusterNeedsTheOptionWhichSaysSo) {
  write(".kube/config", config("    insecure-skip-tls-verify: true\n", ""));
  EXPECT_NE(error().find("`--insecure-skip-tls-verify` accepts that"), std::string::npos);
  options.insecure_skip_tls_verify = true;
  for (std::size_t i = 1; i <= 2; ++i) {
    ASSERT_TRUE(load());
    EXPECT_EQ(around.warnings.size(), i);
    EXPECT_NE(around.warnings.back().find("is not verified"), std::string::npos);
  }
}

TEST_F(AccessTest, ACredentialIsNotSentWithoutTls) {
  write(".kube/config", config("", "    token: abcdefgh\n"));
  options.server = "http://somewhere:8080";
  EXPECT_EQ(error(), "the server http://somewhere:8080 has no TLS: credentials are not sent to it");
  options.server = "http://127.0.0.1:8080";
  EXPECT_TRUE(load());
}

TEST_F(AccessTest, ATokenFileThatOthersCanReadGetsAWarning) {
  const std::string token = write("token", "abcdefgh", 0644);
  write(".kube/config", config("", "    tokenFile: " + token + "\n"));
  ASSERT_TRUE(load());
  ASSERT_EQ(around.warnings.size(), 1u);
  EXPECT_EQ(around.warnings[0], "`" + token + "` can be read by others: `chmod 600` it");
  ::chmod(token.c_str(), 0600);
  ASSERT_TRUE(load());
  EXPECT_EQ(around.warnings.size(), 1u);
}

TEST_F(AccessTest, InAPodTheServiceAccountIsUsed) {
  write("account/token", "abcdefgh");
  write("account/namespace", "inside\n");
  variables["KUBERNETES_SERVICE_HOST"] = "fd00::1";
  variables["KUBERNETES_SERVICE_PORT"] = "443";
  Result<Access> access = load();
  ASSERT_TRUE(access);
  EXPECT_EQ(access->server, "https://[fd00::1]:443");
  EXPECT_EQ(access->token.file, folder + "/account/token");
  EXPECT_EQ(access->authority.file, folder + "/account/ca.crt");
  EXPECT_EQ(access->namespace_, "inside");
}

constexpr const char* kExec =
    "    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: ./bin/login\n"
    "      args: [a]\n      env: [{name: N, value: v}]\n      interactiveMode: Never\n";

TEST_F(AccessTest, APluginIsReadAndItsPathStartsFromTheFile) {
  write(".kube/config", config("", kExec));
  Result<Access> access = load();
  ASSERT_TRUE(access) << access.error().message;
  ASSERT_TRUE(access->plugin);
  EXPECT_EQ(access->plugin->command, folder + "/.kube/./bin/login");
  EXPECT_EQ(access->plugin->args, std::vector<std::string>{"a"});
  EXPECT_EQ(access->plugin->interactive, ExecPlugin::Interactive::kNever);
}

TEST_F(AccessTest, ThePolicyOfKubercIsHonoured) {
  write(".kube/config", config("", kExec));
  const std::string head = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n";
  write(".kube/kuberc", head + "credentialPluginPolicy: DenyAll\n");
  EXPECT_NE(error().find("`credentialPluginPolicy` is DenyAll"), std::string::npos) << error();
  write(".kube/kuberc", head + "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- name: other\n");
  EXPECT_NE(error().find("not in `credentialPluginAllowlist`"), std::string::npos) << error();
  write(".kube/kuberc", head + "credentialPluginPolicy: Sometimes\n");
  EXPECT_NE(error().find("has a value we do not know"), std::string::npos) << error();
  write(".kube/kuberc", head + "credentialPluginPolicy: Allowlist\ncredPluginAllowlist: [{name: login}]\n");
  EXPECT_NE(error().find("`credentialPluginAllowlist` is empty"), std::string::npos) << error();
  write(".kube/kuberc", head + "credentialPluginAllowlist: [{name: login}]\n");
  EXPECT_NE(error().find("needs `credentialPluginPolicy: Allowlist`"), std::string::npos) << error();
  write(".kube/kuberc", head + "aliases: []\n");
  EXPECT_TRUE(load());
}

TEST_F(AccessTest, AnEntryOfKubercMeansTheProgramThatItLeadsTo) {
  write(".kube/config", config("", kExec));
  const std::string head = "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- ";
  const std::string place = folder + "/.kube/bin/login";
  for (const std::string& entry : {"name: " + place, "command: " + place}) {
    write(".kube/kuberc", head + entry + "\n");
    EXPECT_TRUE(load()) << entry;
  }
  write("elsewhere/login", "#!/bin/sh\n", 0755);
  write(".kube/bin/login", "#!/bin/sh\n", 0755);
  write(".kube/kuberc", head + "name: login\n");
  variables["PATH"] = ".:" + folder + "/nowhere:" + folder + "/.kube/bin:" + folder + "/elsewhere";
  EXPECT_TRUE(load()) << error();
  // Another program of that name, which comes first.
  variables["PATH"] = folder + "/elsewhere:" + folder + "/.kube/bin";
  EXPECT_NE(error().find("not in `credentialPluginAllowlist`"), std::string::npos) << error();
  write(".kube/kuberc", head + "name: " + folder + "/elsewhere/login\n");
  EXPECT_NE(error().find("not in `credentialPluginAllowlist`"), std::string::npos) << error();
}

TEST_F(AccessTest, NoCredentialGoesToANameThatOnlyBeginsLikeLoopback) {
  for (const char* server : {"http://127.example.com", "http://localhost.example.com:80"}) {
    write(".kube/config", config("", "    token: abcdefgh\n"));
    options.server = server;
    EXPECT_NE(error().find("has no TLS"), std::string::npos) << server << error();
  }
  options.server = "http://127.0.0.1:80";
  EXPECT_TRUE(load()) << error();
}

TEST(KubeFiles, Base64) {
  for (const char* text : {"", "a", "ab", "abc", "abcd"}) EXPECT_EQ(decode_base64(encode_base64(text)), text);
  EXPECT_EQ(encode_base64("hello"), "aGVsbG8=");
  for (const char* bad : {"a", "ab=", "a===", "ab=c", "a!bc", "abcde"}) EXPECT_FALSE(decode_base64(bad)) << bad;
}

}  // namespace
}  // namespace grovec::kube
