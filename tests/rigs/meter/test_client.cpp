// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/meter/test_client.hpp"

#include <cstring>

#include "meter/fw/cosem/clients.hpp"

namespace rigs {
namespace {

using protocol::Bytes;
using protocol::dlms::Authentication;
using protocol::dlms::ClientConfig;
using protocol::dlms::ClientEvent;

protocol::hdlc::PrimaryConfig link_config(const ClientConfig& config) {
  protocol::hdlc::PrimaryConfig link;
  link.client = {config.client_sap, 0, 1};
  link.server = {protocol::dlms::kManagementDevice, 0, 1};
  return link;
}

}  // namespace

DlmsClient::DlmsClient(const ClientConfig& config)
    : crypto_([](protocol::MutableBytes out) {
        for (std::size_t k = 0; k < out.size(); ++k) out[k] = static_cast<std::uint8_t>(k + 1);
      }),
      session_(config, crypto_, work_) {}

TestClient::TestClient(FakePlatform& meter, const ClientConfig& config, meter_uart port)
    : DlmsClient(config),
      meter_(meter),
      port_(port),
      primary_(link_config(config), send_buffer_, receive_buffer_, *this) {}

void TestClient::send_frame(Bytes frame) { to_meter_.emplace_back(frame.begin(), frame.end()); }

void TestClient::run() {
  for (;;) {
    if (!to_meter_.empty()) {
      std::vector<std::uint8_t> frame = std::move(to_meter_.front());
      to_meter_.pop_front();
      if (on_wire) on_wire(frame);
      if (frame.empty()) continue;
      meter_.firmware->on_uart(meter_.instance(), port_, frame.data(),
                               static_cast<std::uint32_t>(frame.size()));
    } else if (!meter_.frames.empty()) {
      const FakePlatform::Frame frame = std::move(meter_.frames.front());
      meter_.frames.pop_front();
      if (frame.port == port_) primary_.on_bytes(meter_.now_us, frame.octets);
    } else if (primary_.idle() || primary_.deadline_us() == INT64_MAX) {
      return;
    } else {  // nothing came back: time passes until the primary asks again
      meter_.run_until_us(std::max(meter_.now_us, primary_.deadline_us()));
      primary_.on_time(meter_.now_us);
    }
  }
}

bool TestClient::connect() {
  opened_ = failed_ = false;
  primary_.open(meter_.now_us);
  run();
  return opened_;
}

std::vector<std::uint8_t> TestClient::exchange(Bytes apdu) {
  apdu_.clear();
  if (!primary_.send(meter_.now_us, apdu)) return {};
  run();
  return apdu_;
}

std::vector<std::uint8_t> TestClient::poll() {
  apdu_.clear();
  if (!primary_.is_open() && !connect()) return {};
  primary_.poll(meter_.now_us);
  run();
  return apdu_;
}

ClientEvent DlmsClient::transact(const protocol::Result<Bytes>& request) {
  ClientEvent event;
  last = event.kind;
  if (!request.ok()) return event;
  Bytes send = *request;
  do {
    const std::vector<std::uint8_t> answer = exchange(send);
    event = session_.on_apdu(answer);
    send = event.send;
  } while (event.kind == ClientEvent::Kind::send);
  last = event.kind;
  refusal = event.access_result;
  return event;
}

bool DlmsClient::associate() {
  return transact(session_.associate()).kind == ClientEvent::Kind::associated;
}

void TestClient::disconnect() {
  primary_.close(meter_.now_us);
  run();
  reset();
}

std::optional<std::vector<std::uint8_t>> DlmsClient::get(
    const protocol::cosem::Attribute& attribute, const protocol::cosem::Selection& selection) {
  const ClientEvent event = transact(session_.get(attribute, selection));
  if (event.kind != ClientEvent::Kind::data) return std::nullopt;
  return std::vector<std::uint8_t>(event.data.begin(), event.data.end());
}

bool DlmsClient::set(const protocol::cosem::Attribute& attribute, Bytes value) {
  return transact(session_.set(attribute, value)).kind == ClientEvent::Kind::done;
}

bool DlmsClient::action(const protocol::cosem::Method& method, Bytes parameter) {
  return transact(session_.action(method, parameter)).kind == ClientEvent::Kind::done;
}

ClientConfig public_client() { return {}; }

ClientConfig reading_client(const meter_provision& provision) {
  ClientConfig config;
  config.client_sap = protocol::dlms::kReadingClient;
  config.authentication = Authentication::lls;
  config.password_octets = static_cast<std::uint8_t>(std::strlen(provision.low_level_password));
  std::memcpy(config.password.data(), provision.low_level_password, config.password_octets);
  return config;
}

namespace {

ClientConfig ciphered_client(protocol::dlms::Sap sap, char kind, const std::uint8_t (&unicast)[16],
                             const std::uint8_t (&authentication)[16], std::uint32_t counter) {
  ClientConfig config;
  config.client_sap = sap;
  config.authentication = Authentication::hls5_gmac;
  config.ciphered = true;
  config.system_title = {static_cast<std::uint8_t>(kind), 'X', 'X', 0, 0, 0, 0, 1};
  std::memcpy(config.keys.unicast.data(), unicast, 16);
  std::memcpy(config.keys.authentication.data(), authentication, 16);
  config.invocation_counter = counter;
  return config;
}

}  // namespace

ClientConfig management_client(const meter_provision& provision, std::uint32_t counter) {
  return ciphered_client(protocol::dlms::kManagementClient, 'H', provision.unicast_key,
                         provision.authentication_key, counter);
}

ClientConfig concentrator_client(const meter_provision& provision, std::uint32_t counter) {
  return ciphered_client(meter::fw::kConcentratorClient, 'D', provision.concentrator_unicast_key,
                         provision.concentrator_authentication_key, counter);
}

ClientConfig push_client() {
  ClientConfig config;
  config.client_sap = protocol::dlms::kPushClient;
  return config;
}

}  // namespace rigs
