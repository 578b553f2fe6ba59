// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dcu/app/store/rows.hpp"
#include "protocol/dlms/server.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "tests/rigs/image/fake_image.hpp"

namespace dcu_test {

using Octets = std::vector<std::uint8_t>;
using dcu::app::Row;

inline constexpr std::int64_t kPeriodS = 900;

// A meter behind a power line modem: real server sessions over rows that it captures by its own
// clock, and switches for what can go wrong.
class FakeMeter final : public protocol::dlms::Application {
 public:
  explicit FakeMeter(unsigned number);
  FakeMeter(const FakeMeter&) = delete;
  FakeMeter& operator=(const FakeMeter&) = delete;

  static std::string serial_of(unsigned number);
  // Captures what came due by `now_s`.
  void live_until(std::int64_t now_s);
  // Moves the clock; the next row says so.
  void move_clock(std::int64_t seconds);
  // The answer to an APDU of a client; empty: none.
  Octets answer(std::uint16_t client, protocol::Bytes apdu);
  Octets spontaneous(std::uint8_t code);

  protocol::cosem::AccessResult get(protocol::dlms::Sap client,
                                    const protocol::cosem::Attribute& attribute,
                                    const protocol::cosem::Selection& selection, std::size_t offset,
                                    protocol::Writer& out, bool& more) override;
  protocol::cosem::AccessResult set(protocol::dlms::Sap client,
                                    const protocol::cosem::Attribute& attribute,
                                    protocol::Bytes value) override;
  protocol::cosem::AccessResult action(protocol::dlms::Sap client,
                                       const protocol::cosem::Method& method,
                                       protocol::Bytes parameter, protocol::Writer& out) override;
  void served(protocol::dlms::Sap client, Service service, std::size_t) override;
  std::uint32_t next_invocation_counter() override { return ++own_counter; }
  bool accept_invocation_counter(protocol::dlms::Sap client, std::uint32_t counter) override;

  unsigned number;
  protocol::dlms::SystemTitle title{};
  protocol::dlms::Keys management_keys;
  protocol::dlms::Keys concentrator_keys;
  protocol::crypto::Key128 master_key{};
  std::vector<Row> load;
  std::vector<Row> daily;
  std::vector<Row> events;
  std::vector<Row> relay_events;
  std::int64_t clock_offset_s = 0;
  bool relay_closed = true;
  std::uint8_t control_mode = 4;
  int relay_actions = 0;
  int shifts = 0;
  int associations = 0;
  int undeciphered = 0;   // messages that its keys did not open
  std::size_t asked = 0;  // APDUs of anybody
  bool associated(std::uint16_t client) const {
    return (client == 16 ? public_ : client == 1 ? management_ : concentrator_).associated();
  }
  std::uint32_t own_counter = 100;
  std::map<protocol::dlms::Sap, std::uint32_t> last_counter;
  bool deaf = false;                     // answers nothing
  bool private_only = false;             // nothing to the public client
  bool forgets_answers = false;          // does as told, but the answer is lost
  bool talks_rubbish = false;            // profiles that are none
  std::optional<rigs::FakeImage> image;  // none: it takes no images

 private:
  void capture(std::int64_t stamp_s, std::uint8_t status);
  Octets value_of(const protocol::cosem::Attribute& attribute,
                  const protocol::cosem::Selection& selection,
                  protocol::cosem::AccessResult& result);

  protocol::crypto::OpensslEngine crypto_;
  protocol::dlms::ServerSession public_;
  protocol::dlms::ServerSession management_;
  protocol::dlms::ServerSession concentrator_;
  std::int64_t now_s_ = 0;
  std::int64_t reached_s_ = 0;  // by its own clock
  bool adjusted_ = false;
  bool keys_changed_ = false;
  protocol::dlms::Keys next_keys_;
  std::uint64_t energy_ = 0;
};

}  // namespace dcu_test
