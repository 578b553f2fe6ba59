// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/folder_rules.hpp"

namespace tidy {
namespace {

using Prefixes = std::vector<std::string>;

const Prefixes kProtocolBase = {"protocol/result.hpp", "protocol/bytes.hpp",
                                "protocol/assert.hpp", "protocol/calendar.hpp",
                                "protocol/crc32.hpp",  "protocol/local_zone.hpp"};
const Prefixes kProtocol = {"protocol/axdr/",    "protocol/cosem/",  "protocol/dlms/",
                            "protocol/hdlc/",    "protocol/prime/",  "protocol/iec62056_21/",
                            "protocol/wrapper/", "protocol/crypto/", "protocol/image/"};
// Names and definitions of energies, no code: whoever counts, moves or judges them walks it.
const char* const kQuantities = "protocol/cosem/quantities.hpp";
const char* const kMeasured = "protocol/cosem/measured.hpp";  // of what is measured, likewise
// What a meter does, told apart from how it is asked for it.
const Prefixes kMeterFunctions = {"meter/fw/billing/",  "meter/fw/measure/",    "meter/fw/quality/",
                                  "meter/fw/tariff/",   "meter/fw/time/",       "meter/fw/events/",
                                  "meter/fw/profiles/", "meter/fw/relay/",      "meter/fw/display/",
                                  "meter/fw/fraud/",    "meter/fw/limits/",     "meter/fw/image/",
                                  "meter/fw/security/", "meter/fw/quantities/", "meter/fw/supply/"};
const Prefixes kMeterGround = {"meter/hal/",      "meter/dsp/",      "meter/fw/board/",
                               "meter/fw/core/",  "meter/fw/store/", "protocol/crypto/",
                               "protocol/image/", kQuantities,       kMeasured};

template <typename List, typename... More>
List join(List all, const More&... more) {
  (all.insert(all.end(), more.begin(), more.end()), ...);
  return all;
}
Prefixes with_base(const Prefixes& more) { return join(more, kProtocolBase); }
Prefixes with_protocol(const Prefixes& more) { return join(more, kProtocolBase, kProtocol); }

std::vector<Rule> protocol_rules() {
  return {
      {{"kernel/"}, {"kernel/"}, {}, false},
      {{"os/"}, {"os/", "protocol/hosted/printable/"}, {}, false},
      {{"net/"}, with_protocol({"net/", "os/"}), {"boost/", "openssl/"}, false},
      {{"protocol/"}, with_protocol({}), {}, true},
      {{"protocol/hosted/assert_host/"}, with_protocol({}), {}, false},
      {{"protocol/hosted/crypto_openssl/"},
       with_protocol({"protocol/hosted/crypto_openssl/"}),
       {"openssl/"},
       false},
      {{"protocol/hosted/civil_text/"}, with_protocol({"protocol/hosted/civil_text/"}), {}, false},
      {{"protocol/hosted/printable/"}, {"protocol/hosted/printable/"}, {}, false},
      {{"protocol/hosted/profile_rows/"},
       with_protocol({"protocol/hosted/profile_rows/"}),
       {},
       false},
      {{"protocol/hosted/json/"},
       {"protocol/hosted/json/", "protocol/hosted/printable/"},
       {"fmt/", "nlohmann/"},
       false},
      {{"protocol/hosted/order_steps/"},
       with_protocol({"protocol/hosted/order_steps/"}),
       {},
       false},
      {{"protocol/hosted/power_limit/"},
       with_protocol({"protocol/hosted/power_limit/", "protocol/hosted/order_steps/",
                      "protocol/hosted/civil_text/"}),
       {},
       false},
      {{"protocol/hosted/parameter/"},
       with_protocol({"protocol/hosted/parameter/", "protocol/hosted/order_steps/"}),
       {},
       false},
      {{"protocol/hosted/tariff_plan/"},
       with_protocol({"protocol/hosted/tariff_plan/", "protocol/hosted/order_steps/",
                      "protocol/hosted/civil_text/"}),
       {},
       false},
      {{"protocol/hosted/signed_image/"},
       with_protocol({"protocol/hosted/signed_image/"}),
       {"openssl/"},
       false},
      {{"protocol/hosted/fields/"}, with_protocol({"protocol/hosted/fields/"}), {}, false},
      {{"protocol/hosted/p32/"},
       with_protocol({"protocol/hosted/p32/", "protocol/hosted/fields/",
                      "protocol/hosted/order_steps/", "protocol/hosted/power_limit/",
                      "protocol/hosted/tariff_plan/"}),
       {"zlib.h", "libxml/", "fmt/", "openssl/", "boost/beast/"},
       false},
  };
}

std::vector<Rule> firmware_rules() {
  return {
      {{"meter/"}, with_protocol({"meter/"}), {}, true},
      {{"meter/hal/"}, {"meter/hal/"}, {}, true},
      {{"meter/dsp/"}, {"meter/dsp/", "meter/hal/"}, {}, true},
      // Functions know no COSEM: meter/fw/cosem translates.
      {kMeterFunctions, join(kMeterFunctions, with_base(kMeterGround)), {}, true},
      {{"meter/fw/board/"}, with_base({"meter/hal/", "meter/fw/board/"}), {}, true},
      {{"meter/fw/core/"}, join(kMeterFunctions, with_base(kMeterGround)), {}, true},
      {{"meter/fw/store/"},
       with_base({"meter/hal/", "meter/fw/board/", "meter/fw/store/", kQuantities, kMeasured}),
       {},
       true},
      {{"meter/fw/cosem/"},
       with_base({"meter/hal/", "meter/fw/", "protocol/axdr/", "protocol/cosem/", "protocol/dlms/",
                  "protocol/crypto/"}),
       {},
       true},
      {{"meter/fw/prime/"},
       with_base({"meter/hal/", "meter/fw/prime/", "protocol/prime/", "protocol/crypto/"}),
       {},
       true},
      {{"cm1/"}, with_protocol({"cm1/"}), {}, true},
      {{"cm1/hal/"}, {"cm1/hal/"}, {}, true},
      {{"dcu/fw/", "dcu/hal/"}, with_protocol({"dcu/fw/", "dcu/hal/"}), {}, true},
  };
}

std::vector<Rule> hosted_rules() {
  const Prefixes dcu_libraries = {"fmt/", "nlohmann/", "zlib.h"};
  const Prefixes hes_libraries = {"sqlite3.h", "fmt/", "nlohmann/", "zlib.h"};
  return {
      {{"dcu/app/"}, {"dcu/", "protocol/"}, dcu_libraries, false},
      {{"dcu/app/ports/"}, {"dcu/app/ports/", "protocol/"}, dcu_libraries, false},
      {{"dcu/app/store/"}, {"dcu/app/store/", "dcu/app/ports/", "protocol/"}, dcu_libraries, false},
      {{"dcu/app/core/"},
       {"dcu/fw/", "dcu/app/core/", "dcu/app/store/", "dcu/app/ports/", "protocol/"},
       dcu_libraries,
       false},
      {{"dcu/app/meters/"},
       {"dcu/fw/", "dcu/app/meters/", "dcu/app/core/", "dcu/app/store/", "dcu/app/ports/",
        "protocol/"},
       dcu_libraries,
       false},
      {{"dcu/app/reports/"},
       {"dcu/app/reports/", "dcu/app/meters/", "dcu/app/core/", "dcu/app/store/", "dcu/app/ports/",
        "protocol/"},
       dcu_libraries,
       false},
      {{"dcu/app/orders/", "dcu/app/tasks/"},
       {"dcu/app/orders/", "dcu/app/tasks/", "dcu/app/reports/", "dcu/app/meters/", "dcu/app/core/",
        "dcu/app/store/", "dcu/app/ports/", "protocol/"},
       dcu_libraries,
       false},
      {{"hes-stub/"}, {"hes-stub/", "protocol/"}, hes_libraries, false},
      {{"hes-stub/inventory/"},
       {"hes-stub/inventory/", "hes-stub/ports/", "protocol/", "os/"},
       hes_libraries,
       false},
      {{"hes-stub/ports/"}, {"hes-stub/ports/", "protocol/"}, hes_libraries, false},
      {{"hes-stub/store/"},
       {"hes-stub/store/", "hes-stub/inventory/", "hes-stub/ports/", "protocol/"},
       hes_libraries,
       false},
      {{"hes-stub/core/", "hes-stub/orders/"},
       {"hes-stub/core/", "hes-stub/orders/", "hes-stub/store/", "hes-stub/inventory/",
        "hes-stub/ports/", "protocol/"},
       hes_libraries,
       false},
      // The two roads know nothing of each other.
      {{"hes-stub/meters/"},
       with_protocol({"hes-stub/meters/", "hes-stub/orders/", "hes-stub/core/", "hes-stub/store/",
                      "hes-stub/inventory/", "hes-stub/ports/", "protocol/hosted/profile_rows/",
                      "protocol/hosted/order_steps/", "protocol/hosted/parameter/",
                      "protocol/hosted/power_limit/", "protocol/hosted/tariff_plan/"}),
       hes_libraries,
       false},
      {{"hes-stub/concentrators/"},
       {"hes-stub/concentrators/", "hes-stub/orders/", "hes-stub/core/", "hes-stub/store/",
        "hes-stub/inventory/", "hes-stub/ports/", "protocol/"},
       hes_libraries,
       false},
      {{"hes-stub/program/", "hes-stub/lockstep/", "hes-stub/web/"},
       {"hes-stub/", "protocol/", "net/", "os/"},
       join(hes_libraries, Prefixes{"CLI/", "openssl/"}),
       false},
  };
}

std::vector<Rule> model_rules() {
  return {
      {{"plc-channel/"}, with_protocol({"plc-channel/", "kernel/"}), {"Eigen/"}, false},
      {{"plc-channel/feeder/"}, {"plc-channel/feeder/", "kernel/"}, {"Eigen/"}, false},
      {{"plc-channel/channel/", "plc-channel/noise/"},
       {"plc-channel/channel/", "plc-channel/noise/", "plc-channel/feeder/", "kernel/"},
       {"Eigen/"},
       false},
      {{"plc-channel/phy/"},
       {"plc-channel/phy/", "plc-channel/channel/", "plc-channel/noise/", "kernel/",
        "protocol/prime/"},
       {"Eigen/"},
       false},
      {{"models/core/"},
       with_protocol({"models/core/", "kernel/", "meter/dsp/", "meter/hal/", "cm1/hal/", "dcu/hal/",
                      "protocol/hosted/crypto_openssl/", "plc-channel/"}),
       {"Eigen/"},
       false},
      {{"models/core/grid/"}, {"models/core/grid/", "kernel/"}, {"Eigen/"}, false},
      {{"models/core/load/"},
       {"models/core/load/", "models/core/grid/", "kernel/"},
       {"Eigen/"},
       false},
      {{"models/core/afe/"},
       {"models/core/afe/", "models/core/load/", "models/core/grid/", "kernel/", "meter/dsp/",
        "meter/hal/"},
       {"Eigen/"},
       false},
      {{"models/sc/"},
       {"models/", "plc-channel/", "meter/", "cm1/", "dcu/", "protocol/", "kernel/"},
       {"systemc", "tlm"},
       false},
  };
}

// Each floor of the simulator stands on those before it: result, scenario, assembly, record,
// referee, report, drive, reader, typetest, cli.
std::vector<Rule> sim_rules() {
  const Prefixes product = {"kernel/", "net/", "os/",       "protocol/", "meter/",
                            "cm1/",    "dcu/", "hes-stub/", "models/",   "plc-channel/"};
  Prefixes floors = {"sim/result/", "sim/scenario/", "sim/glass/"};
  std::vector<Rule> rules = {
      {{"sim/result/"},
       {"sim/result/", "kernel/", "os/", kQuantities},
       {"hdf5", "fmt/", "nlohmann/", "zlib.h", "openssl/"},
       false},
      // An eye: it knows the glass, and nothing of who writes on it.
      {{"sim/glass/"}, {"sim/glass/"}, {"zlib.h"}, false},
      {{"sim/report/"},
       {"sim/report/", "sim/glass/", "sim/result/", "kernel/", "os/", kQuantities},
       {"fmt/", "nlohmann/", "openssl/"},
       false},
      {{"sim/scenario/"},
       {"sim/scenario/", "sim/result/", "kernel/", "net/", "os/", kQuantities,
        "protocol/calendar.hpp", "protocol/hosted/civil_text/", "protocol/hosted/tariff_plan/",
        "protocol/hosted/power_limit/", "protocol/hosted/parameter/"},
       {"toml++", "fmt/", "zlib.h", "date/"},
       false},
      // Truth is computed by other means than the meter's: law 6.
      {{"sim/referee/truth/"},
       {"sim/referee/truth/", "kernel/", "models/core/grid/", "models/core/load/", kQuantities,
        kMeasured},
       {},
       false},
      {{"sim/referee/events/"},
       {"sim/referee/events/", "sim/referee/expected/", "sim/scenario/", "kernel/",
        "models/core/parts/", "models/core/load/", "models/core/grid/", "protocol/calendar.hpp",
        "protocol/axdr/", "protocol/cosem/classes/", "protocol/hosted/parameter/"},
       {},
       false},
      {{"sim/referee/expected/"}, {"sim/referee/expected/", "kernel/", "models/core/"}, {}, false},
      // What a source makes and what is true of it: nothing that measures.
      {{"sim/typetest/wave/"}, {"sim/typetest/wave/", "kernel/"}, {}, false},
      {{"sim/typetest/"},
       join(with_protocol({"sim/typetest/", "sim/report/", "kernel/", "os/", "meter/hal/",
                           "models/core/grid/", "models/core/load/", "models/core/afe/",
                           "models/core/parts/", "models/core/meter/",
                           "protocol/hosted/crypto_openssl/"})),
       {"fmt/"},
       false},
      // A client of meters: nothing of the simulator, nothing of the head-end.
      {{"sim/reader/"}, {"sim/reader/", "net/", "os/", "protocol/"}, {"fmt/", "nlohmann/"}, false},
  };
  for (const char* floor :
       {"sim/assembly/", "sim/load/", "sim/record/", "sim/referee/", "sim/drive/", "sim/cli/"}) {
    floors.push_back(floor);
    if (floors.back() == "sim/cli/") {
      floors.push_back("sim/reader/");
      floors.push_back("sim/typetest/");
    }
    if (floors.back() == "sim/drive/") floors.push_back("sim/report/");
    rules.push_back({{floor}, join(product, floors), {""}, false});
  }
  return rules;
}

std::vector<Rule> test_rules() {
  return {
      {{"bench/", "tests/"}, {""}, {""}, false},
      // The guest firmware is written against the public C headers alone; its test is not.
      {{"tests/firmware/second_firmware/second_firmware.c",
        "tests/firmware/second_firmware/second_firmware.h"},
       {"meter/hal/", "tests/firmware/second_firmware/second_firmware.h"},
       {},
       true},
  };
}

}  // namespace

const std::vector<Rule>& folder_rules() {
  static const std::vector<Rule> all = join(protocol_rules(), firmware_rules(), hosted_rules(),
                                            model_rules(), sim_rules(), test_rules());
  return all;
}

const Rule* rule_for(const std::string& path) {
  const Rule* best = nullptr;
  std::size_t best_length = 0;
  for (const Rule& rule : folder_rules()) {
    for (const std::string& folder : rule.folders) {
      if (path.rfind(folder, 0) == 0 && folder.size() >= best_length) {
        best = &rule;
        best_length = folder.size();
      }
    }
  }
  return best;
}

}  // namespace tidy
