// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/typetest/optical_head.hpp"

#include <algorithm>
#include <utility>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/register.hpp"

namespace sim::typetest {
namespace {

using protocol::dlms::ClientEvent;

constexpr protocol::dlms::Sap kReadingClient = 2;

protocol::dlms::ClientConfig client_config(const std::string& password) {
  protocol::dlms::ClientConfig config;
  config.client_sap = kReadingClient;
  config.authentication = protocol::dlms::Authentication::lls;
  config.password_octets = static_cast<std::uint8_t>(password.size());
  std::copy(password.begin(), password.end(), config.password.begin());
  return config;
}

protocol::hdlc::PrimaryConfig link_config() {
  protocol::hdlc::PrimaryConfig config;
  config.client = {kReadingClient, 0, 1};
  return config;
}

}  // namespace

OpticalHead::OpticalHead(kernel::Agenda& agenda, models::MeterNode& meter,
                         protocol::crypto::Engine& crypto, const std::string& password, Pass pass)
    : agenda_(agenda),
      meter_(meter),
      pass_(std::move(pass)),
      session_(client_config(password), crypto, work_),
      primary_(link_config(), send_buffer_, receive_buffer_, *this) {
  meter.board().uarts.attach(METER_UART_OPTICAL, *this);
}

bool OpticalHead::transmit(kernel::TimeNs, std::span<const std::uint8_t> frame) {
  incoming_.insert(incoming_.end(), frame.begin(), frame.end());
  return true;
}

void OpticalHead::send_frame(protocol::Bytes frame) {
  outgoing_.insert(outgoing_.end(), frame.begin(), frame.end());
}

void OpticalHead::on_apdu(protocol::Bytes apdu) {
  apdu_.assign(apdu.begin(), apdu.end());
  done_ = true;
}

// Until the operation under way has ended: with true, as it should.
bool OpticalHead::wait() {
  while (!done_) {
    if (!outgoing_.empty()) {
      const std::vector<std::uint8_t> frames = std::exchange(outgoing_, {});
      meter_.board().uarts.receiver(METER_UART_OPTICAL).on_frame(agenda_.now(), frames);
    }
    pass_();
    if (!incoming_.empty()) {
      const std::vector<std::uint8_t> frames = std::exchange(incoming_, {});
      primary_.on_bytes(now_us(), frames);
    } else if (primary_.deadline_us() <= now_us()) {
      primary_.on_time(now_us());
    }
  }
  return !failed_;
}

ClientEvent OpticalHead::transact(const protocol::Result<protocol::Bytes>& request) {
  ClientEvent event;
  if (!request.ok()) return event;
  protocol::Bytes send = *request;
  do {
    done_ = failed_ = false;
    if (!primary_.send(now_us(), send) || !wait()) return {};
    event = session_.on_apdu(apdu_);
    send = event.send;
  } while (event.kind == ClientEvent::Kind::send);
  return event;
}

bool OpticalHead::associate() {
  if (primary_.is_open() && session_.associated()) return true;
  session_.reset();
  primary_.reset();
  done_ = failed_ = false;
  primary_.open(now_us());
  return wait() && transact(session_.associate()).kind == ClientEvent::Kind::associated;
}

std::optional<std::vector<std::uint8_t>> OpticalHead::get(
    const protocol::cosem::Attribute& attribute) {
  // The meter closes a link that rests for two minutes: then a second time.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (!associate()) continue;
    const ClientEvent event = transact(session_.get(attribute));
    if (event.kind == ClientEvent::Kind::data) {
      return std::vector<std::uint8_t>(event.data.begin(), event.data.end());
    }
    if (event.kind == ClientEvent::Kind::refused) return std::nullopt;
    session_.reset();
  }
  return std::nullopt;
}

std::optional<double> OpticalHead::read(const protocol::cosem::Obis& object) {
  using protocol::cosem::classes::Register;
  const auto value = get({Register::kId, object, Register::kValue});
  const auto scale = get({Register::kId, object, Register::kScalerUnit});
  if (!value || !scale) return std::nullopt;
  protocol::axdr::Cursor number(*value);
  protocol::axdr::Cursor scaler(*scale);
  auto shown = static_cast<double>(number.number());
  const int exponent = protocol::cosem::classes::take_scaler_unit(scaler).scaler;
  if (!number.ok() || !scaler.ok()) return std::nullopt;
  for (int k = 0; k < exponent; ++k) shown *= 10;
  for (int k = 0; k > exponent; --k) shown /= 10;
  return shown;
}

}  // namespace sim::typetest
