// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/program/hes_main.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <sstream>

#include "hes-stub/lockstep/lockstep_server.hpp"
#include "hes-stub/program/arguments.hpp"
#include "hes-stub/program/key_file.hpp"
#include "hes-stub/program/real_time.hpp"
#include "hes-stub/program/text_output.hpp"
#include "hes-stub/store/store_kind.hpp"
#include "net/socket.hpp"
#include "net/tls.hpp"
#include "os/exit_code.hpp"
#include "os/program.hpp"
#include "os/text_file.hpp"
#include "protocol/hosted/civil_text/civil_text.hpp"
#include "protocol/hosted/printable/printable.hpp"

namespace hes {
namespace {

using os::kBadInput;
using os::kEnvironment;
using os::kGood;

struct Options {
  std::string listen = "127.0.0.1:4059";
  std::string control;
  std::string inventory;
  std::vector<std::string> templates;
  std::string config;
  std::string store = kDefaultStorePath;
  bool fresh = false;
  bool missing = false;
  std::string export_format;
  std::string from;
  std::string to;
  std::vector<std::string> orders;
  std::uint16_t p32_port = protocol::p32::kHeadEndPort;
  bool p32_plain = false;
  net::TlsFiles tls;
  std::string sign_key;
};

std::int64_t now_utc_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Of the command line's own; others that were open in the store may end as well.
class OrderCount final : public NullObserver {
 public:
  void order_finished(const OrderResult& result) override {
    if (result.submitted < began_) return;
    ++(result.outcome == OrderOutcome::done ? done_ : failed_);
  }
  void print(std::size_t given) const {
    const std::size_t open = given - done_ - failed_;
    std::printf(
        "orders %zu, done %zu, refused or expired %zu, open %zu%s\n", given, done_, failed_, open,
        open > 0 ? " (kept are those to meters behind a concentrator; give the others again)" : "");
  }

 private:
  UtcNs began_ = std::chrono::duration_cast<std::chrono::nanoseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count();
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
};

class ErrorLog final : public LogPort {
 public:
  void line(UtcNs at, std::string_view text) override {
    const std::string when = protocol::format_utc(at / kNsPerSecond);
    os::say(fmt::format("{} {}\n", when, protocol::printable(text)));
  }
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("--listen", options.listen, "HOST:PORT that modules dial")->capture_default_str();
  app.add_option("--inventory", options.inventory, "Meters and keys: `amitwin inventory` JSON");
  app.add_option("--template", options.templates,
                 "Type template: `amitwin template` JSON; without, learnt on the wire")
      ->allow_extra_args(false);
  app.add_option("--config", options.config, "Knobs of the engine, JSON");
  app.add_option("--store", options.store, "SQLite file")->capture_default_str();
  app.add_flag("--fresh", options.fresh, "Begin with an empty store");
  app.add_option("--control", options.control, "Lockstep: HOST:PORT that the simulator dials");
  app.add_option("--order", options.orders,
                 "KIND:SERIAL[:VALUE], e.g. relay_open:0000000001, clock_shift:0000000001:37, "
                 "calendar:0000000001:FILE, limit:0000000001:threshold=3000,over_s=60, "
                 "parameter:0000000001:1/0.0.96.13.1:2=text Hello, image:0000000001:FILE, "
                 "key:0000000001")
      ->allow_extra_args(false);
  app.add_option("--p32-port", options.p32_port, "Port that concentrators dial, on the same host")
      ->check(CLI::Range(0, 65'535))
      ->capture_default_str();
  app.add_option("--tls-cert", options.tls.certificate, "P3.2Ex: our certificate chain, PEM");
  app.add_option("--tls-key", options.tls.key, "P3.2Ex: its private key, PEM");
  app.add_option("--tls-ca", options.tls.authority,
                 "P3.2Ex: authority of the concentrators' certificates, PEM");
  app.add_flag("--p32-plain", options.p32_plain, "P3.2Ex without TLS, on a loopback address only");
  app.add_option("--sign-key", options.sign_key,
                 "Ed25519 private key that signs orders to concentrators, PEM (PKCS#8)");
  app.add_flag("--missing", options.missing, "Print what is missing in the store, and stop");
  app.add_option("--export", options.export_format, "Print the store's rows, and stop")
      ->check(CLI::IsMember({"csv"}));
  app.add_option("--from", options.from, "For these two: later than this, RFC 3339");
  app.add_option("--to", options.to, "For these two: up to this, RFC 3339");
}

int bad_input(const std::vector<std::string>& faults) {
  for (const std::string& fault : faults) os::say(protocol::printable(fault) + "\n");
  return kBadInput;
}

bool set_time(const char* name, const std::string& text, std::optional<std::int64_t>& utc_s,
              std::vector<std::string>& faults) {
  if (text.empty()) return true;
  utc_s = protocol::parse_rfc3339(text);
  if (utc_s) return true;
  faults.push_back(
      fmt::format("{} = {}: allowed: RFC 3339, e.g. 2024-02-01T00:00:00Z", name, text));
  return false;
}

int print_store(const Options& options) {
  std::vector<std::string> faults;
  TextRange range;
  set_time("--from", options.from, range.from_utc_s, faults);
  set_time("--to", options.to, range.to_utc_s, faults);
  if (!std::ifstream(options.store).good()) faults.push_back(options.store + ": cannot be read");
  if (!faults.empty()) return bad_input(faults);
  try {
    Store store(StoreOptions{options.store, false, false});
    if (!options.export_format.empty()) print_csv(store, range, stdout);
    if (options.missing) print_missing(store, range, stdout);
    return kGood;
  } catch (const std::exception& error) {  // no store of ours
    return bad_input({error.what()});
  }
}

// Concentrators are served with certificates at both ends, or not beyond this machine.
void check_p32(const Options& options, const std::string& host, const Inventory& inventory,
               std::vector<std::string>& faults) {
  if (inventory.concentrators().empty() || options.tls.all()) return;
  const bool loopback = host == "127.0.0.1" || host == "::1" || host == "localhost";
  if (options.tls.any() || !options.p32_plain) {
    faults.push_back("--tls-cert, --tls-key, --tls-ca missing: allowed: all three, or --p32-plain");
  } else if (!loopback) {
    faults.push_back("--p32-plain = " + host + ": allowed: a loopback address in --listen");
  }
}

int serve_lockstep(const LockstepOptions& lockstep, const Inventory& inventory,
                   const std::vector<TypeTemplate>& types, Store& store, LogPort& log) {
  LockstepServer server(lockstep, inventory, types, store, log);
  // The simulator that started us reads this line.
  std::printf("control %u data %u\n", static_cast<unsigned>(server.control_port()),
              static_cast<unsigned>(server.data_port()));
  std::fflush(stdout);
  if (server.serve()) return kGood;
  os::say("amitwin hes: the simulator went away; the store is written\n");
  return kEnvironment;
}

// What a concentrator would not take.
void check_orders(const std::vector<Order>& orders, const Inventory& inventory, bool can_sign,
                  std::vector<std::string>& faults) {
  for (const Order& order : orders) {
    const bool behind =
        order.meter < inventory.size() && inventory[order.meter].concentrator != kNoConcentrator;
    if (behind && !can_sign) {
      faults.push_back("--order " + inventory[order.meter].serial +
                       ": the meter is behind a concentrator, which takes signed orders only; "
                       "allowed: together with --sign-key");
    }
  }
}

void set_endpoint(const char* name, const std::string& text, net::Endpoint& endpoint,
                  std::vector<std::string>& faults) {
  if (const auto parsed = net::parse_endpoint(text)) {
    endpoint = *parsed;
  } else {
    faults.push_back(std::string(name) + " = " + text + ": allowed: HOST:PORT");
  }
}

EngineConfig read_config(const std::string& path, std::vector<std::string>& faults) {
  if (path.empty()) return {};
  const auto [text, error] = os::read_text_file(path);
  if (error.empty()) return parse_config(path, text, faults);
  faults.push_back(error);
  return {};
}

void print(const EngineCounters& counters, bool concentrators) {
  std::printf(
      "rows %llu, pushes %llu, pulls %llu, duplicates %llu, malformed %llu, "
      "framing lost %llu\n",
      static_cast<unsigned long long>(counters.rows),
      static_cast<unsigned long long>(counters.pushes),
      static_cast<unsigned long long>(counters.pulls),
      static_cast<unsigned long long>(counters.duplicates),
      static_cast<unsigned long long>(counters.malformed),
      static_cast<unsigned long long>(counters.framing_lost));
  if (concentrators) {
    std::printf("reports %llu, repeated %llu, malformed %llu, denied %llu\n",
                static_cast<unsigned long long>(counters.p32.reports),
                static_cast<unsigned long long>(counters.p32.repeated),
                static_cast<unsigned long long>(counters.p32.malformed),
                static_cast<unsigned long long>(counters.p32.denied));
  }
}

int serve(const Options& options) {
  std::vector<std::string> faults;
  LockstepOptions lockstep;
  RealTimeOptions real_time;
  set_endpoint("--listen", options.listen, real_time.modules, faults);
  if (!options.control.empty()) {
    set_endpoint("--control", options.control, lockstep.control, faults);
  }
  if (options.inventory.empty()) faults.push_back("--inventory missing: allowed: a JSON file");
  const Inventory inventory =
      options.inventory.empty() ? Inventory() : read_inventory(options.inventory, faults);
  std::vector<TypeTemplate> types;
  for (const std::string& path : options.templates) {
    types.push_back(read_type_template(path, faults));
  }
  EngineConfig config = read_config(options.config, faults);
  const bool in_lockstep = !options.control.empty();
  real_time.p32_port = options.p32_port;
  real_time.tls = options.tls;
  if (!in_lockstep) check_p32(options, real_time.modules.host, inventory, faults);
  if (options.tls.all()) net::tls_context(options.tls, faults);
  if (!options.sign_key.empty()) {
    read_signing_key(options.sign_key, config.signing_key.emplace(), faults);
  }
  for (const std::string& order : options.orders) {
    parse_order(order, inventory, real_time.orders, faults);
  }
  check_orders(real_time.orders, inventory, config.signing_key.has_value(), faults);
  const std::string key_path = key_file_of(options.store);
  KeyFile keys(key_path,
               in_lockstep ? std::vector<ChangedKeys>{} : read_key_file(key_path, faults));
  if (!faults.empty()) return bad_input(faults);
  for (const std::string& doubt : doubts_of(real_time.orders, inventory, now_utc_s())) {
    os::say(protocol::printable(doubt) + "\n");
  }

  // A socket for each meter and concentrator, in lockstep one for all; store, log and ports beside.
  constexpr std::size_t kOwn = 16;
  const std::size_t callers = in_lockstep ? 1 : inventory.size() + inventory.concentrators().size();
  if (const std::string few = os::too_few_descriptors(
          callers + kOwn, fmt::format("amitwin hes: an inventory of {} meters", inventory.size()));
      !few.empty()) {
    os::say(few + "\n");
    return kEnvironment;
  }
  ErrorLog log;
  if (!in_lockstep && kind_of_store(options.store) == StoreKind::of_a_run) {
    os::say("amitwin hes: --store = " + options.store +
            ": was a run's; it is a head-end's from now on, and no run replaces it any more\n");
  }
  Store store(StoreOptions{options.store, options.fresh, !in_lockstep});
  if (in_lockstep) {
    lockstep.data = real_time.modules;
    return serve_lockstep(lockstep, inventory, types, store, log);
  }
  real_time.vault = &keys;
  OrderCount orders;
  const EngineCounters counters =
      run_in_real_time(real_time, config, inventory, types, store, log, orders);
  print(counters, !inventory.concentrators().empty());
  if (!real_time.orders.empty()) orders.print(real_time.orders.size());
  os::say("amitwin hes: interrupted; what came until then is in " + options.store + "\n");
  return os::kInterrupted;
}

}  // namespace

int hes_main(int argc, char** argv) {
  CLI::App app(
      "The head-end by itself: takes the modules' connections, stores what meters push, "
      "pulls what is missing, executes orders.",
      "amitwin hes");
  Options options;
  add_options(app, options);
  app.footer(
      "Exit status: 0 printed; 2 bad input; 5 the environment: disk, ports, the simulator gone;\n"
      "130 interrupted: the only way a head-end that serves ends.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::ostringstream ignored, complaint;
    app.exit(error, ignored, complaint);
    os::say(complaint.str());
    return kBadInput;
  }
  const StoreKind kind = kind_of_store(options.store);
  if (kind == StoreKind::unmarked && options.fresh) {
    return bad_input({"--store = " + options.store +
                      ": has no mark of amitwin; allowed with --fresh: a store that has, which is "
                      "deleted then, or a free name"});
  }
  if (kind == StoreKind::foreign) {
    return bad_input({"--store = " + options.store +
                      ": a file of something else; allowed: a store of amitwin, or a free name"});
  }
  try {
    return options.missing || !options.export_format.empty() ? print_store(options)
                                                             : serve(options);
  } catch (const std::exception& error) {
    os::say(fmt::format("amitwin hes: {}\n", error.what()));
    return kEnvironment;
  }
}

}  // namespace hes
