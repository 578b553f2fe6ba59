// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "cm1/fw/identity_reader.hpp"

#include <algorithm>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/security_setup.hpp"
#include "protocol/dlms/apdu.hpp"

namespace cm1::fw {
namespace {

namespace classes = protocol::cosem::classes;
using protocol::Result;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using protocol::dlms::ClientConfig;
using protocol::dlms::ClientEvent;
using protocol::dlms::kManagementDevice;
using protocol::dlms::kPublicClient;

constexpr Attribute kSystemTitle{classes::SecuritySetup::kId, obis(0, 0, 43, 0, 0),
                                 classes::SecuritySetup::kServerSystemTitle};
constexpr Attribute kTime{classes::Clock::kId, obis(0, 0, 1, 0, 0), classes::Clock::kTime};
constexpr std::uint16_t kMaxPdu = 256;

ClientConfig public_client() {
  ClientConfig config;
  config.client_sap = kPublicClient;
  config.max_pdu_octets = kMaxPdu;
  return config;
}

}  // namespace

IdentityReader::IdentityReader(MeterLine& line)
    : line_(line), session_(public_client(), no_crypto_, work_) {}

void IdentityReader::start() {
  PROTOCOL_ASSERT(!busy());
  session_.reset();
  request(session_.associate(), Step::associating);
}

void IdentityReader::request(const Result<Bytes>& apdu, Step step) {
  if (!apdu || apdu->size() > apdu_.size()) return finish();
  std::copy(apdu->begin(), apdu->end(), apdu_.begin());
  step_ = step;
  unsolicited_ = 0;
  line_.request(kPublicClient, kManagementDevice, Bytes(apdu_).first(apdu->size()));
}

void IdentityReader::on_answer(Bytes apdu, std::int64_t now_us) {
  if (is_unsolicited(apdu, apdu_) && ++unsolicited_ <= kMaxUnsolicited) {
    return line_.request(kPublicClient, kManagementDevice, {});
  }
  const ClientEvent event = session_.on_apdu(apdu);
  switch (event.kind) {
    case ClientEvent::Kind::send:
      return request(event.send, step_);
    case ClientEvent::Kind::associated:
    case ClientEvent::Kind::released:
    case ClientEvent::Kind::data:
    case ClientEvent::Kind::refused:
      return go_on(event, now_us);
    default:  // rejected, exception, or not readable
      return finish();
  }
}

void IdentityReader::go_on(const ClientEvent& event, std::int64_t now_us) {
  const bool has_data = event.kind == ClientEvent::Kind::data;
  switch (step_) {
    case Step::associating:
      return request(session_.get(kSystemTitle), Step::title);
    case Step::title:
      if (has_data) take_title(event.data);
      return request(session_.get(kTime), Step::clock);
    case Step::clock:
      if (has_data) take_clock(event.data, now_us);
      return request(session_.release(), Step::releasing);
    default:
      return finish();
  }
}

// The link is closed behind the association.
void IdentityReader::finish() {
  const bool closing = line_.close(kPublicClient, kManagementDevice);
  step_ = closing ? Step::closing : Step::idle;
}

void IdentityReader::take_title(Bytes value) {
  protocol::axdr::Cursor cursor(value);
  const Bytes title = cursor.octet_string();
  if (!cursor.ok() || title.size() != system_title_.size()) return;
  std::copy(title.begin(), title.end(), system_title_.begin());
  known_ = true;
}

void IdentityReader::take_clock(Bytes value, std::int64_t now_us) {
  protocol::axdr::Cursor cursor(value);
  const Bytes octets = cursor.date_time();
  if (!cursor.ok()) return;
  const Result<protocol::cosem::DateTime> time = protocol::cosem::decode_date_time(octets);
  if (time) utc_at_boot_us_ = time->utc_s * kUsPerSecond - now_us;
}

}  // namespace cm1::fw
