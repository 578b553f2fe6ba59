// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "meter/fw/prime/service_node.hpp"
#include "tests/rigs/prime/modem.hpp"

namespace protocol::prime::test {

inline constexpr std::int64_t kSecond = 1'000'000;
inline constexpr std::uint16_t kLnid = 0x123;
inline constexpr std::uint16_t kAddress = 0x045;
inline constexpr char kSerial[] = "0001234567";

inline constexpr std::uint8_t kLsid = 5;
inline constexpr Eui48 kNewcomer{2, 0x41, 0x4D, 0, 0, 9};

// One packet a node sent, taken apart.
struct SentPacket {
  std::int64_t at_us = 0;
  GenericHeader header;
  Packet packet;
  Octets payload;
  Scheme scheme = Scheme::dbpsk_f;
};

// One segment as it travels, SAR octet first.
Octets segment_octets(const Octets& sdu, unsigned index);

// A service node with a modem in virtual time; the test plays base node and neighbours.
class Rig : protected meter::fw::prime::ServiceNodeOwner {
 public:
  explicit Rig(std::uint64_t seed = 1, std::size_t n_buffers = 6);

  MutableBytes take_buffer() override;
  void give_buffer(MutableBytes buffer) override;
  std::uint32_t random() override { return static_cast<std::uint32_t>(draws.next()); }
  void on_connected(std::uint16_t address) override { connected.push_back(address); }
  void on_disconnected() override { ++disconnected; }
  void on_data(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu, bool broadcast) override;
  void on_sent(std::uint32_t cookie, bool delivered) override {
    outcomes.emplace_back(cookie, delivered);
  }

  // Time passes; whatever is due happens.
  void run_until(std::int64_t at_us);
  void run_for(std::int64_t span_us) { run_until(modem.now + span_us); }
  // One frame arrives, if the filter lets it pass. False: it did not.
  bool arrives(const Octets& mpdu, std::int32_t snr_cdb = 2'000, Scheme scheme = Scheme::dbpsk_f);
  template <typename Message>
  bool down(ControlType type, std::uint16_t lnid, const Message& message,
            std::uint8_t sid = kBaseSid, std::uint8_t level = 0) {
    return arrives(control(true, level, type, sid, lnid, message));
  }
  // A data packet of the connection / a broadcast, SAR and ARQ octets included.
  bool data(const Octets& payload, Scheme scheme = Scheme::dbpsk_f);
  bool broadcast(const Octets& payload, std::uint8_t level = 0);
  void beacon_heard(const Beacon& beacon, std::int32_t snr_cdb = 2'000, std::uint32_t received = 20,
                    std::uint32_t missed = 0);
  // What was sent since the last call, PNPDUs apart.
  std::vector<SentPacket> sent();
  std::vector<SentPacket> sent(ControlType type);

  // The usual way up.
  void register_at_base();
  void connect();
  void promote(std::uint8_t lsid = kLsid);

  Beacon base;
  FakeModem modem;
  Draws draws;
  std::vector<Octets> memory;
  std::vector<MutableBytes> free;
  std::vector<std::uint16_t> connected;
  int disconnected = 0;
  struct Lsdu {
    std::uint8_t d_lsap, s_lsap;
    Octets octets;
    bool broadcast;
    bool operator==(const Lsdu&) const = default;
  };
  std::vector<Lsdu> received;
  std::vector<std::pair<std::uint32_t, bool>> outcomes;
  std::uint16_t lcid = 0;  // of the connection
  unsigned pnpdus = 0;     // counted by sent()
  meter::fw::prime::ServiceNode node;

 private:
  std::size_t looked_at_ = 0;
};

// What a node in need cries.
inline Octets promotion_needed(const Sna& wanted = PromotionNeeded::kAnySna) {
  return encoded(PromotionNeeded{wanted, kNewcomer});
}

}  // namespace protocol::prime::test
