// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/hosted/p32/parameters.hpp"
#include "protocol/hosted/p32/types.hpp"
#include "protocol/hosted/power_limit/limit.hpp"
#include "protocol/hosted/tariff_plan/plan.hpp"

// What a head-end orders. Orders change something in the world, so each is signed.
namespace protocol::p32 {

// Class 70 of each meter of the order. `arm`: ready for reconnection, a person closes it.
enum class RelayAction : std::uint8_t { open, close, arm };
inline constexpr const char* kRelayNames[] = {"open", "close", "arm"};
constexpr Names names_of_type(RelayAction) { return kRelayNames; }
struct RelayOrder {
  RelayAction action = RelayAction::open;
  bool operator==(const RelayOrder&) const = default;
};

// What is absent stays as it is.
struct MeterParametersOrder {
  std::optional<std::uint32_t> capture_period_s;
  std::optional<std::int16_t> time_zone_min;  // Blue Book sign
  std::optional<bool> daylight_saving;
  std::optional<std::uint8_t> control_mode;       // class 70, 0..6
  std::optional<std::uint32_t> sag_threshold_dv;  // 0.1 V
  std::optional<std::uint32_t> swell_threshold_dv;
  std::optional<std::uint32_t> power_quality_time_s;
  bool clear_errors = false;
  bool operator==(const MeterParametersOrder&) const = default;
};

// Classes 20 and 11: goes into the passive calendar, which becomes active at `activateAt` (absent:
// at once).
using tariff::DatePattern;
using tariff::Day;
using tariff::DaySwitch;
using tariff::Season;
using tariff::SpecialDay;
using tariff::Week;
using ActivityCalendarOrder = tariff::Plan;

// Classes 70, 71 and 21.
using limits::EmergencyLimit;
using limits::LimiterAction;
using PowerLimitOrder = limits::PowerLimit;

// check: read and report only; shift: by at most 900 s (class 8 method 6); set: write the time.
enum class ClockSyncMode : std::uint8_t { check, shift, set };
inline constexpr const char* kClockSyncNames[] = {"check", "shift", "set"};
constexpr Names names_of_type(ClockSyncMode) { return kClockSyncNames; }
struct ClockSyncOrder {
  ClockSyncMode mode = ClockSyncMode::shift;
  std::uint32_t threshold_s = 0;  // a smaller deviation is left alone
  bool operator==(const ClockSyncOrder&) const = default;
};

// Class 64 global_key_transfer, keys of client 3. The order never holds a key in clear.
enum class KeyId : std::uint8_t { unicast = 0, broadcast = 1, authentication = 2, master = 3 };
inline constexpr const char* kKeyNames[] = {"unicast", "broadcast", "authentication", "master"};
constexpr Names names_of_type(KeyId) { return kKeyNames; }
struct WrappedKey {
  std::string meter;
  KeyId key = KeyId::unicast;
  Octets for_meter;         // AES key wrap (RFC 3394) under the meter's master key, 24 octets
  Octets for_concentrator;  // the same key under the concentrator's own, 24 octets
  bool operator==(const WrappedKey&) const = default;
};
struct KeyChangeOrder {
  std::vector<WrappedKey> keys;
  bool operator==(const KeyChangeOrder&) const = default;
};

struct ConcentratorParametersOrder {
  ConcentratorParameters parameters;
  bool operator==(const ConcentratorParametersOrder&) const = default;
};

enum class Command : std::uint8_t {
  reboot,
  cancel,  // the request, order or campaign `target`
  purge,   // forget meters without contact for `older_than_s`; with meters in the order: those
  sync,    // the concentrator's own clock, now
};
inline constexpr const char* kCommandNames[] = {"reboot", "cancel", "purge", "sync"};
constexpr Names names_of_type(Command) { return kCommandNames; }
struct ConcentratorCommandOrder {
  Command command = Command::reboot;
  std::optional<std::string> target;
  std::optional<std::uint32_t> older_than_s;
  bool operator==(const ConcentratorCommandOrder&) const = default;
};

enum class DlmsService : std::uint8_t { get, set, action };
inline constexpr const char* kServiceNames[] = {"get", "set", "action"};
constexpr Names names_of_type(DlmsService) { return kServiceNames; }
struct DlmsOperation {
  DlmsService service = DlmsService::get;
  std::uint16_t class_id = 0;
  cosem::Obis instance;
  std::int8_t index = 0;                 // attribute or method
  std::optional<std::uint8_t> selector;  // access selector; its parameters are in `selection`
  Octets selection;                      // A-XDR
  Octets data;                           // A-XDR: value to set, parameter of the method
  bool operator==(const DlmsOperation&) const = default;
};
// Done in this order in one association of client 3; stops at the first failure if told.
struct RawDlmsOrder {
  bool stop_on_failure = true;
  std::vector<DlmsOperation> operations;
  bool operator==(const RawDlmsOrder&) const = default;
};

struct FirmwareImage {
  std::string source;  // URL from which the concentrator fetches it
  std::string identifier;
  std::uint32_t size_octets = 0;
  Octets sha256;  // 32 octets
  std::uint16_t block_octets = 0;
  std::optional<std::uint16_t> multicast_group;
  bool operator==(const FirmwareImage&) const = default;
};
struct FirmwareCampaignOrder {
  std::string campaign;
  bool for_concentrator = false;       // else for the meters of the order
  std::optional<FirmwareImage> image;  // absent: cancel the campaign
  std::optional<UtcMs> activate_at;    // absent: when verified
  bool operator==(const FirmwareCampaignOrder&) const = default;
};

using OrderBody =
    std::variant<RelayOrder, MeterParametersOrder, ActivityCalendarOrder, PowerLimitOrder,
                 ClockSyncOrder, KeyChangeOrder, ConcentratorParametersOrder,
                 ConcentratorCommandOrder, RawDlmsOrder, FirmwareCampaignOrder>;

struct Order {
  std::string id;
  std::string concentrator;  // for whom; nobody else may execute it
  std::uint64_t seq = 0;     // rises with each order of this head-end to this concentrator
  UtcMs from = 0;            // not before
  UtcMs until = 0;           // given up then
  Priority priority = Priority::normal;
  std::vector<std::string>
      meters;  // at least one for orders to meters; keyChange names them itself
  OrderBody body;

  OrderKind kind() const { return static_cast<OrderKind>(body.index()); }
  bool operator==(const Order&) const = default;
};
// The variant stands in the order of OrderKind.
static_assert(std::variant_size_v<OrderBody> == kOrderKinds);

struct Signature {
  std::string key;  // id of the signer's key
  Octets octets;    // Ed25519: 64 octets, base64 on the wire
  bool operator==(const Signature&) const = default;
};

// Made by sign(), checked by verify() (sign.hpp).
struct SignedOrder {
  Order order;
  Signature signature;
  // Exclusive canonical XML of the Order element: what is signed. decode() keeps it as received, so
  // that an order of another maker, whose XML is not what we would write, can still be checked,
  // stored and handed on. encode() writes it as it is, or, if it is empty, our own form.
  std::string canonical;
  bool operator==(const SignedOrder&) const = default;
};

}  // namespace protocol::p32
