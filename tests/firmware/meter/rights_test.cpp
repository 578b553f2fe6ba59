// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Who may do what with a meter, as it is meant: written down here, and asked for on the wire. The
// object table is not looked at, so a row that grants too much is found.
#include <gtest/gtest.h>

#include <map>

#include "protocol/cosem/obis.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/plc_bench.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::ClassId;
using protocol::cosem::Method;

// What is meant: an attribute or method, and who may write or call it. Everything else is nobody's.
struct Meant {
  unsigned class_id;
  const char* name;
  int index;
  const char* by;  // m: management, c: concentrator
};
constexpr Meant kWritten[] = {
    {1, "0.0.97.97.0", 2, "mc"},    // errors: to be cleared
    {1, "0.0.97.98.0", 2, "mc"},    // alarms: register, filter, descriptor, what opens the relay
    {1, "0.0.97.98.10", 2, "mc"},   //
    {1, "0.0.97.98.20", 2, "mc"},   //
    {1, "0.0.97.98.128", 2, "mc"},  //
    {1, "0.0.96.5.128", 2, "mc"},   // seals: whole again, service permitted
    {1, "0.0.96.5.129", 2, "mc"},   //
    {1, "0.0.96.5.130", 2, "mc"},   // the optical port as a test output
    {7, "1.0.99.1.0", 3, "mc"},     // setups of profiles: columns, period, entries
    {7, "1.0.99.1.0", 4, "mc"},
    {7, "1.0.99.1.0", 8, "mc"},
    {7, "1.0.99.3.0", 3, "mc"},
    {7, "1.0.99.3.0", 4, "mc"},
    {7, "1.0.99.3.0", 8, "mc"},
    {7, "1.0.99.4.0", 3, "mc"},
    {7, "1.0.99.4.0", 4, "mc"},
    {7, "1.0.99.4.0", 8, "mc"},
    {7, "1.0.99.2.0", 3, "mc"},
    {7, "1.0.99.2.0", 8, "mc"},
    {7, "0.0.98.1.0", 3, "mc"},
    {7, "0.0.98.1.0", 8, "mc"},
    {8, "0.0.1.0.0", 2, "mc"},  // the clock: time, zone, daylight saving
    {8, "0.0.1.0.0", 3, "mc"},
    {8, "0.0.1.0.0", 8, "mc"},
    {5, "1.0.1.4.0", 8, "mc"},  // demand integration period
    {5, "1.0.2.4.0", 8, "mc"},
    {11, "0.0.11.0.0", 2, "mc"},  // special days
    {20, "0.0.13.0.0", 6, "mc"},  // the passive plan and its time
    {20, "0.0.13.0.0", 7, "mc"},
    {20, "0.0.13.0.0", 8, "mc"},
    {20, "0.0.13.0.0", 9, "mc"},
    {20, "0.0.13.0.0", 10, "mc"},
    {70, "0.0.96.3.10", 4, "mc"},  // control mode of the relay
    {71, "0.0.17.0.0", 2, "mc"},
    {71, "0.0.17.0.0", 4, "mc"},
    {71, "0.0.17.0.0", 5, "mc"},
    {71, "0.0.17.0.0", 6, "mc"},
    {71, "0.0.17.0.0", 7, "mc"},
    {71, "0.0.17.0.0", 8, "mc"},
    {71, "0.0.17.0.0", 9, "mc"},
    {71, "0.0.17.0.0", 11, "mc"},
    {21, "0.0.16.0.0", 2, "mc"},
    {21, "0.0.16.0.0", 3, "mc"},
    {21, "0.0.16.0.0", 4, "mc"},
    {21, "0.0.16.0.1", 2, "mc"},
    {21, "0.0.16.0.1", 3, "mc"},
    {21, "0.0.16.0.1", 4, "mc"},
    {1, "0.0.96.13.1", 2, "mc"},  // the display: message, setup, lists
    {1, "0.0.96.50.0", 2, "mc"},
    {1, "0.0.96.50.1", 2, "mc"},
    {1, "0.0.96.50.2", 2, "mc"},
    {3, "1.0.12.31.0", 2, "mc"},  // thresholds of sags and swells, their times, of long outages
    {3, "1.0.12.35.0", 2, "mc"},
    {3, "1.0.12.31.128", 2, "mc"},
    {3, "1.0.12.43.0", 2, "mc"},
    {3, "1.0.12.44.0", 2, "mc"},
    {3, "0.0.96.7.20", 2, "mc"},
    {18, "0.0.44.0.0", 5, "mc"},  // images: enabled, and when one is activated
    {22, "0.0.15.0.2", 4, "mc"},
};
constexpr Meant kCalled[] = {
    {7, "1.0.99.1.0", 1, "mc"},  // reset and capture
    {7, "1.0.99.1.0", 2, "mc"},
    {7, "1.0.99.2.0", 1, "mc"},
    {7, "1.0.99.2.0", 2, "mc"},
    {7, "1.0.99.3.0", 1, "mc"},
    {7, "1.0.99.3.0", 2, "mc"},
    {7, "1.0.99.4.0", 1, "mc"},
    {7, "1.0.99.4.0", 2, "mc"},
    {7, "0.0.98.1.0", 1, "mc"},
    {7, "0.0.98.1.0", 2, "mc"},
    {7, "0.0.99.98.0", 1, "mc"},  // event logs begin anew
    {7, "0.0.99.98.1", 1, "mc"},
    {7, "0.0.99.98.2", 1, "mc"},
    {7, "0.0.99.98.5", 1, "mc"},
    {7, "0.0.99.98.9", 1, "mc"},
    {7, "0.0.99.98.4", 1, "mc"},
    {8, "0.0.1.0.0", 1, "mc"},  // adjust to quarter, period, minute; shift
    {8, "0.0.1.0.0", 2, "mc"},
    {8, "0.0.1.0.0", 3, "mc"},
    {8, "0.0.1.0.0", 6, "mc"},
    {15, "0.0.40.0.0", 1, "mc"},  // the token of HLS
    {15, "0.0.40.0.3", 1, "m"},
    {15, "0.0.40.0.4", 1, "c"},
    {11, "0.0.11.0.0", 1, "mc"},  // insert and delete a special day
    {11, "0.0.11.0.0", 2, "mc"},
    {20, "0.0.13.0.0", 1, "mc"},  // activate
    {64, "0.0.43.0.0", 1, "m"},   // each side its own keys
    {64, "0.0.43.0.0", 2, "m"},
    {64, "0.0.43.0.1", 1, "c"},
    {64, "0.0.43.0.1", 2, "c"},
    {9, "0.0.10.0.106", 1, "mc"},  // the scripts of the relay
    {70, "0.0.96.3.10", 1, "mc"},  // disconnect and reconnect
    {70, "0.0.96.3.10", 2, "mc"},
    {18, "0.0.44.0.0", 1, "mc"},  // images: initiate, a block, verify, activate
    {18, "0.0.44.0.0", 2, "mc"},
    {18, "0.0.44.0.0", 3, "mc"},
    {18, "0.0.44.0.0", 4, "mc"},
    {9, "0.0.10.0.107", 1, "mc"},
};
// What somebody without any key may read, besides logical names: who the meter is, its time, and
// what it takes to associate.
const std::map<std::string, std::string> kOpen{
    {"0.0.42.0.0", "1 2"},
    {"0.0.96.1.0", "1 2"},
    {"0.0.96.1.1", "1 2"},
    {"1.0.0.2.0", "1 2"},
    {"0.0.43.1.0", "1 2"},
    {"0.0.43.1.1", "1 2"},
    {"0.0.1.0.0", "1 2 3 4 5 6 7 8 9"},
    {"0.0.40.0.0", "1 2 3 4 5 6 8 9"},
    {"0.0.40.0.1", "1 2 3 4 5 6 8 9"},
    {"0.0.41.0.0", "1 2"},
    {"0.0.43.0.0", "1 5"},
};

bool is_meant(std::span<const Meant> table, char client, const Attribute& what) {
  for (const Meant& one : table) {
    if (ClassId{static_cast<std::uint16_t>(one.class_id)} == what.class_id &&
        *protocol::cosem::parse_obis(one.name) == what.instance && one.index == what.index) {
      return std::string_view(one.by).find(client) != std::string_view::npos;
    }
  }
  return false;
}

std::string text(const Attribute& what) {
  return std::string(protocol::cosem::ObisText(what.instance).view()) + ":" +
         std::to_string(what.index);
}

// Every object that anybody sees, asked for by each client on the power line, where all four are.
class Rights : public testing::Test {
 protected:
  rigs::PlcBench bench;
  std::vector<rigs::Listed> all;

  void SetUp() override {
    ASSERT_TRUE(bench.run_until_joined());
    rigs::PlcClient manager(bench, rigs::management_client(bench.meter.provision));
    ASSERT_TRUE(manager.associate());
    all = rigs::object_list(manager);
    ASSERT_GT(all.size(), 40u);
  }
  // Refused for want of the right, or because the client does not even see the object.
  static bool denied(const rigs::DlmsClient& client) {
    return client.refusal == AccessResult::read_write_denied;
  }
  // A value of no attribute's type: who has the right is told so, and nothing is set.
  void check(char who, const protocol::dlms::ClientConfig& config) {
    rigs::PlcClient client(bench, config);
    ASSERT_TRUE(client.associate());
    const std::vector<std::uint8_t> nothing{0};
    for (const rigs::Listed& object : all) {
      for (std::int8_t k = 1; k <= static_cast<std::int8_t>(object.rights.size()); ++k) {
        const Attribute what{object.name.class_id, object.name.instance, k};
        EXPECT_FALSE(client.set(what, nothing)) << who << ' ' << text(what);
        EXPECT_EQ(!denied(client), is_meant(kWritten, who, what)) << who << " set " << text(what);
      }
      for (std::int8_t k = 1; k <= static_cast<std::int8_t>(object.methods.size()); ++k) {
        const Attribute what{object.name.class_id, object.name.instance, k};
        const bool token = what.class_id == ClassId{15};  // denied out of place, whoever sends it
        static_cast<void>(client.action({what.class_id, what.instance, k}, nothing));
        EXPECT_EQ(!denied(client), is_meant(kCalled, who, what) && !token)
            << who << " call " << text(what);
      }
    }
  }
};

TEST_F(Rights, fault_28_the_public_client_changes_nothing) { check('p', rigs::public_client()); }
TEST_F(Rights, fault_28_the_reading_client_changes_nothing) {
  check('r', rigs::reading_client(bench.meter.provision));
}
TEST_F(Rights, fault_28_management_changes_what_is_its_own) {
  check('m', rigs::management_client(bench.meter.provision, 5000));
}
TEST_F(Rights, fault_28_the_concentrator_changes_what_is_its_own) {
  check('c', rigs::concentrator_client(bench.meter.provision));
}

TEST_F(Rights, fault_28_the_public_client_reads_who_the_meter_is_and_nothing_else) {
  rigs::PlcClient anyone(bench, rigs::public_client());
  ASSERT_TRUE(anyone.associate());
  for (const rigs::Listed& object : all) {
    const std::string name(protocol::cosem::ObisText(object.name.instance).view());
    const auto open = kOpen.find(name.substr(0, name.rfind('.')));
    for (std::int8_t k = 1; k <= static_cast<std::int8_t>(object.rights.size()); ++k) {
      const Attribute what{object.name.class_id, object.name.instance, k};
      const bool meant =
          open != kOpen.end() &&
          (" " + open->second + " ").find(" " + std::to_string(k) + " ") != std::string::npos;
      EXPECT_EQ(anyone.get(what).has_value(), meant) << text(what);
    }
  }
}

// The object lists say the same: nobody is shown a right that was not meant, nor the other's keys.
TEST_F(Rights, fault_28_the_lists_show_what_is_meant) {
  const auto& provision = bench.meter.provision;
  const std::pair<char, protocol::dlms::ClientConfig> clients[] = {
      {'p', rigs::public_client()},
      {'r', rigs::reading_client(provision)},
      {'m', rigs::management_client(provision, 5000)},
      {'c', rigs::concentrator_client(provision)}};
  for (const auto& [who, config] : clients) {
    rigs::PlcClient client(bench, config);
    ASSERT_TRUE(client.associate());
    for (const rigs::Listed& object : rigs::object_list(client)) {
      for (std::size_t k = 0; k < object.rights.size(); ++k) {
        const Attribute what{object.name.class_id, object.name.instance,
                             static_cast<std::int8_t>(k + 1)};
        EXPECT_EQ((object.rights[k] & 2) != 0, is_meant(kWritten, who, what)) << who << text(what);
      }
      for (std::size_t k = 0; k < object.methods.size(); ++k) {
        const Attribute what{object.name.class_id, object.name.instance,
                             static_cast<std::int8_t>(k + 1)};
        EXPECT_EQ(object.methods[k] != 0, is_meant(kCalled, who, what)) << who << text(what);
      }
    }
  }
}

}  // namespace
