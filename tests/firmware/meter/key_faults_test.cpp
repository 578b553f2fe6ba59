// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Keys and their counters: what may never come back, and what is done together or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meter/fw/cosem/clients.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/dlms/ciphering.hpp"
#include "protocol/dlms/hls.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/plc_bench.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"
#include "tests/rigs/octets/octets.hpp"

namespace {

namespace axdr = protocol::axdr;
namespace classes = protocol::cosem::classes;
namespace dlms = protocol::dlms;
using protocol::Writer;
using protocol::cosem::Attribute;
using protocol::cosem::Method;
using protocol::cosem::obis;
using rigs::hex;
using rigs::MeterFixture;
using rigs::Octets;
using rigs::TestClient;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10, 10, 1, 0);
const Attribute kImport{classes::Register::kId, obis(1, 0, 1, 8, 0), 2};
const Attribute kCounter{classes::Data::kId, obis(0, 0, 43, 1, 0), 2};
const Method kTransfer{protocol::cosem::ClassId{64}, obis(0, 0, 43, 0, 0), 2};
using Key = std::array<std::uint8_t, 16>;

Key key_of(std::uint8_t octet) {
  Key key;
  key.fill(octet);
  return key;
}

class KeyFaults : public testing::Test {
 protected:
  MeterFixture meter{kStart};
  meter_provision now = meter.provision;  // with the keys that are in force

  static Octets wrapped(const Key& master, const Key& key) {
    protocol::crypto::OpensslEngine crypto([](protocol::MutableBytes) {});
    Octets out(24);
    EXPECT_TRUE(crypto.wrap(master, key, out));
    return out;
  }
  Octets parameter(std::uint8_t key_id, const Key& key) const {
    Key master;
    std::copy_n(meter.provision.master_key, 16, master.begin());
    return rigs::encoded([&](Writer& out) {
      axdr::begin_array(1, out);
      axdr::begin_structure(2, out);
      axdr::put_enum(key_id, out);
      axdr::put_octet_string(wrapped(master, key), out);
    });
  }
  void unicast_is(const Key& key) { std::copy(key.begin(), key.end(), now.unicast_key); }
  // Management, from `counter` on, over a link of its own.
  std::unique_ptr<TestClient> manager(std::uint32_t counter = 1) {
    auto client = std::make_unique<TestClient>(meter, rigs::management_client(now, counter));
    EXPECT_TRUE(client->connect());
    return client;
  }
  bool lets_in(std::uint32_t counter) {
    const auto client = manager(counter);
    const bool in = client->associate() && client->get(kImport).has_value();
    client->disconnect();
    return in;
  }
  bool change_unicast(const Key& key, std::uint32_t counter = 1) {
    const auto client = manager(counter);
    EXPECT_TRUE(client->associate());
    const bool changed = client->action(kTransfer, parameter(0, key));
    client->disconnect();
    if (changed) unicast_is(key);
    return changed;
  }
  std::uint32_t accepted() {
    TestClient anyone{meter, rigs::public_client()};
    EXPECT_TRUE(anyone.connect() && anyone.associate());
    const std::uint64_t counter = rigs::unsigned_in(anyone, kCounter);
    anyone.disconnect();
    return static_cast<std::uint32_t>(counter);
  }
  void power_cycle(bool with_battery) {
    meter.power_off(false);
    if (!with_battery) meter.retained.fill(0);
    meter.power_on(METER_BOOT_POWER);
  }
  // A request that the client in this repository does not have, sealed by hand.
  Octets ask(TestClient& client, std::uint32_t counter, const Octets& plain) const {
    dlms::Keys keys;
    std::copy_n(now.unicast_key, 16, keys.unicast.begin());
    std::copy_n(now.authentication_key, 16, keys.authentication.begin());
    const auto config = rigs::management_client(now);
    protocol::crypto::OpensslEngine crypto([](protocol::MutableBytes) {});
    Octets octets(1000);
    Writer out(octets);
    EXPECT_TRUE(dlms::encode_ciphered(dlms::Wrapping::glo, {keys, config.system_title, counter},
                                      plain, crypto, {}, out));
    const Octets answer = client.exchange(out.written());
    const auto ciphered = dlms::decode_ciphered(answer);
    if (!ciphered.ok()) return answer;
    dlms::SystemTitle title;
    std::copy_n(now.system_title, 8, title.begin());
    Octets opened(1000);
    const auto result = dlms::open_ciphered(*ciphered, keys, title, crypto, opened);
    return result.ok() ? rigs::copy(*result) : Octets{};
  }
  // ACTION of a list: global_key_transfer for each parameter.
  static Octets transfers(const std::vector<Octets>& parameters) {
    const auto n = static_cast<std::uint8_t>(parameters.size());
    Octets all{0xC3, 0x03, 0xC1, n};
    for (int k = 0; k < n; ++k) {
      const Octets method = hex("0040 00002B0000FF 02");
      all.insert(all.end(), method.begin(), method.end());
    }
    all.push_back(n);
    for (const Octets& one : parameters) all.insert(all.end(), one.begin(), one.end());
    return all;
  }
};

// What the battery-backed memory forgets flash has a ceiling of.
TEST_F(KeyFaults, fault_25_accepted_counters_never_fall_back_when_the_battery_dies) {
  std::uint32_t next = 1;
  for (const std::uint32_t first : {1u, 40u, 5000u, 5001u, 2'000'000'000u}) {
    next = std::max(next, first);
    const auto client = manager(next);
    ASSERT_TRUE(client->associate()) << next;
    ASSERT_TRUE(client->get(kImport));
    const std::uint32_t used = client->counter() - 1;
    client->disconnect();
    EXPECT_EQ(accepted(), used);
    power_cycle(false);
    EXPECT_GE(accepted(), used);
    EXPECT_LT(accepted(), used + 1000) << "and not far above it";
    for (const std::uint32_t old : {1u, used - 3, used}) EXPECT_FALSE(lets_in(old)) << old;
    next = accepted() + 1;
  }
  EXPECT_TRUE(lets_in(next));
  power_cycle(true);
  EXPECT_FALSE(lets_in(next));
}

// With the checkpoint of a day ago in flash, and without any.
TEST_F(KeyFaults, fault_28_accepted_counters_do_not_start_at_zero_when_retained_memory_is_lost) {
  ASSERT_TRUE(lets_in(700));
  meter.run_for_us(2 * rigs::kDay_s * rigs::kSecond_us);
  ASSERT_TRUE(lets_in(900));
  power_cycle(false);
  EXPECT_FALSE(lets_in(701));
  EXPECT_FALSE(lets_in(902));
  EXPECT_TRUE(lets_in(accepted() + 1));
}

// FFFFFFFF, sealed with the right key: nobody is locked out.
TEST_F(KeyFaults, fault_25_the_last_counter_locks_nobody_out) {
  EXPECT_FALSE(lets_in(UINT32_MAX - 10));
  EXPECT_FALSE(lets_in(dlms::kFirstReservedCounter + 20)) << "nobody jumps over the reserved ones";
  EXPECT_TRUE(lets_in(1));
  EXPECT_TRUE(lets_in(dlms::kFirstReservedCounter - 5));
  power_cycle(false);
  // Nothing is left but the key change, and that is possible: with the battery dead, too.
  ASSERT_EQ(accepted(), dlms::kFirstReservedCounter - 1);
  EXPECT_FALSE(lets_in(accepted() + 1)) << "association and key change only, no reading";
  EXPECT_EQ(accepted(), dlms::kFirstReservedCounter + 2) << "one went into the token";
  power_cycle(false);
  ASSERT_EQ(accepted(), dlms::kFirstReservedCounter + 2) << "none of the last is skipped";
  ASSERT_TRUE(change_unicast(key_of(0x77), accepted() + 1));
  EXPECT_TRUE(lets_in(1)) << "a new key, a new sequence";
}

TEST_F(KeyFaults, fault_25_a_former_key_does_not_come_back) {
  Key first;
  std::copy_n(meter.provision.unicast_key, 16, first.begin());
  ASSERT_TRUE(change_unicast(key_of(0x11)));
  EXPECT_FALSE(change_unicast(first)) << "recordings under it would open again";
  ASSERT_TRUE(change_unicast(key_of(0x22), accepted() + 1));
  power_cycle(false);
  EXPECT_FALSE(change_unicast(first));
  EXPECT_FALSE(change_unicast(key_of(0x11), accepted() + 1));
  EXPECT_TRUE(change_unicast(key_of(0x22), accepted() + 1))
      << "the one in force: an order repeated";
  const std::uint32_t before = accepted();
  EXPECT_GT(before, 4u) << "and its counters go on";
  EXPECT_TRUE(change_unicast(key_of(0x33), before + 1));
}

// The set of the concentrator seals with counters of its own: one key in both sets would seal twice
// with one counter.
TEST_F(KeyFaults, fault_25_no_key_is_in_both_sets) {
  const meter_provision provision = rigs::make_plc_provision();
  MeterFixture both{kStart, provision};
  TestClient client{both, rigs::management_client(provision)};
  ASSERT_TRUE(client.connect() && client.associate());
  Key theirs;
  std::copy_n(provision.concentrator_unicast_key, 16, theirs.begin());
  EXPECT_FALSE(client.action(kTransfer, parameter(0, theirs)));
  EXPECT_TRUE(client.action(kTransfer, parameter(0, key_of(0x44))));
}

// A power cut anywhere in the change: one key or the other, each with counters that fit it.
TEST_F(KeyFaults, fault_25_a_cut_in_a_key_change_locks_nobody_out) {
  bool complete = false;
  for (std::uint64_t at = 1; !complete && at < 30; ++at) {
    for (const bool battery : {true, false}) {
      MeterFixture cut{kStart};
      meter_provision next = cut.provision;
      std::fill(std::begin(next.unicast_key), std::end(next.unicast_key), std::uint8_t{0x66});
      TestClient client{cut, rigs::management_client(cut.provision, 500)};
      ASSERT_TRUE(client.connect() && client.associate());
      cut.cut_at_operation(at, METER_FLASH_PAGE_BYTES);
      static_cast<void>(client.action(kTransfer, parameter(0, key_of(0x66))));
      complete = !cut.cut_happened();
      cut.power_off(false);
      if (!battery) cut.retained.fill(0);
      cut.power_on(METER_BOOT_POWER);
      TestClient replay{cut, rigs::management_client(cut.provision, 500)};
      EXPECT_FALSE(replay.connect() && replay.associate()) << "an old recording, at " << at;
      replay.disconnect();
      TestClient new_key{cut, rigs::management_client(next, 1)};
      const bool changed = new_key.connect() && new_key.associate();
      new_key.disconnect();
      TestClient old_key{cut, rigs::management_client(cut.provision, 5000)};
      EXPECT_NE(old_key.connect() && old_key.associate(), changed) << at << '/' << battery;
    }
  }
  EXPECT_TRUE(complete);
}

// gaps: the second transfer of a list started from the keys before the first one.
TEST_F(KeyFaults, a_list_of_key_transfers_is_all_or_none) {
  const auto client = manager();
  ASSERT_TRUE(client->associate());
  std::uint32_t counter = 100;
  Octets broken = parameter(2, key_of(0x9A));
  broken.back() ^= 1;
  const auto flash = meter.flash;
  for (const auto& list : {std::vector{parameter(0, key_of(0x99)), broken},
                           std::vector{broken, parameter(0, key_of(0x99))},
                           std::vector{parameter(0, key_of(0x99)), parameter(1, key_of(0x9A))}}) {
    EXPECT_EQ(ask(*client, counter++, transfers(list)), hex("C703C102 FA00 FA00"));
  }
  // One that the client may not give: the concentrator's set.
  Octets denied = transfers({parameter(0, key_of(0x99)), parameter(0, key_of(0x9B))});
  denied[4 + 9 + 6] = 1;
  const Octets refused = ask(*client, counter++, denied);
  EXPECT_EQ(refused.size(), 8u);
  EXPECT_NE(refused[4], 0);
  EXPECT_NE(refused[6], 0);
  EXPECT_TRUE(lets_in(counter + 10)) << "with the old keys";
  const auto again = manager(accepted() + 1);
  ASSERT_TRUE(again->associate());
  EXPECT_EQ(ask(*again, 1000, transfers({parameter(0, key_of(0x99)), parameter(2, key_of(0x9A))})),
            hex("C703C102 0000 0000"));
  again->disconnect();
  unicast_is(key_of(0x99));
  EXPECT_FALSE(lets_in(1)) << "the authentication key is another one, too";
  std::fill(std::begin(now.authentication_key), std::end(now.authentication_key),
            std::uint8_t{0x9A});
  power_cycle(true);
  EXPECT_TRUE(lets_in(1));
}

TEST_F(KeyFaults, keys_that_flash_refuses_are_not_taken) {
  const auto client = manager();
  ASSERT_TRUE(client->associate());
  meter.failing_pages = {0, 1};
  EXPECT_FALSE(client->action(kTransfer, parameter(0, key_of(0x55))));
  EXPECT_EQ(client->refusal, protocol::cosem::AccessResult::hardware_fault);
  EXPECT_TRUE(client->get(kImport)) << "the old key goes on";
  client->disconnect();
  meter.failing_pages.clear();
  power_cycle(true);
  EXPECT_TRUE(lets_in(accepted() + 1));
}

}  // namespace
