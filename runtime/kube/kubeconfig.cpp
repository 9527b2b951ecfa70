#include "runtime/kube/kubeconfig.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "frontend/reader.h"
#include "ir/base/render.h"
#include "runtime/kube/files.h"

namespace grovec::kube {

namespace {

std::string place_of(const Context& context, OriginId at) {
  const Origin& origin = context.origins[at];
  const Position p = context.sources.position(origin.source, origin.begin);
  return std::string(context.sources.name(origin.source)) + ":" + std::to_string(p.line) + ":" +
         std::to_string(p.column) + ": ";
}

/// Reads members of one mapping; the first mistake wins.
class Fields {
 public:
  Fields(const ConfigFiles& files, const ConfigFile& file, const ir::Value& mapping)
      : files_(files), file_(file), mapping_(mapping) {}

  std::string text(std::string_view key) {
    const ir::Value* v = mapping_.find(key);
    if (!v || v->is_null()) return {};
    if (!v->is_string()) complain(*v, key, "is no string");
    return std::string(v->as_string());
  }
  bool flag(std::string_view key) {
    const ir::Value* v = mapping_.find(key);
    if (!v || v->is_null()) return false;
    if (!v->is_bool()) complain(*v, key, "is neither true nor false");
    return v->as_bool();
  }
  std::string path(std::string_view key) {
    std::string value = text(key);
    return value.empty() || value[0] == '/' ? value : file_.folder + "/" + value;
  }
  /// `KEY-data` if it is there (base64), else the file named by `KEY`.
  Material pem(std::string_view key, std::string_view block) {
    Material out;
    const std::string data_key = std::string(key) + "-data";
    const ir::Value* data = mapping_.find(data_key);
    const std::string encoded = text(data_key);
    if (encoded.empty()) {
      out.file = path(key);
      return out;
    }
    const auto bytes = decode_base64(encoded);
    if (!bytes) {
      complain(*data, data_key, "is not base64");
    } else if (bytes->find(block) == bytes->npos) {
      complain(*data, data_key, "holds no PEM block `" + std::string(block) + "`");
    } else {
      out.bytes = *bytes;
    }
    return out;
  }
  void complain(const ir::Value& at, std::string_view key, std::string_view what) {
    if (!error_.message.empty()) return;
    error_ = {place_of(files_.context, at.at()) + "`" + std::string(key) + "` " + std::string(what), Error::kContent};
  }
  bool has(std::string_view key) const { return mapping_.find(key) && !mapping_.find(key)->is_null(); }
  const ir::Value& operator[](std::string_view key) const { return mapping_[key]; }
  bool ok() const { return error_.message.empty(); }
  const Error& error() const { return error_; }

 private:
  const ConfigFiles& files_;
  const ConfigFile& file_;
  const ir::Value& mapping_;
  Error error_;
};

struct Found {
  const ConfigFile* file = nullptr;
  const ir::Value* value = nullptr;
};

/// The entry of this name in the first file that has one.
Found find_entry(const ConfigFiles& files, std::string_view list, std::string_view member, std::string_view name) {
  for (const ConfigFile& file : files.files)
    for (const ir::Value& entry : file.root[list].items())
      if (entry["name"].as_string() == name && entry.find(member)) return {&file, entry.find(member)};
  return {};
}

std::string names_of(const ConfigFiles& files, std::string_view list) {
  std::vector<std::string> names;
  for (const ConfigFile& file : files.files)
    for (const ir::Value& entry : file.root[list].items()) names.emplace_back(entry["name"].as_string());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 10); ++i) out += (i ? ", `" : "`") + names[i] + "`";
  if (names.size() > 10) out += " and " + std::to_string(names.size() - 10) + " more";
  return out.empty() ? "none" : out;
}

std::string file_names(const ConfigFiles& files) {
  std::string out;
  for (const ConfigFile& file : files.files) out += (out.empty() ? "`" : ", `") + file.name + "`";
  return out;
}

std::string current_context(const ConfigFiles& files) {
  for (const ConfigFile& file : files.files)
    if (const auto name = file.root["current-context"].as_string(); !name.empty()) return std::string(name);
  return {};
}

/// Server address: scheme, host, no user, no query; no slash at its end.
Result<std::string> checked_server(std::string server) {
  const bool is_https = server.starts_with("https://"), is_http = server.starts_with("http://");
  if (!is_https && !is_http) {
    if (server.find("://") != server.npos)
      return Error{"the server `" + server + "` is neither https nor http", Error::kUsage};
    server.insert(0, "https://");
  }
  while (server.ends_with('/')) server.pop_back();
  if (server.find('@') != server.npos)
    return Error{"the server's address holds a user; put it into `users`", Error::kUsage};
  const bool has_odd =
      std::any_of(server.begin(), server.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7f; });
  if (has_odd || server.find_first_of("?#\\") != server.npos || server.ends_with("//") || server.size() < 9)
    return Error{"the server's address cannot be understood", Error::kUsage};
  return server;
}

Result<Done> read_cluster(const ConfigFiles& files, const Found& found, Access& access) {
  Fields f(files, *found.file, *found.value);
  access.server = f.text("server");
  access.tls_server_name = f.text("tls-server-name");
  access.proxy = f.text("proxy-url");
  access.insecure = f.flag("insecure-skip-tls-verify");
  access.compression = !f.flag("disable-compression");
  access.authority = f.pem("certificate-authority", "-----BEGIN CERTIFICATE-----");
  if (!access.proxy.empty() && !access.proxy.starts_with("http://") && !access.proxy.starts_with("https://") &&
      !access.proxy.starts_with("socks5://") && !access.proxy.starts_with("socks5h://"))
    f.complain(f["proxy-url"], "proxy-url", "is none of http, https and socks5");
  if (!f.ok()) return f.error();
  return Done{};
}

void read_plugin(const ConfigFile& file, Fields& user, Fields& f, ExecPlugin& plugin) {
  plugin.api_version = f.text("apiVersion");
  plugin.command = f.text("command");
  plugin.install_hint = f.text("installHint");
  plugin.provides_cluster_info = f.flag("provideClusterInfo");
  if (plugin.command.find('/') != std::string::npos && plugin.command[0] != '/')
    plugin.command = file.folder + "/" + plugin.command;
  for (const ir::Value& arg : f["args"].items()) {
    if (!arg.is_string()) f.complain(arg, "args", "holds something that is no string");
    plugin.args.emplace_back(arg.as_string());
  }
  for (const ir::Value& pair : f["env"].items())
    plugin.env.emplace_back(pair["name"].as_string(), pair["value"].as_string());
  const std::string mode = f.text("interactiveMode");
  if (mode == "Never") plugin.interactive = ExecPlugin::Interactive::kNever;
  if (mode == "Always") plugin.interactive = ExecPlugin::Interactive::kAlways;
  if (!mode.empty() && mode != "Never" && mode != "Always" && mode != "IfAvailable")
    f.complain(f["interactiveMode"], "interactiveMode", "is none of `Never`, `IfAvailable` and `Always`");
  if (plugin.command.empty()) f.complain(user["exec"], "exec", "has no `command`");
  if (plugin.api_version != "client.authentication.k8s.io/v1" &&
      plugin.api_version != "client.authentication.k8s.io/v1beta1")
    f.complain(user["exec"], "exec", "needs `apiVersion` client.authentication.k8s.io/v1 or v1beta1");
  if (mode.empty() && plugin.api_version == "client.authentication.k8s.io/v1")
    f.complain(user["exec"], "exec", "needs `interactiveMode` with client.authentication.k8s.io/v1");
}

void read_impersonation(Fields& f, Access& access) {
  access.as_user = f.text("as");
  access.as_uid = f.text("as-uid");
  for (const ir::Value& group : f["as-groups"].items()) access.as_groups.emplace_back(group.as_string());
  for (const ir::Member& member : f["as-user-extra"].members())
    for (const ir::Value& value : member.value.items()) access.as_extra.emplace_back(member.key, value.as_string());
  if (access.as_user.empty() && !(access.as_uid.empty() && access.as_groups.empty() && access.as_extra.empty()))
    f.complain(f["as-groups"], "as", "is needed with as-uid, as-groups and as-user-extra");
}

Result<Done> read_user(const ConfigFiles& files, const Found& found, Access& access) {
  Fields f(files, *found.file, *found.value);
  access.certificate = f.pem("client-certificate", "-----BEGIN CERTIFICATE-----");
  access.key = f.pem("client-key", "PRIVATE KEY-----");
  access.token.file = f.path("tokenFile");
  if (access.token.file.empty()) access.token.bytes = f.text("token");
  access.username = f.text("username");
  access.password = f.text("password");
  read_impersonation(f, access);
  if (f.has("auth-provider"))
    f.complain(f["auth-provider"], "auth-provider", "is no longer supported by Kubernetes; use `exec`");
  if (f.has("exec")) {
    Fields plugin(files, *found.file, f["exec"]);
    read_plugin(*found.file, f, plugin, access.plugin.emplace());
    if (!plugin.ok()) return plugin.error();
  }
  if (f.ok() && access.certificate.empty() != access.key.empty())
    return Error{place_of(files.context, found.value->at()) + "`client-certificate` and `client-key` belong together",
                 Error::kContent};
  if (!f.ok()) return f.error();
  return Done{};
}

}  // namespace

Result<Done> add_config(ConfigFiles& files, std::string name, std::string folder, std::string text) {
  const SourceId source = files.context.sources.add(name, std::move(text));
  const std::size_t before = files.context.diags.errors();
  std::vector<frontend::Document> documents = frontend::read_documents(files.context, source);
  if (files.context.diags.errors() > before) {
    const Diagnostic& first = files.context.diags.all().back();
    // The code and the place only: the message may quote what stands there.
    return Error{
        place_of(files.context, first.at) + "cannot be understood as YAML [" + code_text(first.info->code) + "]",
        Error::kContent};
  }
  if (documents.size() > 1) return Error{"`" + name + "` holds more than one document", Error::kContent};
  ConfigFile file{std::move(name), std::move(folder), {}};
  if (!documents.empty()) file.root = documents[0].root;
  if (!file.root.is_mapping() && !file.root.is_null())
    return Error{"`" + file.name + "` is no kubeconfig: it holds no mapping", Error::kContent};
  if (const auto kind = file.root["kind"].as_string(); !kind.empty() && kind != "Config")
    return Error{"`" + file.name + "` is no kubeconfig: its `kind` is not `Config`", Error::kContent};
  files.files.push_back(std::move(file));
  return Done{};
}

Result<Access> access_of(const ConfigFiles& files, const AccessOptions& options) {
  Access access;
  access.context = options.context.empty() ? current_context(files) : options.context;
  if (access.context.empty())
    return Error{
        "no context is chosen in " + file_names(files) + "; `--context` takes one of " + names_of(files, "contexts"),
        Error::kUsage};
  const Found context = find_entry(files, "contexts", "context", access.context);
  if (!context.value)
    return Error{"there is no context `" + access.context + "` in " + file_names(files) + "; there are " +
                     names_of(files, "contexts"),
                 Error::kUsage};
  Fields f(files, *context.file, *context.value);
  const std::string cluster_name = options.cluster.empty() ? f.text("cluster") : options.cluster;
  const std::string user_name = options.user.empty() ? f.text("user") : options.user;
  if (const std::string n = f.text("namespace"); !n.empty()) access.namespace_ = n;
  if (!f.ok()) return f.error();
  const Found cluster = find_entry(files, "clusters", "cluster", cluster_name);
  if (!cluster.value)
    return Error{
        "context `" + access.context + "` names cluster `" + cluster_name + "`, which is not in " + file_names(files),
        Error::kUsage};
  if (Result<Done> done = read_cluster(files, cluster, access); !done) return done.error();
  if (!user_name.empty()) {
    const Found user = find_entry(files, "users", "user", user_name);
    if (!user.value)
      return Error{
          "context `" + access.context + "` names user `" + user_name + "`, which is not in " + file_names(files),
          Error::kUsage};
    if (user.value->is_mapping())
      if (Result<Done> done = read_user(files, user, access); !done) return done.error();
  }
  if (!options.server.empty()) access.server = options.server;
  Result<std::string> server = checked_server(access.server);
  if (!server) return server.error();
  access.server = *server;
  return access;
}

namespace {

bool is_program(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

/// The program that a command leads to; empty: none. Folders of PATH that are not absolute count for nothing.
std::string program_of(const std::string& command, const std::string& search_path) {
  if (command.find('/') != command.npos) return is_program(command) ? command : "";
  for (std::size_t begin = 0, end; begin <= search_path.size(); begin = end + 1) {
    end = std::min(search_path.find(':', begin), search_path.size());
    const std::string folder = search_path.substr(begin, end - begin);
    if (folder.starts_with('/') && is_program(folder + "/" + command)) return folder + "/" + command;
  }
  return {};
}

std::string base_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// The entry's name; Kubernetes 1.36 calls it `command`.
std::string name_of(const ir::Value& entry) {
  const std::string_view name = entry["name"].as_string();
  return std::string(name.empty() ? entry["command"].as_string() : name);
}

bool is_allowed(const ir::Value& list, const std::string& given, const std::string& search_path) {
  const std::string command = std::filesystem::path(given).lexically_normal().string();
  const std::string program = program_of(command, search_path);
  for (const ir::Value& entry : list.items()) {
    const std::string name = name_of(entry);
    if (name.empty()) continue;
    if (name == command || (!program.empty() && name == program)) return true;
    const bool may_lead_there = !program.empty() && base_of(name) == base_of(program);
    if (may_lead_there && program_of(name, search_path) == program) return true;
  }
  return false;
}

/// What is wrong with the policy, or why it forbids the command; empty: nothing.
std::string objection(const ir::Value& root, const std::string& command, const std::string& search_path) {
  const std::string_view policy = root["credentialPluginPolicy"].as_string();
  const ir::Value& list = root["credentialPluginAllowlist"];
  if (policy == "DenyAll") return "`credentialPluginPolicy` is DenyAll";
  if (policy.empty() || policy == "AllowAll")
    return list.is_null() ? "" : "`credentialPluginAllowlist` needs `credentialPluginPolicy: Allowlist`";
  if (policy != "Allowlist") return "`credentialPluginPolicy` has a value we do not know";
  if (list.items().empty()) return "`credentialPluginAllowlist` is empty";
  return is_allowed(list, command, search_path) ? "" : "it is not in `credentialPluginAllowlist`";
}

}  // namespace

Result<Done> check_plugin_policy(const std::string& kuberc_name, const std::string& kuberc_text,
                                 const std::string& command, const std::string& search_path) {
  ConfigFiles files;
  const SourceId source = files.context.sources.add(kuberc_name, kuberc_text);
  const std::vector<frontend::Document> documents = frontend::read_documents(files.context, source);
  if (files.context.diags.errors() > 0)
    return Error{"`" + kuberc_name + "` cannot be understood, and may say which credential plugins are allowed",
                 Error::kContent};
  for (const frontend::Document& document : documents)
    if (const std::string why = objection(document.root, command, search_path); !why.empty())
      return Error{"the credential plugin `" + command + "` is not started: " + why + " in `" + kuberc_name + "`",
                   Error::kDenied};
  return Done{};
}

}  // namespace grovec::kube
