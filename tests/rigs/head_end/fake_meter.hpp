// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/inventory/type_template.hpp"
#include "hes-stub/ports/row.hpp"
#include "protocol/dlms/server.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "tests/rigs/image/fake_image.hpp"

namespace hes_test {

using Octets = std::vector<std::uint8_t>;

// A meter with its module as the head-end sees them: real server sessions over a list of rows, and
// switches for what can go wrong.
class FakeMeter final : public protocol::dlms::Application {
 public:
  FakeMeter(unsigned number, std::int64_t capture_period_s = 900);
  FakeMeter(const FakeMeter&) = delete;
  FakeMeter& operator=(const FakeMeter&) = delete;

  // Wrapper messages towards the head-end.
  Octets announce() const { return notification(0); }
  Octets heartbeat() const { return notification(1); }
  // Rows [first, first + n) of the profile; every push takes a counter.
  Octets push(std::size_t first, std::size_t n);
  Octets push_of(const std::vector<hes::Row>& rows, const hes::Obis& obis);
  // What the meter answers to one message of the head-end; empty: nothing.
  Octets answer(protocol::Bytes message, std::int64_t now_s);

  // Application.
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
  void served(protocol::dlms::Sap, Service service, std::size_t) override;
  std::uint32_t next_invocation_counter() override { return ++own_counter; }
  bool accept_invocation_counter(protocol::dlms::Sap, std::uint32_t counter) override;

  unsigned number;
  std::int64_t period_s;
  protocol::dlms::ServerIdentity identity;
  std::vector<hes::Row> rows;  // load profile, in the order written
  std::vector<hes::Row> closings;
  std::int64_t clock_offset_s = 0;
  bool relay_closed = true;
  int relay_actions = 0;
  int shifts = 0;
  int gets = 0;
  int associations = 0;
  std::uint32_t own_counter = 100;
  std::uint32_t last_client_counter = 0;
  bool deaf = false;             // answers nothing
  std::vector<Octets> in_front;  // APDUs sent to the asking client in front of each answer
  bool ignores_release = false;
  bool forgets_answers = false;  // does as told, but the answer is lost
  bool refuses_relay = false;
  bool refuses_rows = false;
  // Its keys, and what it does when it is given others.
  protocol::crypto::Key128 master_key{};
  int key_transfers = 0;
  std::vector<Octets> keys_given;  // as they came
  enum class NewKeys : std::uint8_t { taken, refused, only_said } new_keys = NewKeys::taken;
  // Of one key no invocation counter came twice, or again after a higher one.
  bool counters_went_on = true;
  // Its rows have a capture counter: fake_type(true).
  bool numbered = false;
  std::uint32_t last_number = 0;
  void capture(hes::Row row);                      // into `rows`, under the next number
  protocol::cosem::AccessResult numbers_result{};  // of rows asked for by number
  protocol::cosem::AccessResult counter_result{};  // of the counter itself
  protocol::cosem::AccessResult closings_result{};
  bool heeds_selections = true;     // otherwise: all rows, whatever was asked for
  std::uint32_t rotten_number = 0;  // no answer that would hold this row: hardware-fault
  std::vector<protocol::cosem::Selection> asked;  // of the load profile
  int counter_reads = 0;
  std::optional<rigs::FakeImage> image;  // none: it takes no images

 private:
  Octets notification(std::uint8_t kind) const;
  Octets value_of(const protocol::cosem::Attribute& attribute,
                  const protocol::cosem::Selection& selection,
                  protocol::cosem::AccessResult& result);
  Octets rows_of(const protocol::cosem::Attribute& attribute,
                 const protocol::cosem::Selection& selection,
                 protocol::cosem::AccessResult& result);

  protocol::cosem::AccessResult take_keys(protocol::Bytes parameter);

  protocol::crypto::OpensslEngine crypto_;
  std::optional<protocol::dlms::Keys> next_keys_;  // from the next message on
  std::map<protocol::crypto::Key128, std::uint32_t> last_counter_of_;
  protocol::dlms::ServerSession public_;
  protocol::dlms::ServerSession management_;
  std::int64_t now_s_ = 0;
};

// A-XDR array of rows in the columns of the built-in type.
Octets encode_rows(const std::vector<hes::Row>& rows, bool numbered = false);
hes::TypeTemplate fake_type(bool numbered = false);
hes::Inventory fake_inventory(std::size_t meters, std::int64_t capture_period_s = 900);
Octets wrap(std::uint16_t source, std::uint16_t destination, protocol::Bytes apdu);

}  // namespace hes_test
